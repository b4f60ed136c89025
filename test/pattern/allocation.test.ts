import { expect, test } from 'vitest';
import {
  type Allocation,
  allocateDensity,
  allocationsToCompare,
  laterDenserDensities,
} from '../../src/pattern/allocation.ts';
import { defineArchitecture, feasibleFanOuts, overallDensity } from '../../src/pattern/architecture.ts';
import { feasibleCount, feasibleDegrees } from '../../src/pattern/feasible-degrees.ts';

const key = ({ fanOuts }: Pick<Allocation, 'fanOuts'>) => fanOuts.join(',');

/** By brute force: feasible, within the budget and the tolerance, and not below another such in every junction. */
function paretoByHand(layers: readonly number[], density: number, tolerance: number): string[] {
  const options = layers.slice(1).map((right, index) => feasibleFanOuts(layers[index], right));
  const all = options.reduce<number[][]>((tails, own) => tails.flatMap((tail) => own.map((f) => [...tail, f])), [[]]);
  const within = all.filter((fanOuts) => {
    const overall = overallDensity({ layers, fanOuts });
    return overall <= density * 1.005 && overall >= density * (1 - tolerance);
  });
  const isBelow = (a: readonly number[], b: readonly number[]) =>
    a.every((f, index) => f <= b[index]) && a.some((f, index) => f < b[index]);
  return within.filter((a) => !within.some((b) => isBelow(a, b))).map((fanOuts) => fanOuts.join(','));
}

test.each([
  [[64, 1024, 64], 0.5, 0.02],
  [[64, 1024, 64], 0.125, 0.02],
  [[24, 12, 36, 6], 0.4, 0.05],
  [[16, 8, 8, 4, 4], 0.5, 0.1],
] as const)('the allocations of %j at %d are the Pareto set, by brute force', (layers, density, tolerance) => {
  const { allocations, sampled } = allocateDensity(layers, density, { degrees: 'exact', tolerance });
  expect(sampled).toBe(false);
  expect(new Set(allocations.map(key))).toEqual(new Set(paretoByHand(layers, density, tolerance)));
});

test('the paper’s example is recommended: 25 % before 75 % on Morse at 50 %', () => {
  const { allocations, recommended, mostEqual, reason } = allocateDensity([64, 1024, 64], 0.5);
  expect(allocations[recommended]).toMatchObject({
    ...{ fanOuts: [256, 48], fanIns: [16, 768], densities: [0.25, 0.75], overallDensity: 0.5, laterDenser: true },
  });
  expect(key(allocations[mostEqual])).toBe('512,32');
  expect(reason).toContain('section 2.4');
});

test('every allocation is a network of exactly the degrees that it says, near the density asked for', () => {
  for (const [layers, density, degrees] of [
    [[784, 300, 100, 10], 0.1, 'balanced'],
    [[3136, 784, 10], 0.0235, 'auto'],
    [[784, 224, 10], 0.125, 'auto'],
  ] as const) {
    const { allocations } = allocateDensity(layers, density, { degrees });
    for (const { fanOuts, overallDensity: overall, weights } of allocations) {
      const architecture = defineArchitecture({ layers, fanOuts });
      expect(overallDensity(architecture)).toBe(overall);
      const dense = layers.slice(1).reduce((sum, right, index) => sum + layers[index] * right, 0);
      expect(weights / dense).toBeCloseTo(overall, 12);
      expect(Math.abs(overall / density - 1)).toBeLessThanOrEqual(0.02);
    }
  }
});

test('a density that is typed rounded finds what it stands for', () => {
  // 16,10 is 2.352 % dense.
  const { allocations } = allocateDensity([3136, 784, 10], 0.0235, { degrees: 'exact' });
  expect(allocations.map(key)).toContain('16,10');
});

test('densities grow by the ratio, none above 1, and use the budget', () => {
  const [first, second, third] = laterDenserDensities([100, 100, 100, 100], 0.2);
  expect([second / first, third / second]).toEqual([expect.closeTo(3, 6), expect.closeTo(3, 6)]);
  expect((first + second + third) / 3).toBeCloseTo(0.2, 9);
  const capped = laterDenserDensities([64, 1024, 64], 0.8);
  expect(capped).toEqual([expect.closeTo(0.6, 6), 1]);
});

test('what no network can have is refused with what it can have', () => {
  expect(() => allocateDensity([4096, 512, 16], 0.001)).toThrow(/sparsest network has 0\.2189 %/);
  for (const density of [0, 1.5, Number.NaN]) expect(() => allocateDensity([8, 4], density)).toThrow(RangeError);
  expect(() => allocateDensity([8, 4], 0.5, { tolerance: -1 })).toThrow(/tolerance/);
});

test('a network of many layers is allocated at once', () => {
  const layers = Array.from({ length: 51 }, () => 64);
  const { allocations, sampled, recommended } = allocateDensity(layers, 0.25, { tolerance: 0.1 });
  expect(sampled).toBe(true);
  expect(allocations[recommended].fanOuts).toHaveLength(50);
});

test('a few allocations are compared, the recommended and the most equal one among them', () => {
  const choice = allocateDensity([64, 1024, 64], 0.5);
  for (const most of [1, 2, 4, 7]) {
    const picked = allocationsToCompare(choice, most);
    expect(picked).toHaveLength(most);
    expect(picked).toContain(choice.recommended);
    if (most > 1) expect(picked).toContain(choice.mostEqual);
  }
});

test('feasible degrees are the exact fan-outs, or every balanced fan-in', () => {
  expect(feasibleDegrees(64, 1024).map(({ fanOut }) => fanOut)).toEqual(feasibleFanOuts(64, 1024));
  const balanced = feasibleDegrees(784, 300, 'balanced');
  expect(balanced[0]).toEqual({ fanOut: (300 * 3) / 784, fanIn: 3, density: 3 / 784 });
  expect(balanced.at(-1)).toEqual({ fanOut: 300, fanIn: 784, density: 1 });
  expect(balanced).toHaveLength(feasibleCount(784, 300, 'balanced'));
  for (const { fanOut } of balanced.slice(0, 50)) defineArchitecture({ layers: [784, 300], fanOuts: [fanOut] });
  const few = feasibleDegrees(2 ** 20, 2 ** 20, 'exact', 5);
  expect(few.map(({ fanOut }) => fanOut)).toEqual([1, 262145, 524289, 786432, 1048576]);
});
