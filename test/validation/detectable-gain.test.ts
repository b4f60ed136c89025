import { expect, test } from 'vitest';
import { simulate } from '../../bench/validation/simulate.ts';
import { type Design, RANDOM_LEVEL, study, TOP } from '../../bench/validation/world.ts';
import { Random } from '../../src/base/random.ts';
import { detectableGain } from '../../src/validation/detectable-gain.ts';

const plan = { randomLevel: RANDOM_LEVEL, top: TOP, margin: 0.5, leastDifference: 0.01, familiesCount: true };

function forecast(design: Design): number | null {
  const world = { name: 'none', gains: (families: number) => new Array<number>(families).fill(0), apart: 0 };
  const scatters = new Map<string, number[]>();
  for (const { family, scatter } of study(world, design, Random.fromSeed(1))) {
    scatters.set(family, [...(scatters.get(family) ?? []), scatter]);
  }
  return detectableGain([...scatters.values()], plan, design.seeds);
}

test.each([
  [{ candidates: 25, seeds: 2, everyThird: 2, families: 4 }],
  [{ candidates: 50, seeds: 1, everyThird: 1, families: 5 }],
  [{ candidates: 60, seeds: 2, everyThird: 2, families: 3 }],
])('a gain as large as the forecast is found in four of five studies of %j', (design) => {
  const gain = forecast(design) ?? Number.NaN;
  const world = { name: 'gain', gains: (families: number) => new Array<number>(families).fill(gain), apart: 1 };
  const { predicts } = simulate(world, design, 150, 5, 199).answers;
  expect(predicts).toBeGreaterThan(0.65);
  expect(predicts).toBeLessThan(0.95);
});

test('a gain within the margin is never forecast as found where the margin is wide', () => {
  const scatters = Array.from({ length: 5 }, () => Array.from({ length: 40 }, (_, place) => 0.3 + (0.7 * place) / 39));
  expect(detectableGain(scatters, { ...plan, margin: 2 }, 2)).toBeGreaterThan(1.5);
});

test('fewer candidates or families than the rule needs find nothing', () => {
  expect(detectableGain([[0.3, 0.6, 1]], plan, 2)).toBeNull();
  expect(detectableGain([Array.from({ length: 30 }, (_, place) => place / 29)], plan, 2)).toBeNull();
  expect(detectableGain([], plan, 2)).toBeNull();
});
