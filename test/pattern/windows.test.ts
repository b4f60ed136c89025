import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LayerShape } from '../../src/pattern/architecture.ts';
import {
  balancedWindows,
  boxWindows,
  explicitWindows,
  partitionWindows,
  relabelWindows,
  runWindows,
  singleWindows,
  tile,
  type Windows,
} from '../../src/pattern/windows.ts';
import { boxLists, bruteBox, listsOf } from './window-oracle.ts';

/** What every Windows must obey, whatever made it. */
function expectSound(windows: Windows): void {
  const lists = listsOf(windows);
  expect([...windows.sizes]).toEqual(lists.map((list) => list.length));
  expect(windows.starts.length).toBe(windows.neurons + 1);
  expect(windows.members.length).toBe(windows.starts[windows.neurons]);
  const once = lists.flat().sort((a, b) => a - b);
  const partition = once.length === windows.neurons && once.every((neuron, i) => neuron === i);
  expect(windows.partition !== null).toBe(partition);
  if (windows.partition !== null) {
    for (const [w, list] of lists.entries()) for (const neuron of list) expect(windows.partition[neuron]).toBe(w);
  }
}

describe('windows over neighbours', () => {
  test('single neurons, runs and any partition', () => {
    expect(listsOf(singleWindows(3))).toEqual([[0], [1], [2]]);
    expect(listsOf(runWindows(6, 2))).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
    expect(listsOf(runWindows(6, 6))).toEqual([[0, 1, 2, 3, 4, 5]]);
    const odd = partitionWindows(Uint32Array.from([1, 0, 1, 1]), 2);
    expect(listsOf(odd)).toEqual([[1], [0, 2, 3]]);
    for (const windows of [singleWindows(3), runWindows(6, 2), odd]) expectSound(windows);
  });

  test('balanced ones hold ⌊wN/K⌋ … ⌊(w+1)N/K⌋ − 1', () => {
    expect(listsOf(balancedWindows(10, 4))).toEqual([
      [0, 1],
      [2, 3, 4],
      [5, 6],
      [7, 8, 9],
    ]);
    expect(listsOf(balancedWindows(7, 7))).toEqual([[0], [1], [2], [3], [4], [5], [6]]);
    expect(listsOf(balancedWindows(5, 1))).toEqual([[0, 1, 2, 3, 4]]);
  });

  test('property: balanced ones hold each neuron once, in sizes that differ by one at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(), (neurons, pick) => {
        const windows = balancedWindows(neurons, 1 + (pick % neurons));
        expectSound(windows);
        expect(windows.partition).not.toBeNull();
        expect(Math.max(...windows.sizes) - Math.min(...windows.sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('a tiling', () => {
  test.each<[LayerShape, number, number[]]>([
    // figure 5a: 28×28 in 16 windows
    [[28, 28], 49, [7, 7]],
    [[28, 28], 16, [4, 4]],
    // no square: 2×4 and 4×2 have equal ratios, and the lexicographically smaller wins
    [[28, 28], 8, [2, 4]],
    // 1×2, not 2×1
    [[28, 28], 2, [1, 2]],
    // 14×7 and 7×14 have ratio 2, 28 rows too many
    [[28, 28], 98, [7, 14]],
    // only the columns have a factor 5
    [[28, 10], 5, [1, 5]],
    // a whole layer, and single neurons
    [[4, 6], 24, [4, 6]],
    [[4, 6], 1, [1, 1]],
    [[12], 4, [4]],
    // a flattened feature map: cubes where they exist
    [[7, 7, 64], 8, [1, 1, 8]],
    [[8, 8, 64], 8, [2, 2, 2]],
    // 1×2×2, 2×1×2, 2×2×1 and 1×1×4: ratio 2 thrice, lexicographically smallest
    [[8, 8, 64], 4, [1, 2, 2]],
    [[7, 7, 64], 49, [7, 7, 1]],
    [[7, 7, 64], 98, [7, 7, 2]],
    // 3×2×2 = 12 among 1×3×4, 2×2×3, …: 2×2×3 has ratio 1.5
    [[6, 6, 6], 12, [2, 2, 3]],
  ])('of %j by windows of %d neurons is %j', (shape, size, box) => {
    expect(tile(shape, size)).toEqual(box);
  });

  test.each<[LayerShape, number]>([
    [[28, 28], 5],
    [[28, 28], 9],
    [[12], 5],
    [[4, 6], 48],
    [[4, 6], 1.5],
    [[4, 6], 0],
  ])('of %j by windows of %d neurons does not exist', (shape, size) => {
    expect(bruteBox(shape, size)).toBeNull();
    expect(() => tile(shape, size)).toThrow(`no windows of ${size} neurons tile`);
  });

  test('property: is the one that a trial of every box finds, and its windows are those boxes', () => {
    const side = fc.integer({ min: 1, max: 14 });
    const shapes = fc.oneof(fc.tuple(side), fc.tuple(side, side), fc.tuple(side, side, side));
    fc.assert(
      fc.property(shapes, fc.nat(), (shape, pick) => {
        const neurons = shape.reduce((a, b) => a * b, 1);
        const divisors = Array.from({ length: neurons }, (_, i) => i + 1).filter((d) => neurons % d === 0);
        const size = divisors[pick % divisors.length];
        const box = tile(shape, size);
        expect(box).toEqual(bruteBox(shape, size));
        const windows = boxWindows(shape, box);
        expect(listsOf(windows)).toEqual(boxLists(shape, box).map((list) => list.sort((a, b) => a - b)));
        expectSound(windows);
      }),
      { numRuns: 300 },
    );
  });

  test('numbers windows row by row, the channel fastest', () => {
    // 2×4 in 2×2 boxes
    expect(listsOf(boxWindows([2, 4], [2, 2]))).toEqual([
      [0, 1, 4, 5],
      [2, 3, 6, 7],
    ]);
    // 1×2 pixels of 4 channels, in boxes of 1×1×2
    expect(listsOf(boxWindows([1, 2, 4], [1, 1, 2]))).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
      [6, 7],
    ]);
    // 2×2 pixels of 2 channels, in boxes of 2×1×1
    expect(listsOf(boxWindows([2, 2, 2], [2, 1, 1]))).toEqual([
      [0, 4],
      [1, 5],
      [2, 6],
      [3, 7],
    ]);
  });
});

describe('explicit windows', () => {
  test('may overlap, be unequal, come unsorted and leave neurons out', () => {
    const windows = explicitWindows(5, [[3, 0], [0], [1, 0, 3]], 'test');
    expect(listsOf(windows)).toEqual([[0, 3], [0], [0, 1, 3]]);
    expect(windows.count).toBe(3);
    expectSound(windows);
    expect([...windows.sizes]).toEqual([2, 1, 3]);
  });

  test('that hold every neuron once are a partition', () => {
    const windows = explicitWindows(
      4,
      [
        [3, 0],
        [1, 2],
      ],
      'test',
    );
    expect([...(windows.partition ?? [])]).toEqual([0, 1, 1, 0]);
    expectSound(windows);
  });

  test('that hold one neuron twice and another never are no partition, though the count fits', () => {
    expect(explicitWindows(3, [[0, 1], [1]], 'test').partition).toBeNull();
  });

  test.each<[number[][], string]>([
    [[], 'windows "x": expected at least one window; got none'],
    [[[0], []], 'windows "x", window 1: expected at least one neuron; got none'],
    [[[0, 1, 0]], 'windows "x", window 0: a neuron is named twice'],
    [[[0], [4]], 'windows "x", window 1: expected neurons from 0 to 3; got 4'],
    [[[-1]], 'expected neurons from 0 to 3; got -1'],
    [[[1.5]], 'expected neurons from 0 to 3; got 1.5'],
    [[[Number.NaN]], 'expected neurons from 0 to 3; got NaN'],
  ])('%j are refused', (lists, message) => {
    expect(() => explicitWindows(4, lists, 'windows "x"')).toThrow(message);
  });
});

describe('relabelled windows', () => {
  test('hold the neurons that took the place of their old ones', () => {
    // neuron 0 now lies where 2 lay, 1 where 3 lay, …
    const relabelled = relabelWindows(runWindows(4, 2), Uint32Array.from([2, 3, 1, 0]));
    expect(listsOf(relabelled)).toEqual([
      [2, 3],
      [0, 1],
    ]);
    expectSound(relabelled);
  });

  test('keep overlaps, and neurons in no window', () => {
    const windows = explicitWindows(
      4,
      [
        [0, 1],
        [1, 2],
      ],
      'test',
    );
    expect(listsOf(relabelWindows(windows, Uint32Array.from([3, 1, 0, 2])))).toEqual([
      [1, 2],
      [1, 3],
    ]);
  });

  test('need a source for every neuron', () => {
    expect(() => relabelWindows(runWindows(4, 2), Uint32Array.from([0, 1]))).toThrow('each of 4 neurons; got 2');
  });
});
