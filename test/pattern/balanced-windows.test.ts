import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Architecture,
  defineArchitecture,
  isExact,
  junctionSizes,
  type LayerShape,
  leastFanIn,
  meanFanOut,
} from '../../src/pattern/architecture.ts';
import { scatterEntries } from '../../src/pattern/entries.ts';
import { gridParts, gridWindows } from '../../src/pattern/windows.ts';
import { listsOf } from './window-oracle.ts';

const net = (layers: number[], fanIns: number[], more: Partial<Architecture> = {}) =>
  defineArchitecture({
    layers,
    fanOuts: fanIns.map((fanIn, i) => meanFanOut(layers[i], layers[i + 1], fanIn)),
    ...more,
  });

/** Left and right windows of a span by the definition: Π fan-ins, and ⌊Π W/N⌋ at least 1, at most one a neuron. */
function windowCounts({ layers, fanOuts }: Architecture, from: number, to: number): [number, number] {
  let [into, right] = [1n, 1n];
  let left = 1n;
  for (const { fanIn, edges, left: near } of junctionSizes({ layers, fanOuts }).slice(from - 1, to)) {
    into *= BigInt(fanIn);
    right *= BigInt(edges);
    left *= BigInt(near);
  }
  const mean = right / left;
  const most = (count: bigint, neurons: number) => Number(count < BigInt(neurons) ? count : BigInt(neurons));
  return [most(into, layers[from - 1]), most(mean < 1n ? 1n : mean, layers[to])];
}

describe('windows of balanced degrees', () => {
  test('of 784→300 with fan-in 78: 78 windows of 10 or 11 inputs, 29 of 10 or 11 hidden neurons', () => {
    const [forward, backward] = scatterEntries(net([784, 300], [78]));
    expect([forward.windows.count, backward.windows.count]).toEqual([78, 29]);
    expect(new Set(forward.windows.sizes)).toEqual(new Set([10, 11]));
    expect(new Set(backward.windows.sizes)).toEqual(new Set([10, 11]));
    expect(forward.windowSize).toBeNull();
    expect(forward.rate).toEqual({ numerator: 39, denominator: 392 });
  });

  test('on 28×28 are a grid: 11 by 7 rectangles of 2 or 3 by 4', () => {
    const [forward] = scatterEntries(net([784, 300], [78], { shapes: [[28, 28], [300]] }));
    expect(gridParts([28, 28], 78)).toEqual([11, 7]);
    expect(forward.windows.count).toBe(77);
    expect(listsOf(forward.windows)[0]).toEqual([0, 1, 2, 3, 28, 29, 30, 31]);
  });

  test('of exact junctions beside a balanced one are the paper’s', () => {
    const entries = scatterEntries(net([784, 300, 100], [78, 30], { shapes: undefined }));
    expect(entries.slice(2, 4).map(({ windowSize, windows }) => [windowSize, windows.count])).toEqual([
      [10, 30],
      [10, 10],
    ]);
    // paths a pair: 78·30/784 > 1
    expect(entries.slice(4).map(({ windowSize }) => windowSize)).toEqual([1, 1]);
  });

  test('property: are as many as the definition says, runs of ⌊wN/K⌋ … ⌊(w+1)N/K⌋ − 1', () => {
    const nets = fc
      .tuple(fc.array(fc.integer({ min: 2, max: 40 }), { minLength: 2, maxLength: 4 }), fc.nat())
      .map(([layers, seed]) =>
        net(
          layers,
          layers.slice(1).map((right, i) => {
            const least = leastFanIn(layers[i], right);
            return least + (seed % (layers[i] - least + 1));
          }),
        ),
      );
    fc.assert(
      fc.property(nets, (architecture) => {
        for (const { from, to, direction, windows } of scatterEntries(architecture, { spans: 'all' })) {
          if (
            junctionSizes(architecture)
              .slice(from - 1, to)
              .every(isExact)
          )
            continue;
          const count = windowCounts(architecture, from, to)[direction === 'forward' ? 0 : 1];
          const neurons = architecture.layers[direction === 'forward' ? from - 1 : to];
          const start = (w: number) => Math.floor((w * neurons) / count);
          expect(listsOf(windows)).toEqual(
            Array.from({ length: count }, (_, w) =>
              Array.from({ length: start(w + 1) - start(w) }, (_, i) => start(w) + i),
            ),
          );
        }
      }),
      { numRuns: 200 },
    );
  });

  test('property: boxes tile any shape, no side above twice another, and no grid so square has more', () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 3 });
    fc.assert(
      fc.property(shapes, fc.nat(), (sides, seed) => {
        const shape = sides as unknown as LayerShape;
        const neurons = sides.reduce((a, b) => a * b, 1);
        const most = 1 + (seed % neurons);
        const parts = gridParts(shape, most);
        const lists = listsOf(gridWindows(shape, most));
        const [, width, channels = 1] = sides;
        const place = (n: number) => [
          Math.floor(n / (width * channels)),
          Math.floor(n / channels) % width,
          n % channels,
        ];
        const sidesOf = (list: number[]) => sides.map((_, axis) => new Set(list.map((n) => place(n)[axis])).size);
        for (const list of lists) expect(sidesOf(list).reduce((a, b) => a * b, 1)).toBe(list.length);
        expect(lists.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: neurons }, (_, n) => n));
        const worst = (counts: readonly number[]) => {
          const all = sides.flatMap((side, axis) => [Math.floor(side / counts[axis]), Math.ceil(side / counts[axis])]);
          return Math.max(...all) / Math.min(...all);
        };
        let [bestSquare, squarest] = [0, Number.POSITIVE_INFINITY];
        for (let i = 0; i < neurons; i++) {
          const counts = place(i)
            .slice(0, sides.length)
            .map((at) => at + 1);
          const boxes = counts.reduce((a, b) => a * b, 1);
          if (boxes > most) continue;
          squarest = Math.min(squarest, worst(counts));
          if (worst(counts) <= 2) bestSquare = Math.max(bestSquare, boxes);
        }
        if (bestSquare > 0) expect([lists.length, worst(parts) <= 2]).toEqual([bestSquare, true]);
        else expect(worst(parts)).toBe(squarest);
      }),
      { numRuns: 200 },
    );
  });
});
