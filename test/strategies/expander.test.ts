import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { feasibleFanOuts, type JunctionSize, junctionSizes } from '../../src/pattern/architecture.ts';
import { patternFault } from '../../src/pattern/pattern.ts';
import { presets } from '../../src/pattern/presets.ts';
import { countFourCycles } from '../../src/proxies/four-cycles.ts';
import { junctionSpectrum } from '../../src/proxies/spectrum.ts';
import { evenOverlaps } from '../../strategies/expander/even-overlaps.ts';
import { type ExpanderOrigin, expanderJunction } from '../../strategies/expander/expander-junction.ts';
import { halved, randomTwoLift } from '../../strategies/expander/two-lift.ts';
import { expander, expanderPattern } from '../../strategies/expander.ts';
import { randomJunction } from '../../strategies/shared/biregular.ts';
import { makeProblem } from '../conformance/strategy-problems.ts';
import { networks } from '../pattern/sample-patterns.ts';

const sizeOf = (left: number, right: number, fanOut: number): JunctionSize =>
  junctionSizes({ layers: [left, right], fanOuts: [fanOut] })[0];

const lambda2 = (sources: Uint32Array, size: JunctionSize) => junctionSpectrum(sources, size).lambda2;

function faultOf(sources: Uint32Array, { left, right, fanOut }: JunctionSize) {
  return patternFault({ layers: [left, right], fanOuts: [fanOut], junctions: [sources] });
}

const origins: readonly ExpanderOrigin[] = ['random', 'lift'];
const chosen = [
  [64, 1024, 128],
  [1024, 64, 8],
  [784, 224, 4],
  [256, 256, 16],
  [512, 128, 8],
  [32, 16, 4],
] as const;

test.each(chosen)(
  '%i to %i neurons, fan-out %i: λ2 lies below that of every one of 9 random junctions, and is Ramanujan',
  (...numbers) => {
    const size = sizeOf(...numbers);
    const random = Array.from({ length: 9 }, (_, seed) =>
      lambda2(randomJunction(size.left, size.right, size.fanOut, Random.fromSeed(seed)), size),
    );
    for (const origin of origins) {
      const { lambda2: own, deficit } = junctionSpectrum(expanderJunction(size, origin, Random.fromSeed(5)), size);
      expect(own).toBeLessThan(Math.min(...random));
      expect(deficit).toBeLessThanOrEqual(0);
    }
  },
);

test('degrees of 3 and 4, where few connections can be moved: most lie below the median of random junctions', () => {
  for (const numbers of [
    [60, 60, 3],
    [256, 256, 4],
    [128, 96, 3],
  ] as const) {
    const size = sizeOf(numbers[0], numbers[1], numbers[2]);
    const random = Array.from({ length: 21 }, (_, seed) =>
      lambda2(randomJunction(size.left, size.right, size.fanOut, Random.fromSeed(seed)), size),
    ).sort((a, b) => a - b);
    const own = [1, 2, 3, 4, 5].flatMap((seed) =>
      origins.map((origin) => lambda2(expanderJunction(size, origin, Random.fromSeed(seed)), size)),
    );
    expect(own.filter((value) => value < random[10]).length).toBeGreaterThanOrEqual(8);
  }
});

const simpleJunctions = fc
  .tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), fc.nat(), fc.nat())
  .map(([left, right, choice, seed]) => {
    const feasible = feasibleFanOuts(left, right);
    return { size: sizeOf(left, right, feasible[choice % feasible.length]), seed };
  });

test('property: a 2-lift has the junction’s degrees, its singular values among its own, and halves back to its size', () => {
  fc.assert(
    fc.property(simpleJunctions, ({ size, seed }) => {
      const sources = randomJunction(size.left, size.right, size.fanOut, Random.fromSeed(seed));
      const double = sizeOf(2 * size.left, 2 * size.right, size.fanOut);
      const lifted = randomTwoLift(sources, size, Random.fromSeed(seed + 1));
      expect(faultOf(lifted, double)).toBeNull();
      expect(lambda2(lifted, double)).toBeGreaterThan(lambda2(sources, size) - 1e-6);
      expect(halved(double)).toEqual(size);
      const folded = Array.from({ length: size.right }, (_, j) =>
        [...lifted.subarray(j * size.fanIn, (j + 1) * size.fanIn)].map((k) => k % size.left).sort((a, b) => a - b),
      );
      expect(folded.flat()).toEqual([...sources]);
    }),
    { numRuns: 100, seed: 7 },
  );
});

test('sizes that are odd or too small for their degrees have no half', () => {
  expect(halved(sizeOf(6, 9, 3))).toBeNull();
  expect(halved(sizeOf(8, 8, 5))).toBeNull();
  expect(halved(sizeOf(8, 8, 4))).toEqual(sizeOf(4, 4, 4));
});

test('property: swaps keep all degrees, and never make more 4-cycles', () => {
  fc.assert(
    fc.property(simpleJunctions, ({ size, seed }) => {
      const sources = randomJunction(size.left, size.right, size.fanOut, Random.fromSeed(seed));
      const before = sources.slice();
      const after = evenOverlaps(sources, size, 200, Random.fromSeed(seed + 1));
      expect(sources).toEqual(before);
      expect(faultOf(after, size)).toBeNull();
      expect(countFourCycles(after, size)).toBeLessThanOrEqual(countFourCycles(sources, size));
    }),
    { numRuns: 200, seed: 3 },
  );
});

test('property: any feasible network gets exact degrees', () => {
  fc.assert(
    fc.property(networks, fc.nat(), (network, seed) => {
      const problem = makeProblem(network);
      expect(patternFault(expanderPattern(problem, Random.fromSeed(seed)))).toBeNull();
    }),
    { numRuns: 60, seed: 9 },
  );
});

test('networks whose patterns all have the same spectrum, and constraints, are refused with the reason', () => {
  expect(expander.accepts(makeProblem(presets.morse))).toBe(true);
  expect(expander.accepts(makeProblem(presets['cifar10-2cl']))).toMatch(/same second singular values/);
  expect(expander.accepts(makeProblem({ layers: [4, 3, 2], fanOuts: [3, 2] }))).toMatch(/dense/);
  const constrained = { ...makeProblem(presets.morse), constraints: { distinctNeighbourhoods: true } };
  expect(expander.accepts(constrained)).toMatch(/cannot keep/);
});
