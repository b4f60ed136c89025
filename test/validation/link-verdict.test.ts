import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { judgeLink } from '../../src/validation/link-verdict.ts';
import type { Accuracy, Observation } from '../../src/validation/observation.ts';
import type { LinkPlan } from '../../src/validation/question.ts';

const plan: LinkPlan = { randomLevel: 0.6, top: 1, margin: 0.5, leastDifference: 0.01, familiesCount: true };

const LEVELS = [0.6, 1, 0.3, 0.65, 0.97, 0.8, 0.45, 0.93];

interface World {
  readonly families?: number;
  readonly each?: number;
  readonly noise?: number;
  readonly levels?: readonly number[];
  /** accuracy points */
  readonly accuracy: (scatter: number, family: number) => number;
}

function observed({ families = 4, each = 8, noise = 0.2, levels = LEVELS, accuracy }: World): Observation[] {
  const random = Random.fromSeed(11);
  return Array.from({ length: families * each }, (_, candidate) => {
    const family = candidate % families;
    const scatter = levels[Math.floor(candidate / families) % levels.length] + 0.001 * family;
    const points = 90 + accuracy(scatter, family) + noise * random.normal();
    return { candidate, family: `family-${family}`, scatter, accuracies: [points / 100, (points + 1) / 100] };
  });
}

const judge = (observations: readonly Observation[]) =>
  judgeLink(observations, plan, true, { random: Random.fromSeed(1), permutations: 1999 });

describe('the verdict', () => {
  test('a link within all families predicts, with its gain between the random level and the top', () => {
    const found = judge(observed({ accuracy: (scatter) => 5 * scatter }));
    expect(found.verdict).toBe('predicts');
    expect(found.questions.map(({ answer }) => answer)).toEqual(['predicts', 'predicts']);
    expect(found.questions[0].gain?.value).toBeGreaterThan(1.5);
    expect(found.questions[0].gain?.value).toBeLessThan(2.5);
    expect(found.questions[0].inOrder).toBeGreaterThan(0.9);
  });

  test('a link that turns is told by its sign above the random level', () => {
    const found = judge(
      observed({ each: 16, accuracy: (scatter) => (scatter < 0.6 ? 12 * scatter : 14.4 - 12 * scatter) }),
    );
    expect(found.questions[1].answer).toBe('misleads');
    expect(found.verdict).toBe('misleads');
  });

  test('families far apart without a link within them are no link', () => {
    const found = judge(observed({ each: 16, accuracy: (_, family) => 5 * family }));
    expect(found.verdict).toBe('no-link');
  });

  test('families whose links have opposite signs cannot tell', () => {
    const found = judge(observed({ accuracy: (scatter, family) => (family < 4 ? 1 : -3) * 5 * scatter, families: 5 }));
    expect(found.verdict).toBe('cannot-tell');
    expect(found.why).toContain('families disagree');
  });

  test('one family alone cannot carry a claim', () => {
    const found = judge(observed({ accuracy: (scatter, family) => (family === 0 ? 12 * scatter : 0) }));
    expect(found.verdict).toBe('cannot-tell');
  });

  test('random patterns alone say that the range is too narrow, or the families too few', () => {
    const found = judge(observed({ families: 1, each: 40, levels: [0.59, 0.6, 0.61, 0.62], accuracy: (s) => 50 * s }));
    expect(found.verdict).toBe('cannot-tell');
    expect(found.why).toMatch(/too few families/);
  });

  test('a narrow range is told', () => {
    const levels = [0.6, 0.62, 0.64, 0.66];
    const found = judge(observed({ levels, accuracy: (scatter) => 50 * scatter }));
    expect(found.why).toContain('too narrow a range');
  });

  test('fewer than 15 candidates never decide', () => {
    const found = judge(observed({ each: 3, accuracy: (scatter) => 50 * scatter }));
    expect(found.verdict).toBe('cannot-tell');
    expect(found.why).toContain('too few: 12 candidates');
  });

  test('noise is told with the interval that it leaves', () => {
    const found = judge(observed({ noise: 4, accuracy: () => 0 }));
    expect(found.verdict).toBe('cannot-tell');
    expect(found.why).toMatch(/noise: the gain is [+−]\d/);
  });

  test('where diverged trainings would change the answer, nothing can be told', () => {
    const observations = observed({ accuracy: (scatter) => 5 * scatter });
    const diverged = observations.map((observation): Observation => {
      const accuracies: Accuracy[] = observation.scatter > 0.9 ? ['diverged', 'diverged'] : [...observation.accuracies];
      return { ...observation, accuracies };
    });
    const found = judge(diverged);
    expect(found.verdict).toBe('cannot-tell');
    expect(found.why).toContain('diverged');
    expect(found.diverged).toBeGreaterThan(0);
  });

  test('a diverged training that changes nothing does not stand in the way', () => {
    const [first, ...others] = observed({ accuracy: (scatter) => 5 * scatter });
    const found = judge([{ ...first, accuracies: [first.accuracies[0], 'diverged'] }, ...others]);
    expect(found.verdict).toBe('predicts');
    expect(found.diverged).toBe(1);
  });

  test('the same observations and seed give the same answer, bit for bit', () => {
    const observations = observed({ accuracy: (scatter) => scatter });
    expect(judge(observations)).toEqual(judge(observations));
  });

  test('no observations at all can tell nothing', () => {
    const found = judge([]);
    expect(found.verdict).toBe('cannot-tell');
    expect(found.questions[0].gain).toBeNull();
  });
});
