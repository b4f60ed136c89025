import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { feasibleFanOuts, junctionSizes } from '../../src/pattern/architecture.ts';
import { fingerprint, type Pattern, patternFault } from '../../src/pattern/pattern.ts';
import { presets } from '../../src/pattern/presets.ts';
import { radixPlans } from '../../strategies/radix/radix-plan.ts';
import { radix, radixPattern } from '../../strategies/radix.ts';
import { makeProblem } from '../conformance/strategy-problems.ts';

/** Paths from every input to every output, one row an output: dense products, as they are written. */
function pathCounts(pattern: Pattern): number[][] {
  let counts = Array.from({ length: pattern.layers[0] }, (_, n) =>
    Array.from({ length: pattern.layers[0] }, (_, k) => Number(n === k)),
  );
  for (const { number, right, fanIn } of junctionSizes(pattern)) {
    const sources = pattern.junctions[number - 1];
    counts = Array.from({ length: right }, (_, j) =>
      counts[0].map((_, input) =>
        Array.from(sources.subarray(j * fanIn, (j + 1) * fanIn)).reduce((sum, k) => sum + counts[k][input], 0),
      ),
    );
  }
  return counts;
}

function requirePlans(layers: readonly number[], fanOuts: readonly number[]) {
  const plans = radixPlans(junctionSizes({ layers, fanOuts }));
  if (typeof plans === 'string') throw new Error(plans);
  return plans;
}

test('Morse is one system of 64 = 8·8; a dense last junction is a system of one number', () => {
  expect(requirePlans([64, 1024, 64], [128, 8])).toEqual([
    [{ from: 1, to: 2, modulus: 64, radices: [8, 8], complete: true }],
  ]);
  expect(requirePlans([784, 224, 10], [4, 10])).toContainEqual([
    { from: 1, to: 1, modulus: 112, radices: [2], complete: false },
    { from: 2, to: 2, modulus: 1, radices: [1], complete: true },
  ]);
});

test('a single system of 2·3 on 6-6-6 joins node n to n and n + 1, then to n, n + 2 and n + 4, or the digits in turn', () => {
  const problem = makeProblem({ layers: [6, 6, 6], fanOuts: [2, 3] });
  const plans = requirePlans([6, 6, 6], [2, 3]);
  const rows = (from: (j: number) => number[]) =>
    Array.from({ length: 6 }, (_, j) =>
      from(j)
        .map((n) => (n + 12) % 6)
        .sort(),
    );
  const inOrder = [rows((j) => [j, j - 1]), rows((j) => [j, j - 2, j - 4])];
  const swapped = [rows((j) => [j, j - 3]), rows((j) => [j, j - 1, j - 2])];
  const made = Array.from({ length: 400 }, (_, seed) => radixPattern(problem, plans, Random.fromSeed(seed)));
  const names = new Set(made.map(fingerprint));
  for (const junctions of [inOrder, swapped]) {
    const pattern = { layers: [6, 6, 6], fanOuts: [2, 3], junctions: junctions.map((j) => Uint32Array.from(j.flat())) };
    expect(patternFault(pattern)).toBeNull();
    expect(names).toContain(fingerprint(pattern));
  }
});

const factors = fc.constantFrom(1, 2, 3, 4);
/** Networks made from systems, so that many are accepted; and some whose fan-outs are any feasible ones. */
const candidates = fc
  .tuple(
    fc.constantFrom(1, 2, 4, 6, 8, 12, 16),
    fc.array(factors, { minLength: 2, maxLength: 4 }),
    fc.boolean(),
    fc.nat(),
  )
  .map(([modulus, copies, any, seed]) => {
    const random = Random.fromSeed(seed);
    const layers = copies.map((copy) => copy * modulus);
    let rest = modulus;
    const fanOuts = layers.slice(1).map((right, index) => {
      const choices = Array.from({ length: rest }, (_, i) => i + 1).filter((d) => rest % d === 0);
      const chosen = index === layers.length - 2 ? rest : choices[random.below(choices.length)];
      rest /= chosen;
      const feasible = feasibleFanOuts(layers[index], right);
      return any ? feasible[random.below(feasible.length)] : chosen * (right / modulus);
    });
    return { layers, fanOuts, any, seed };
  });

test('property: every accepted network has exact degrees and equally many paths between all inputs and outputs', () => {
  let accepted = 0;
  fc.assert(
    fc.property(candidates, ({ layers, fanOuts, any, seed }) => {
      const plans = radixPlans(junctionSizes({ layers, fanOuts }));
      if (!any) expect(typeof plans).not.toBe('string');
      if (typeof plans === 'string') return;
      accepted++;
      const pattern = radixPattern(makeProblem({ layers, fanOuts }), plans, Random.fromSeed(seed));
      expect(patternFault(pattern)).toBeNull();
      expect(new Set(pathCounts(pattern).flat()).size).toBe(1);
    }),
    { numRuns: 300, seed: 6 },
  );
  expect(accepted).toBeGreaterThan(150);
});

test('the names of neurons give many candidates on the Morse network', () => {
  const problem = makeProblem(presets.morse);
  const plans = requirePlans([64, 1024, 64], [128, 8]);
  const made = Array.from({ length: 40 }, (_, seed) => radixPattern(problem, plans, Random.fromSeed(seed)));
  for (const pattern of made) expect(patternFault(pattern)).toBeNull();
  expect(new Set(made.map(fingerprint)).size).toBeGreaterThan(20);
});

test('networks that no radices fit, and constraints, are refused with the reason', () => {
  const problem = makeProblem({ layers: [16, 64, 16], fanOuts: [16, 4] });
  expect(radix.accepts(problem)).toBe(true);
  expect(radix.accepts({ ...problem, constraints: { distinctNeighbourhoods: true } })).toMatch(/cannot keep/);
  expect(radix.accepts(makeProblem(presets['cifar10-2cl']))).toMatch(/no mixed radices give equal path counts/);
  expect(radix.accepts(makeProblem({ layers: [16, 12], fanOuts: [9] }))).toMatch(/junction 1 .* has no radix/);
  expect(radix.accepts(makeProblem({ layers: [16, 8], fanOuts: [2] }))).toMatch(/product/);
});
