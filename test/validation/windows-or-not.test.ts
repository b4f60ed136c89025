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

  test('leave it unsaid where nothing predicts, or nothing is there', () => {
    expect(judgeControl(controlled(() => 0)).answer).toBe('unsaid');
    expect(judgeControl([]).answer).toBe('unsaid');
  });
});
