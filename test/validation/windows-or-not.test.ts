import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { judgeControl, judgeTwins, type Twin } from '../../src/validation/windows-or-not.ts';

const claim = { sign: -1, range: 0.34, margin: 0.5 };

function twins(points: (scatter: number) => number, noise = 0.3, seed = 1): Twin[] {
  const random = Random.fromSeed(seed);
  return Array.from({ length: 12 }, (_, place) => {
    const base = place % 3;
    const scatter = place < 6 ? 0.9 : 0.5;
    return { base, scatter, accuracy: 0.9 + (3 * base + points(scatter) + noise * random.normal()) / 100 };
  });
}

describe('twins', () => {
  test('that lose accuracy with scatter on the inputs show that it is the windows', () => {
    const found = judgeTwins(
      twins((scatter) => -10 * scatter),
      claim,
      Random.fromSeed(1),
    );
    expect(found.answer).toBe('windows');
    expect(found.gain?.value).toBeLessThan(-2);
    expect(found.p).toBeLessThan(0.01);
  });

  test('of the other sign do not show it', () => {
    expect(
      judgeTwins(
        twins((scatter) => 10 * scatter),
        claim,
        Random.fromSeed(1),
      ).answer,
    ).toBe('unsaid');
  });

  test('of the other sign say so, and do not blame noise', () => {
    const found = judgeTwins(
      twins((scatter) => 10 * scatter),
      claim,
      Random.fromSeed(1),
    );
    expect(found.why).toContain('the other way');
  });

  test('have an interval by Student’s law, not by the normal one', () => {
    const six = twins((scatter) => -3 * scatter, 0.4).filter((_, place) => place % 2 === 0);
    const found = judgeTwins(six, claim, Random.fromSeed(1));
    const reach = ((found.gain?.high ?? 0) - (found.gain?.low ?? 0)) / 2;
    const means = [0, 1, 2].map((base) => six.filter((twin) => twin.base === base));
    const centred = means.flatMap((own) => {
      const x = own.reduce((total, twin) => total + twin.scatter, 0) / own.length;
      const y = own.reduce((total, twin) => total + (twin.accuracy ?? 0), 0) / own.length;
      return own.map((twin) => [twin.scatter - x, (twin.accuracy ?? 0) - y]);
    });
    const xx = centred.reduce((total, [x]) => total + x * x, 0);
    const slope = centred.reduce((total, [x, y]) => total + x * y, 0) / xx;
    const residual = centred.reduce((total, [x, y]) => total + (y - slope * x) ** 2, 0) / (6 - 3 - 1);
    // scipy.stats.t.ppf(0.95, 2) (SciPy 1.10.1)
    expect(reach).toBeCloseTo(100 * 0.34 * 2.919985580353725 * Math.sqrt(residual / xx), 9);
  });

  test('that diverged or failed are counted', () => {
    const some = twins(() => 0, 3).map((twin, place) => (place === 0 ? { ...twin, accuracy: null } : twin));
    const found = judgeTwins(some, claim, Random.fromSeed(1));
    expect(found).toMatchObject({ twins: 11, lost: 1 });
    expect(found.why).toContain('1 of 12 twins diverged or failed');
  });

  test('that all do the same show that it is not the windows', () => {
    expect(
      judgeTwins(
        twins(() => 0, 0.1),
        claim,
        Random.fromSeed(1),
      ).answer,
    ).toBe('not-windows');
  });

  test('that are too noisy leave it unsaid', () => {
    expect(
      judgeTwins(
        twins(() => 0, 3),
        claim,
        Random.fromSeed(1),
      ).answer,
    ).toBe('unsaid');
  });

  test('raise a false alarm in about one of twenty studies without a difference', () => {
    const alarms = Array.from({ length: 300 }, (_, seed) =>
      judgeTwins(
        twins(() => 0, 1, seed),
        claim,
        Random.fromSeed(seed),
        199,
      ),
    );
    const share = alarms.filter(({ answer }) => answer === 'windows').length / 300;
    expect(share).toBeLessThan(0.06);
  });

  test('that were not trained say nothing', () => {
    expect(judgeTwins([], claim, Random.fromSeed(1))).toMatchObject({ answer: 'unsaid', gain: null, p: null });
  });
});

describe('relabelled windows', () => {
  const controlled = (accuracy: (scatter: number, control: number) => number) => {
    const random = Random.fromSeed(3);
    return Array.from({ length: 60 }, (_, place) => {
      const scatter = random.float();
      const control = random.float();
      return {
        family: `f${place % 4}`,
        scatter,
        control,
        accuracy: accuracy(scatter, control) + 0.1 * random.normal(),
      };
    });
  };

  test('say less than the windows where scatter alone predicts', () => {
    expect(judgeControl(controlled((scatter) => scatter)).answer).toBe('windows');
  });

  test('say as much where the control alone predicts', () => {
    expect(judgeControl(controlled((_, control) => 3 * control)).answer).not.toBe('windows');
  });

  test('explain no claim of the other sign', () => {
    const rows = controlled((scatter) => scatter);
    expect(judgeControl(rows, 1).answer).toBe('windows');
    expect(judgeControl(rows, -1)).toMatchObject({ answer: 'unsaid', why: expect.stringContaining('the other way') });
  });

  test('leave it unsaid where nothing predicts, or nothing is there', () => {
    expect(judgeControl(controlled(() => 0)).answer).toBe('unsaid');
    expect(judgeControl([]).answer).toBe('unsaid');
  });
});
