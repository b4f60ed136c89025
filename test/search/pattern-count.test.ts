import { expect, test } from 'vitest';
import { defineArchitecture, feasibleFanOuts, meanFanOut } from '../../src/pattern/architecture.ts';
import type { Constraints } from '../../src/pattern/constraints/constraints.ts';
import { constraintFault } from '../../src/pattern/constraints/fault.ts';
import { patternCount } from '../../src/search/pattern-count.ts';
import { allBalancedJunctions } from '../pattern/all-balanced.ts';

const countOf = (layers: readonly number[], fanOuts: readonly number[], constraints?: Constraints) =>
  patternCount({ architecture: defineArchitecture({ layers, fanOuts }), ...(constraints && { constraints }) });

test('a dense net has one pattern, however large', () => {
  expect(countOf([4096, 512, 16], [512, 16])).toBe(1);
});

test('few patterns are counted, junctions multiply, and a complement has as many', () => {
  expect(countOf([4, 2], [1])).toBe(6); // 4 over 2
  expect(countOf([5, 5], [1])).toBe(120); // 5!
  expect(countOf([5, 5], [4])).toBe(120);
  expect(countOf([4, 4], [2])).toBe(90); // published: OEIS A001499
  expect(countOf([4, 2, 2], [1, 1])).toBe(12);
  expect(countOf([4, 2, 2], [1, 2])).toBe(6);
});

test('many patterns are not counted', () => {
  expect(countOf([64, 1024, 64], [128, 8])).toBeNull();
  expect(countOf([8, 8], [4])).toBeNull();
  expect(countOf([4, 2, 64], [1, 32])).toBeNull();
});

test('constraints leave as many as keep them', () => {
  const forbidden = [[[0, 0] as const, [1, 0] as const]];
  // with neurons 0 and 1 kept from right neuron 0 its row must be 2 and 3
  expect(countOf([4, 2], [1], { forbidden })).toBe(1);
  expect(countOf([4, 4], [2], { distinctNeighbourhoods: true })).toBe(72);
  expect(countOf([4, 4], [2], { structure: [{ n: 1, m: 2, transposable: false }] })).toBe(36);
});

test('every small constrained count is what a brute force over all matrices finds', () => {
  const constraints = { parallelism: [2] };
  let count = 0;
  for (let bits = 0; bits < 2 ** 16; bits++) {
    const rows = [0, 4, 8, 12].map((shift) => [0, 1, 2, 3].filter((k) => (bits >> (shift + k)) & 1));
    const degrees = [0, 1, 2, 3].map((k) => rows.filter((row) => row.includes(k)).length);
    if (rows.some((row) => row.length !== 2) || degrees.some((degree) => degree !== 2)) continue;
    const pattern = { layers: [4, 4], fanOuts: [2], junctions: [Uint32Array.from(rows.flat())] };
    if (constraintFault(pattern, constraints) === null) count++;
  }
  expect(countOf([4, 4], [2], constraints)).toBe(count);
});

/** Patterns of one junction: over the columns' remaining edges, row by row, equal columns together. Capped. */
function junctionCount(left: number, right: number, fanOut: number): number {
  const fanIn = (left * fanOut) / right;
  const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
  let states = new Map<string, number>([
    [Array.from({ length: fanOut + 1 }, (_, r) => (r === fanOut ? left : 0)).join(), 1],
  ]);
  for (let row = 0; row < right; row++) {
    const next = new Map<string, number>();
    for (const [key, count] of states) {
      const columns = key.split(',').map(Number);
      const take = (r: number, wanted: number, after: number[], times: number): void => {
        if (r === 0) {
          if (wanted === 0) next.set(after.join(), (next.get(after.join()) ?? 0) + times);
          return;
        }
        for (let taken = 0; taken <= Math.min(columns[r], wanted); taken++) {
          const changed = [...after];
          changed[r] -= taken;
          changed[r - 1] += taken;
          take(r - 1, wanted - taken, changed, times * choose(columns[r], taken));
        }
      };
      take(fanOut, fanIn, columns, count);
    }
    states = next;
  }
  return [...states.values()].reduce((sum, count) => sum + count, 0);
}

test('beyond 64 cells only dense junctions have few patterns', () => {
  let fewest = Number.POSITIVE_INFINITY;
  for (let left = 2; left <= 50; left++) {
    for (let right = 2; right <= 50; right++) {
      if (left * right <= 64 || left * right > 100) continue;
      for (const fanOut of feasibleFanOuts(left, right).filter((value) => 2 * value <= right)) {
        fewest = Math.min(fewest, junctionCount(left, right, fanOut));
      }
    }
  }
  expect(fewest).toBe(362_880);
});

test.each([
  [3, 2, 2],
  [4, 3, 2],
  [3, 4, 2],
  [5, 3, 4],
  [7, 2, 4],
])(
  'balanced patterns of %i to %i neurons with fan-in %i are counted as a brute force finds them',
  (left, right, fanIn) => {
    const all = allBalancedJunctions(left, right, fanIn);
    const fanOut = meanFanOut(left, right, fanIn);
    expect(countOf([left, right], [fanOut])).toBe(all.length);
    const constraints = { forbidden: [[[0, 0] as const]], distinctNeighbourhoods: true };
    const kept = all.filter(
      (sources) =>
        constraintFault({ layers: [left, right], fanOuts: [fanOut], junctions: [sources] }, constraints) === null,
    );
    expect(countOf([left, right], [fanOut], constraints)).toBe(kept.length);
  },
);

test('balanced patterns of wide layers can be few', () => {
  expect(countOf([40, 2], [meanFanOut(40, 2, 39)])).toBe(40 * 39); // each right neuron leaves out another one
  expect(countOf([784, 300], [meanFanOut(784, 300, 78)])).toBeNull();
});
