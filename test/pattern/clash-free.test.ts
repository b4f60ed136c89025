import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { feasibleFanOuts } from '../../src/pattern/architecture.ts';
import { clashFreeFault, clashFreeOrder, parallelismFault } from '../../src/pattern/clash-free.ts';
import { denseJunction } from '../../src/pattern/pattern.ts';
import { randomJunction } from '../../strategies/shared/biregular.ts';

/** Whether every full cycle of these edges, and what there is of the last, reads different memories. */
function readsApart(edges: readonly number[], z: number): boolean {
  for (let start = 0; start < edges.length; start += z) {
    const cycle = edges.slice(start, start + z).map((neuron) => neuron % z);
    if (new Set(cycle).size !== cycle.length) return false;
  }
  return true;
}

/** Brute force: every order of every right neuron's edges, edge by edge, given up as soon as the running cycle clashes. */
function hasOrder(rows: readonly (readonly number[])[], z: number, cycle: readonly number[] = []): boolean {
  if (rows.length === 0) return true;
  const [row, ...others] = rows;
  if (row.length === 0) return hasOrder(others, z, cycle);
  const open = cycle.length === z ? [] : cycle;
  return row.some((neuron, i) => {
    if (open.includes(neuron % z)) return false;
    return hasOrder([row.filter((_, other) => other !== i), ...others], z, [...open, neuron % z]);
  });
}

function rowsOf(sources: Uint32Array, right: number): number[][] {
  const fanIn = sources.length / right;
  return Array.from({ length: right }, (_, j) => [...sources.subarray(j * fanIn, (j + 1) * fanIn)]);
}

test('two right neurons that share a cycle must read the two memories between them', () => {
  expect(clashFreeFault(Uint32Array.of(0, 1), 2, 2, 2)).toBeNull();
  expect(clashFreeFault(Uint32Array.of(0, 3, 2, 1), 4, 4, 2)).toBeNull();
  expect(clashFreeFault(Uint32Array.of(0, 2, 1, 3), 4, 4, 2)).toEqual({
    right: 1,
    message:
      'no order of the edges of right neuron 1 reads 2 different memories in every cycle: left neuron 2 of memory 0 is left over',
  });
});

test('a right neuron that begins inside a cycle first reads what the cycle lacks', () => {
  const sources = Uint32Array.of(0, 1, 2, 0, 3, 5, 1, 2, 4, 3, 4, 5);
  expect(clashFreeFault(sources, 6, 4, 2)).toBeNull();
  expect([...(clashFreeOrder(sources, 6, 4, 2) ?? [])]).toEqual([0, 1, 2, 3, 0, 5, 1, 2, 4, 3, 4, 5]);
});

test('a cycle longer than a fan-in is read by several right neurons', () => {
  expect(clashFreeFault(Uint32Array.of(0, 1, 2, 3, 0, 2, 1, 3), 4, 4, 4)).toBeNull();
  expect(clashFreeFault(Uint32Array.of(0, 1, 0, 2, 1, 3, 2, 3), 4, 4, 4)?.right).toBe(1);
});

test('a dense junction and a single memory never clash', () => {
  for (const z of [1, 2, 3, 4, 6, 12]) expect(clashFreeFault(denseJunction(12, 5), 12, 5, z)).toBeNull();
  expect(clashFreeFault(randomJunction(12, 8, 2, Random.fromSeed(1)), 12, 8, 1)).toBeNull();
});

test('a parallelism that does not divide the left layer is refused', () => {
  expect(parallelismFault(12, 4)).toBeNull();
  expect(parallelismFault(12, 5)).toMatch(/divide the 12 left neurons; got 5/);
  expect(parallelismFault(12, 0)).toMatch(/from 1; got 0/);
  expect(() => clashFreeFault(denseJunction(12, 5), 12, 5, 5)).toThrow(RangeError);
  expect(() => clashFreeOrder(denseJunction(12, 5), 12, 5, 1.5)).toThrow(RangeError);
});

const divisors = (n: number) => Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);

/** Fan-ins are small enough for every order of every row to be tried. */
const tinyJunctions = fc
  .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 6 }))
  .map(([left, right]) => ({ left, right, fanOuts: feasibleFanOuts(left, right) }))
  .map((size) => ({ ...size, fanOuts: size.fanOuts.filter((fanOut) => (size.left * fanOut) / size.right <= 5) }))
  .filter(({ fanOuts }) => fanOuts.length > 0)
  .chain(({ left, right, fanOuts }) =>
    fc.record({
      left: fc.constant(left),
      right: fc.constant(right),
      z: fc.constantFrom(...divisors(left)),
      fanOut: fc.constantFrom(...fanOuts),
      seed: fc.nat(),
    }),
  );

test('property: an order is found just when trying all orders finds one, and it reads different memories', () => {
  let free = 0;
  let clashing = 0;
  fc.assert(
    fc.property(tinyJunctions, ({ left, right, z, fanOut, seed }) => {
      const sources = randomJunction(left, right, fanOut, Random.fromSeed(seed));
      const rows = rowsOf(sources, right);
      const expected = hasOrder(rows, z);
      expect(clashFreeFault(sources, left, right, z) === null).toBe(expected);
      const order = clashFreeOrder(sources, left, right, z);
      expect(order !== null).toBe(expected);
      if (expected) free++;
      else clashing++;
      if (order === null) return;
      expect(readsApart([...order], z)).toBe(true);
      expect(rowsOf(order, right).map((row) => row.sort((a, b) => a - b))).toEqual(rows);
    }),
    { numRuns: 1500, seed: 5 },
  );
  expect(Math.min(free, clashing)).toBeGreaterThan(50);
});
