import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Architecture,
  defineArchitecture,
  feasibleFanOuts,
  type LayerShape,
} from '../../src/pattern/architecture.ts';
import { type Entry, entryKey, scatterEntries, spanRate } from '../../src/pattern/entries.ts';
import { samplePattern } from './sample-patterns.ts';
import { bruteRate, bruteWindows, listsOf, pathCounts } from './window-oracle.ts';

const net = (layers: number[], fanOuts: number[], more: Partial<Architecture> = {}) =>
  defineArchitecture({ layers, fanOuts, ...more });

/** One line an entry: windows × size, ideal, averaged of neurons. */
const summaries = (entries: readonly Entry[]) =>
  entries.map(
    (entry) =>
      `${entry.key}: ${entry.windows.count} of ${entry.windowSize}, ideal ${entry.ideal}, over ${entry.averaged}/${entry.neurons}${entry.vacuous ? ', vacuous' : ''}`,
  );

describe('the derived windows, by hand', () => {
  test('of the paper’s Morse net: windows of 1/density, and single neurons with ideal 16 in the span', () => {
    expect(summaries(scatterEntries(net([64, 1024, 64], [128, 8])))).toEqual([
      '1:1 forward: 8 of 8, ideal 1, over 1024/1024',
      '1:1 backward: 128 of 8, ideal 1, over 64/64',
      '2:2 forward: 128 of 8, ideal 1, over 64/64',
      '2:2 backward: 8 of 8, ideal 1, over 1024/1024',
      '1:2 forward: 64 of 1, ideal 16, over 64/64',
      '1:2 backward: 64 of 1, ideal 16, over 64/64',
    ]);
  });

  test('of 64→48 with fan-out 36: windows of 4 with ideal 3, and no span entries for one junction', () => {
    expect(summaries(scatterEntries(net([64, 48], [36])))).toEqual([
      '1:1 forward: 16 of 4, ideal 3, over 48/48',
      '1:1 backward: 12 of 4, ideal 3, over 64/64',
    ]);
  });

  test('of 28×28 in 16 windows: the 7×7 squares of figure 5a', () => {
    const [forward] = scatterEntries(net([784, 49], [1], { shapes: [[28, 28], [49]] }));
    expect(summaries([forward])).toEqual(['1:1 forward: 16 of 49, ideal 1, over 49/49']);
    const lists = listsOf(forward.windows);
    expect(lists[0].slice(0, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 28]);
    expect(lists[5]).toContain(7 * 28 + 7);
    expect(lists[15].at(-1)).toBe(783);
  });

  test('of a span with r = 3/2: single neurons with the ideal 1.5, not windows of 2', () => {
    expect(summaries(scatterEntries(net([4, 4, 4], [2, 3])).slice(4))).toEqual([
      '1:2 forward: 4 of 1, ideal 1.5, over 4/4',
      '1:2 backward: 4 of 1, ideal 1.5, over 4/4',
    ]);
  });

  test('of a span with r = 3/8: windows of 8 with ideal 3 on both sides', () => {
    expect(summaries(scatterEntries(net([16, 16, 32], [3, 4])).slice(4))).toEqual([
      '1:2 forward: 2 of 8, ideal 3, over 32/32',
      '1:2 backward: 4 of 8, ideal 3, over 16/16',
    ]);
  });

  test('of a span with r = 1: single neurons with ideal 1', () => {
    expect(summaries(scatterEntries(net([4096, 512, 16], [1, 2])).slice(4))).toEqual([
      '1:2 forward: 512 of 8, ideal 1, over 16/16',
      '1:2 backward: 2 of 8, ideal 1, over 4096/4096',
    ]);
    expect(summaries(scatterEntries(net([16, 16, 16], [4, 4])).slice(4))).toEqual([
      '1:2 forward: 16 of 1, ideal 1, over 16/16',
      '1:2 backward: 16 of 1, ideal 1, over 16/16',
    ]);
  });

  test('are vacuous in a dense junction, in a span through one, and where one window is the whole layer', () => {
    const vacuous = (architecture: Architecture) =>
      scatterEntries(architecture, { spans: 'all' }).flatMap((entry) => (entry.vacuous ? [entry.key] : []));
    expect(vacuous(net([784, 224, 10], [4, 10]))).toEqual([
      '2:2 forward',
      '2:2 backward',
      '1:2 forward',
      '1:2 backward',
    ]);
    // fan-out 1: one right window in each junction; in the span r = 8·32/4096 = 1/16, again one window of all 16
    expect(vacuous(net([4096, 512, 16], [1, 1]))).toEqual(['1:1 backward', '2:2 backward', '1:2 backward']);
    expect(vacuous(net([8, 4, 4], [1, 2]))).toEqual(['1:1 backward']);
    // q equals both layers: a permutation matrix has one window a side
    expect(vacuous(net([4, 4], [1]))).toEqual(['1:1 forward', '1:1 backward']);
    expect(vacuous(net([64, 1024, 64], [128, 8]))).toEqual([]);
  });

  test('follow each layer’s own shape', () => {
    // r = 1/4 in both junctions, 1:2 has r = 1/4·1/4·16 = 1
    const entries = scatterEntries(net([16, 16, 16], [4, 4], { shapes: [[4, 4], [2, 2, 4], [16]] }));
    const first = Object.fromEntries(entries.map((entry) => [entry.key, listsOf(entry.windows)[0]]));
    expect(first).toEqual({
      '1:1 forward': [0, 1, 4, 5],
      '1:1 backward': [0, 1, 4, 5],
      '2:2 forward': [0, 1, 4, 5],
      '2:2 backward': [0, 1, 2, 3],
      '1:2 forward': [0],
      '1:2 backward': [0],
    });
    // on [4, 4] these are 2×2 pixels; on [2, 2, 4] pixels 0 and 1 (1×2) with their channels 0 and 1
    expect(listsOf(entries[1].windows)).toEqual([
      [0, 1, 4, 5],
      [2, 3, 6, 7],
      [8, 9, 12, 13],
      [10, 11, 14, 15],
    ]);
  });
});

describe('padding', () => {
  test('is left out of averages over the first and last layer only, in spans too, and cuts no window', () => {
    const architecture = net([16, 8, 16], [2, 8], { usedInputs: 13, usedOutputs: 10 });
    expect(summaries(scatterEntries(architecture))).toEqual([
      '1:1 forward: 4 of 4, ideal 1, over 8/8',
      '1:1 backward: 2 of 4, ideal 1, over 13/16',
      '2:2 forward: 4 of 2, ideal 1, over 10/16',
      '2:2 backward: 8 of 2, ideal 1, over 8/8',
      '1:2 forward: 16 of 1, ideal 1, over 10/16',
      '1:2 backward: 16 of 1, ideal 1, over 13/16',
    ]);
  });

  test('of one junction is on both of its sides', () => {
    const architecture = net([1024, 16], [4], { usedInputs: 784, usedOutputs: 10 });
    expect(summaries(scatterEntries(architecture))).toEqual([
      '1:1 forward: 256 of 4, ideal 1, over 10/16',
      '1:1 backward: 4 of 4, ideal 1, over 784/1024',
    ]);
  });
});

describe('spans', () => {
  const keys = (architecture: Architecture, spans: 'io' | 'all') =>
    scatterEntries(architecture, { spans }).map((e) => e.key);

  test('come junction by junction, then 1:J, forward before backward', () => {
    expect(keys(net([8, 8, 8, 8], [2, 2, 2]), 'io')).toEqual([
      '1:1 forward',
      '1:1 backward',
      '2:2 forward',
      '2:2 backward',
      '3:3 forward',
      '3:3 backward',
      '1:3 forward',
      '1:3 backward',
    ]);
  });

  test('by "all" are every X:Y, shorter ones first', () => {
    expect(keys(net([8, 8, 8, 8], [2, 2, 2]), 'all').filter((_, i) => i % 2 === 0)).toEqual([
      '1:1 forward',
      '2:2 forward',
      '3:3 forward',
      '1:2 forward',
      '2:3 forward',
      '1:3 forward',
    ]);
    expect(keys(net([8, 8], [2]), 'all')).toEqual(['1:1 forward', '1:1 backward']);
  });

  test('with more paths than can be counted have windows of one neuron and a rounded ideal', () => {
    const layers = new Array<number>(8).fill(1024);
    const entry = scatterEntries(net(layers, new Array<number>(7).fill(512))).at(-1);
    expect(entry).toMatchObject({ key: '1:7 backward', windowSize: 1, ideal: 512 ** 7 / 1024 });
  });

  test('with more paths than a number can hold have no ideal', () => {
    const layers = new Array<number>(1200).fill(4);
    const entry = scatterEntries(net(layers, new Array<number>(1199).fill(2))).at(-1);
    expect(entry).toMatchObject({ key: '1:1199 backward', windowSize: 1, ideal: null });
  });
});

describe('balanced windows', () => {
  test('are min(fan-in, N) left and min(fan-out, N) right ones, with an ideal only where all are alike', () => {
    // fan-in 4 of 10 neurons; fan-out 2 of 5
    expect(summaries(scatterEntries(net([10, 5], [2]), { windows: 'balanced' }))).toEqual([
      '1:1 forward: 4 of null, ideal null, over 5/5',
      '1:1 backward: 2 of null, ideal null, over 10/10',
    ]);
    // a span of 8·128 = 1024 paths over 64 neurons
    expect(summaries(scatterEntries(net([64, 1024, 64], [128, 8]), { windows: 'balanced' })).slice(4)).toEqual([
      '1:2 forward: 64 of 1, ideal 16, over 64/64',
      '1:2 backward: 64 of 1, ideal 16, over 64/64',
    ]);
    // 64→48: 48 left windows of 1 and 2, 36 right ones
    const [forward, backward] = scatterEntries(net([64, 48], [36]), { windows: 'balanced' });
    expect(listsOf(forward.windows).slice(0, 4)).toEqual([[0], [1], [2, 3], [4]]);
    expect([forward.windows.count, backward.windows.count]).toEqual([48, 36]);
  });

  test('are vacuous where there is but one', () => {
    expect(scatterEntries(net([4, 4], [1]), { windows: 'balanced' }).map((entry) => entry.vacuous)).toEqual([
      true,
      true,
    ]);
  });

  test('are refused on a layer with a shape', () => {
    expect(() => scatterEntries(net([16, 4], [1], { shapes: [[4, 4], [4]] }), { windows: 'balanced' })).toThrow(
      'balanced windows are for layers without a shape; layer 1 has one',
    );
  });
});

describe('explicit windows', () => {
  const architecture = net([8, 4, 4], [1, 2]);

  test('override the rule for their entry alone, the ideal being r·size', () => {
    const windows = {
      '1:1 forward': [
        [0, 2, 4],
        [1, 3, 5],
      ],
      '1:2 backward': [[0, 1, 2], [3]],
    };
    const entries = scatterEntries(architecture, { windows });
    expect(summaries(entries)).toEqual([
      '1:1 forward: 2 of 3, ideal 0.75, over 4/4',
      '1:1 backward: 1 of 4, ideal 1, over 8/8, vacuous',
      '2:2 forward: 2 of 2, ideal 1, over 4/4',
      '2:2 backward: 2 of 2, ideal 1, over 4/4',
      '1:2 forward: 4 of 2, ideal 1, over 4/4',
      '1:2 backward: 2 of null, ideal null, over 8/8',
    ]);
    expect(entries[0].rate).toEqual({ numerator: 1, denominator: 4 });
  });

  test('are vacuous where each of them is the whole layer', () => {
    const whole = [0, 1, 2, 3];
    const [entry] = scatterEntries(architecture, { windows: { '2:2 forward': [whole, whole] } }).slice(2);
    expect(entry.vacuous).toBe(true);
    const [part] = scatterEntries(architecture, { windows: { '2:2 forward': [whole, [0, 1]] } }).slice(2);
    expect(part.vacuous).toBe(false);
  });

  test('for a span that is not measured, or over neurons that are not there, are refused', () => {
    expect(() => scatterEntries(architecture, { windows: { '1:3 forward': [[0]] } })).toThrow(
      'windows are given for "1:3 forward"; expected one of "1:1 forward", "1:1 backward"',
    );
    expect(() => scatterEntries(architecture, { windows: { '2:2 forward': [[4]] } })).toThrow(
      'windows "2:2 forward", window 0: expected neurons from 0 to 3; got 4',
    );
  });
});

/** Small networks with shapes, padding and feasible fan-outs. */
const shapedNetworks = fc
  .array(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 4 })
  .chain((shapes) => {
    const layers = shapes.map((sides) => sides.reduce((a, b) => a * b, 1));
    return fc.record({
      layers: fc.constant(layers),
      fanOuts: fc.tuple(...layers.slice(1).map((right, i) => fc.constantFrom(...feasibleFanOuts(layers[i], right)))),
      shapes: fc.constant(shapes as unknown as LayerShape[]),
      usedInputs: fc.integer({ min: 1, max: layers[0] }),
      usedOutputs: fc.integer({ min: 1, max: layers[layers.length - 1] }),
    });
  })
  .map(defineArchitecture);

describe('property, against the rule written out by brute force:', () => {
  test('every net of any shapes has its windows, rate, ideal and averaged neurons', () => {
    fc.assert(
      fc.property(shapedNetworks, (architecture) => {
        const last = architecture.layers.length;
        for (const entry of scatterEntries(architecture, { spans: 'all' })) {
          const { from, to, direction } = entry;
          const [p, q] = bruteRate(architecture, from, to);
          expect(entry.key).toBe(`${from}:${to} ${direction}`);
          expect(entry.rate).toEqual({ numerator: p, denominator: q });
          const lists = bruteWindows(architecture, from, to, direction);
          expect(listsOf(entry.windows)).toEqual(lists?.map((list) => list.sort((a, b) => a - b)));
          expect(entry.windowSize).toBe(p >= q ? 1 : q);
          expect(entry.ideal).toBe(p >= q ? p / q : p);
          const averaged = direction === 'forward' ? to + 1 : from;
          expect(entry.neurons).toBe(architecture.layers[averaged - 1]);
          const real =
            averaged === 1 ? architecture.usedInputs : averaged === last ? architecture.usedOutputs : entry.neurons;
          expect(entry.averaged).toBe(real);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('the rate is the same from both sides: Π fan-ins / N_X = Π fan-outs / N_{Y+1}', () => {
    fc.assert(
      fc.property(shapedNetworks, ({ layers, fanOuts }) => {
        const { numerator, denominator } = spanRate({ layers, fanOuts }, 1, fanOuts.length);
        const paths = fanOuts.reduce((a, b) => a * b, 1);
        expect(numerator * layers[layers.length - 1]).toBe(denominator * paths);
      }),
    );
  });

  test('a vacuous entry gives every window its exact share in every pattern, derived or balanced', () => {
    fc.assert(
      fc.property(shapedNetworks, fc.nat(), (architecture, seed) => {
        const plain = defineArchitecture({ layers: architecture.layers, fanOuts: architecture.fanOuts });
        for (const windows of ['integral', 'balanced'] as const) {
          const vacuous = scatterEntries(plain, { spans: 'all', windows }).filter((entry) => entry.vacuous);
          const pattern = samplePattern(plain.layers, plain.fanOuts, seed);
          for (const entry of vacuous) expect(shares(pattern, entry)).toEqual([1]);
        }
      }),
    );
  });

  test('an entry that is not vacuous can score below 1: shown by one pattern for nets of two or more windows', () => {
    for (const [layers, fanOuts] of [
      [
        [8, 4, 4],
        [1, 2],
      ],
      [[64, 48], [36]],
      [
        [4, 4, 4],
        [2, 3],
      ],
      [
        [12, 18, 6],
        [3, 2],
      ],
    ]) {
      const entries = scatterEntries(net(layers, fanOuts)).filter((entry) => !entry.vacuous);
      expect(entries.length).toBeGreaterThan(0);
      for (const entry of entries) {
        const below = Array.from({ length: 50 }, (_, seed) => samplePattern(layers, fanOuts, seed)).some((pattern) =>
          shares(pattern, entry).some((share) => share < 1),
        );
        expect(below, entry.key).toBe(true);
      }
    }
  });
});

/** Distinct values of count / ideal, over every window and averaged neuron of an entry. */
function shares(pattern: Parameters<typeof pathCounts>[0], entry: Entry): number[] {
  const counts = pathCounts(pattern, entry.from, entry.to);
  const rate = entry.rate.numerator / entry.rate.denominator;
  const found = new Set<number>();
  for (const list of listsOf(entry.windows)) {
    for (let n = 0; n < entry.neurons; n++) {
      const count = list.reduce((sum, m) => sum + (entry.direction === 'forward' ? counts[n][m] : counts[m][n]), 0);
      found.add(Number((count / (rate * list.length)).toPrecision(12)));
    }
  }
  return [...found];
}

test('entry keys are those of a windows file', () => {
  expect(entryKey(1, 2, 'backward')).toBe('1:2 backward');
});
