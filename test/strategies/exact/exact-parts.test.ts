import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { fingerprint } from '../../../src/pattern/pattern.ts';
import { boxWindows, runWindows, singleWindows } from '../../../src/pattern/windows.ts';
import { scorePattern } from '../../../src/scatter/kernel.ts';
import { evenBlock } from '../../../strategies/exact/even-block.ts';
import { exactPattern, exactPlan } from '../../../strategies/exact/exact-plan.ts';
import { add, disjointMultipliers, finiteRing, multiply } from '../../../strategies/exact/finite-ring.ts';
import { layerWindows, randomOrder } from '../../../strategies/exact/layer-order.ts';
import { stir } from '../../../strategies/exact/stir.ts';
import { makeProblem } from '../../conformance/strategy-problems.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('finite rings', () => {
  test.each([2, 3, 4, 5, 7, 8, 9, 16, 25, 27, 32])('the ring of %i elements is a field', (order) => {
    const ring = finiteRing(order);
    for (const a of numbers(order)) {
      expect(new Set(numbers(order).map((b) => add(ring, a, b))).size).toBe(order);
      const products = numbers(order).map((b) => multiply(ring, a, b));
      expect(new Set(products).size).toBe(a === 0 ? 1 : order);
      for (const b of numbers(order)) {
        expect(multiply(ring, b, a)).toBe(products[b]);
        const c = (a + 1) % order;
        expect(multiply(ring, b, add(ring, a, c))).toBe(add(ring, products[b], multiply(ring, b, c)));
      }
    }
  });

  test('property: multipliers of the two lists send the turns to places that agree exactly once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(), (order, seed) => {
        const ring = finiteRing(order);
        const { first, second } = disjointMultipliers(ring, 5, 4, Random.fromSeed(seed));
        for (const a of first) {
          for (const b of second) {
            for (const start of [0, order - 1]) {
              const agreeing = numbers(order).filter(
                (z) => add(ring, multiply(ring, a, z), start) === multiply(ring, b, z),
              );
              expect(agreeing.length).toBe(1);
            }
          }
        }
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});

test('property: an even block is regular, simple, and shows every class to every group as often', () => {
  const sizes = fc
    .record({
      size: fc.integer({ min: 1, max: 6 }),
      parts: fc.integer({ min: 1, max: 5 }),
      turns: fc.integer({ min: 1, max: 5 }),
    })
    .chain((cut) => {
      const places = cut.size * cut.parts * cut.turns;
      const degree = fc.integer({ min: 1, max: Math.max(1, places - 1) });
      return degree.map((own) => ({ ...cut, groups: cut.parts * cut.turns, degree: own }));
    });
  fc.assert(
    fc.property(sizes, fc.nat(), (block, seed) => {
      const { groups, size, parts, turns, degree } = block;
      const places = evenBlock(block, Random.fromSeed(seed));
      const degrees = new Uint32Array(groups * size);
      for (const place of places) degrees[place]++;
      expect(degrees.every((count) => count === degree)).toBe(true);
      for (let n = 0; n < groups * size; n++) {
        expect(new Set(places.subarray(n * degree, (n + 1) * degree)).size).toBe(degree);
      }
      for (let g = 0; g < groups; g++) {
        const seen = new Uint32Array(parts * size);
        for (const place of places.subarray(g * size * degree, (g + 1) * size * degree)) {
          seen[Math.floor(place / (turns * size)) * size + (place % size)]++;
        }
        for (let part = 0; part < parts; part++) {
          const own = seen.subarray(part * size, (part + 1) * size);
          expect(own.every((count) => count === own[0])).toBe(true);
        }
      }
    }),
    { numRuns: 200, seed: 2 },
  );
});

describe('orders of a layer', () => {
  test('nested boxes become runs of positions, in another order for another seed', () => {
    const windows = [boxWindows([4, 8], [2, 2]), boxWindows([4, 8], [4, 4]), singleWindows(32)];
    const layer = layerWindows(32, windows)!;
    const order = randomOrder(layer, Random.fromSeed(1));
    expect([...order].sort((a, b) => a - b)).toEqual(numbers(32));
    for (const { members, sizes } of windows) {
      order.forEach((neuron, position) => {
        expect(members[neuron]).toBe(members[order[position - (position % sizes[0])]]);
      });
    }
    expect(randomOrder(layer, Random.fromSeed(2))).not.toEqual(order);
  });

  test('runs that do not nest keep their neighbours, and change places in blocks that cut none', () => {
    const windows = [runWindows(36, 6), runWindows(36, 4)];
    const order = randomOrder(layerWindows(36, windows)!, Random.fromSeed(3));
    order.forEach((neuron, position) => {
      expect(neuron % 12).toBe(position % 12);
    });
    expect(order).not.toEqual(Uint32Array.from(numbers(36)));
  });

  test('boxes that neither nest nor are runs have no order', () => {
    expect(layerWindows(36, [boxWindows([6, 6], [2, 2]), boxWindows([6, 6], [2, 3])])).toBeNull();
  });
});

test('stirring changes the pattern and no entry of its score', () => {
  const problem = makeProblem({ layers: [784, 112, 10], fanOuts: [4, 5] });
  const pattern = exactPattern(problem, exactPlan(problem)!, Random.fromSeed(4));
  const stirred = stir(problem, pattern, Random.fromSeed(5));
  expect(stirred.accepted).toBeGreaterThan(100);
  expect(fingerprint(stirred.pattern)).not.toBe(fingerprint(pattern));
  for (const metric of ['indicator', 'fair-share'] as const) {
    expect(scorePattern(stirred.pattern, problem.entries, metric)).toEqual(
      scorePattern(pattern, problem.entries, metric),
    );
  }
});

test('stirring gives up on a pattern that no swap leaves exact', () => {
  const problem = makeProblem({ layers: [64, 256, 64], fanOuts: [32, 8] });
  const pattern = exactPattern(problem, exactPlan(problem)!, Random.fromSeed(6));
  const { accepted, swaps, pattern: same } = stir(problem, pattern, Random.fromSeed(7));
  expect(accepted).toBe(0);
  expect(swaps).toBe(1000);
  expect(same).toBe(pattern);
});
