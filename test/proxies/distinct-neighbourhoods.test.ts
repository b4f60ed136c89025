import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { distinctNeighbourhoods, neighbourhoodShares } from '../../src/proxies/distinct-neighbourhoods.ts';
import { distinctRows } from '../../src/proxies/distinct-rows.ts';
import { patterns } from '../pattern/sample-patterns.ts';
import { architectureOf, degenerateMorse, junctionsOf, numbers, patternOf } from './known-junctions.ts';

const shares = (pattern: ReturnType<typeof patternOf>, used = {}) =>
  junctionsOf(pattern).map(({ sources, size }) => neighbourhoodShares(sources, size, architectureOf(pattern, used)));

describe('distinct neighbourhoods', () => {
  test('the all-ones pattern with 8 different rows among 1024 shows as 8/1024', () => {
    const pattern = degenerateMorse();
    expect(shares(pattern)).toEqual([
      { right: 8 / 1024, left: 8 / 64 },
      { right: 8 / 64, left: 8 / 1024 },
    ]);
    expect(distinctNeighbourhoods.measure(pattern, architectureOf(pattern))).toEqual({
      value: 8 / 1024,
      junctions: [8 / 1024, 8 / 1024],
      reason: null,
    });
  });

  test('a dense junction has its only neighbourhood, and hides nothing of the others', () => {
    const alike = [
      [0, 1],
      [0, 1],
      [2, 3],
      [2, 3],
    ];
    const pattern = patternOf([4, 4, 2], [alike, [numbers(4), numbers(4)]]);
    const { value, junctions } = distinctNeighbourhoods.measure(pattern, architectureOf(pattern));
    expect(junctions).toEqual([0.5, 1]);
    expect(value).toBe(0.5);
  });

  test('stars have as many target sets as there can be', () => {
    const pattern = patternOf(
      [6, 2],
      [
        [
          [0, 1, 2],
          [3, 4, 5],
        ],
      ],
    );
    expect(shares(pattern)).toEqual([{ right: 1, left: 1 }]);
  });

  test('padded neurons are not counted', () => {
    const rows = [
      [0, 1],
      [0, 1],
      [2, 3],
      [2, 3],
    ];
    expect(shares(patternOf([4, 4], [rows]), { usedOutputs: 3 })[0].right).toBe(2 / 3);
    expect(shares(patternOf([4, 4], [rows]), { usedInputs: 1 })[0].left).toBe(1);
  });

  test('property: the counts are those of a set of strings, out of the most that can be', () => {
    const choose = (n: number, d: number): number => (d === 0 ? 1 : (choose(n - 1, d - 1) * n) / d);
    fc.assert(
      fc.property(patterns, (pattern) => {
        for (const [i, { sources, size }] of junctionsOf(pattern).entries()) {
          const rows = numbers(size.right).map((j) => [...sources.subarray(j * size.fanIn, (j + 1) * size.fanIn)]);
          const columns = numbers(size.left).map((k) => numbers(size.right).filter((j) => rows[j].includes(k)));
          const right =
            new Set(rows.map(String)).size / Math.min(size.right, Math.round(choose(size.left, size.fanIn)));
          const left =
            new Set(columns.map(String)).size / Math.min(size.left, Math.round(choose(size.right, size.fanOut)));
          expect(shares(pattern)[i]).toEqual({ right, left });
        }
      }),
    );
  });
});

test('among enough rows that some share a 32-bit hash, the different ones are those of a set', () => {
  const random = Random.fromSeed(11);
  // 300 000 rows have about ten pairs with one hash
  const table = Uint32Array.from({ length: 600_000 }, () => random.below(2 ** 20));
  const seen = new Set(numbers(300_000).map((row) => table[2 * row] * 2 ** 20 + table[2 * row + 1]));
  expect(distinctRows(table, 300_000, 2).length).toBe(seen.size);
});
