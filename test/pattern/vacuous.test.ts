import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import {
  type Architecture,
  defineArchitecture,
  feasibleFanOuts,
  isExact,
  junctionSizes,
  leastFanIn,
  meanFanOut,
} from '../../src/pattern/architecture.ts';
import { type Entry, type EntryOptions, entryKey, scatterEntries } from '../../src/pattern/entries.ts';
import { fewestReached } from '../../src/pattern/vacuous.ts';
import { allJunctions, allPatterns } from '../scatter/all-patterns.ts';
import { listsOf, pathCounts } from './window-oracle.ts';

const MOST_PATTERNS = 5_000;

const net = (layers: number[], fanOuts: number[]) => defineArchitecture({ layers, fanOuts });

/** Entries that are vacuous under the metric that they were made for. */
const vacuousKeys = (architecture: Architecture, metric: 'indicator' | 'fair-share', options: EntryOptions = {}) =>
  scatterEntries(architecture, { spans: 'all', ...options }, metric).flatMap((entry) =>
    entry.vacuous ? [entry.key] : [],
  );

/** Fan-outs of every fan-in that leaves no neuron without an edge: exact and balanced. */
const allFanOuts = (left: number, right: number) =>
  Array.from({ length: left - leastFanIn(left, right) + 1 }, (_, i) =>
    meanFanOut(left, right, leastFanIn(left, right) + i),
  );

/** All nets of these layers with few enough patterns. */
function* tinyNets(
  junctions: number,
  most: number,
  degrees: typeof allFanOuts = feasibleFanOuts,
): Generator<Architecture> {
  const layerLists = (length: number): number[][] =>
    length === 0
      ? [[]]
      : layerLists(length - 1).flatMap((list) => Array.from({ length: most }, (_, i) => [...list, i + 1]));
  for (const layers of layerLists(junctions + 1)) {
    const choices = layers.slice(1).map((right, i) => degrees(layers[i], right));
    const fanOutLists = choices.reduce<number[][]>(
      (lists, own) => lists.flatMap((l) => own.map((f) => [...l, f])),
      [[]],
    );
    for (const fanOuts of fanOutLists) {
      const counts = fanOuts.map((fanOut, i) => allJunctions(layers[i], layers[i + 1], fanOut).length);
      if (counts.reduce((a, b) => a * b, 1) <= MOST_PATTERNS) yield net(layers, fanOuts);
    }
  }
}

/** Windows of any kind for every entry: one list of a random size each, or several that may overlap. */
function anyWindows(architecture: Architecture, random: Random): EntryOptions {
  const windows: Record<string, number[][]> = {};
  for (const { from, to, direction } of scatterEntries(architecture, { spans: 'all' })) {
    const neurons = architecture.layers[direction === 'forward' ? from - 1 : to];
    windows[entryKey(from, to, direction)] = Array.from({ length: 1 + random.below(2) }, () =>
      random.shuffle(Array.from({ length: neurons }, (_, n) => n)).slice(0, 1 + random.below(neurons)),
    );
  }
  return { spans: 'all', windows };
}

/** The same degrees with every kind of windows, with and without padding. */
function entryKinds(plain: Architecture, random: Random): Entry[] {
  const padded = defineArchitecture({
    ...{ layers: plain.layers, fanOuts: plain.fanOuts },
    usedInputs: 1 + random.below(plain.layers[0]),
    usedOutputs: 1 + random.below(plain.layers[plain.layers.length - 1]),
  });
  return [plain, padded].flatMap((architecture) =>
    ([{ windows: 'integral' }, { windows: 'balanced' }, anyWindows(architecture, random)] as const).flatMap((options) =>
      scatterEntries(architecture, { ...options, spans: 'all' }),
    ),
  );
}

/** Whether some pattern scores less than 1, by counting the paths of every pattern there is. */
function scoresBelow(entries: readonly Entry[], architecture: Architecture) {
  const below = entries.map(() => ({ indicator: false, 'fair-share': false }));
  const lists = entries.map(({ windows }) => listsOf(windows));
  for (const pattern of allPatterns(architecture)) {
    const spans = new Map<string, number[][]>();
    for (const [index, { from, to, direction, averaged, rate }] of entries.entries()) {
      const known = below[index];
      if (known.indicator && known['fair-share']) continue;
      const span = `${from}:${to}`;
      const counts = spans.get(span) ?? pathCounts(pattern, from, to);
      spans.set(span, counts);
      for (const list of lists[index]) {
        for (let n = 0; n < averaged; n++) {
          const count = list.reduce((sum, m) => sum + (direction === 'forward' ? counts[n][m] : counts[m][n]), 0);
          if (count < 1) known.indicator = true;
          if (count * rate.denominator < list.length * rate.numerator) known['fair-share'] = true;
        }
      }
    }
  }
  return below;
}

describe('an entry is vacuous just where every pattern scores 1, under either metric:', () => {
  test.each([
    [1, 6, 'exact'],
    [2, 4, 'exact'],
    [3, 3, 'exact'],
    [1, 5, 'balanced'],
    [2, 4, 'balanced'],
    [3, 3, 'balanced'],
  ])('all nets of %d junctions with layers of up to %d neurons and %s degrees', (junctions, most, kind) => {
    const random = Random.fromSeed(junctions);
    const told = { indicator: 0, 'fair-share': 0, neither: 0 };
    for (const architecture of tinyNets(junctions, most, kind === 'exact' ? feasibleFanOuts : allFanOuts)) {
      if (kind === 'balanced' && junctionSizes(architecture).every(isExact)) continue;
      const entries = entryKinds(architecture, random);
      for (const [index, below] of scoresBelow(entries, architecture).entries()) {
        const { key, vacuousUnder, windows } = entries[index];
        const what = `${architecture.layers} (${architecture.fanOuts}) ${key}, windows ${JSON.stringify(listsOf(windows))}`;
        expect(vacuousUnder, what).toEqual({ indicator: !below.indicator, 'fair-share': !below['fair-share'] });
        told[vacuousUnder['fair-share'] ? 'fair-share' : vacuousUnder.indicator ? 'indicator' : 'neither']++;
      }
    }
    // each of the three kinds is met often: neither rule is trivial here
    expect(Math.min(...Object.values(told))).toBeGreaterThan(20);
  });
});

test('the fewest neurons that a pattern can join to one are found by looking at every pattern', () => {
  for (const architecture of tinyNets(2, 4, allFanOuts)) {
    for (const direction of ['forward', 'backward'] as const) {
      let fewest = Number.POSITIVE_INFINITY;
      for (const pattern of allPatterns(architecture)) {
        const counts = pathCounts(pattern, 1, 2);
        const first = direction === 'forward' ? counts[0] : counts.map((row) => row[0]);
        fewest = Math.min(fewest, first.filter((count) => count > 0).length);
      }
      expect(fewestReached(architecture, { from: 1, to: 2, direction })).toBe(fewest);
    }
  }
});

test('under indicator more is vacuous: degree + window > neurons, and spans where fo_1 + fi_2 > N_2', () => {
  // 6-6 with fan-out 4: windows of 3, of which a neuron with 4 of 6 misses none
  expect(vacuousKeys(net([6, 6], [4]), 'indicator')).toEqual(['1:1 forward', '1:1 backward']);
  expect(vacuousKeys(net([6, 6], [4]), 'fair-share')).toEqual([]);
  expect(vacuousKeys(net([6, 6], [3]), 'indicator')).toEqual([]);
  // 768 + 512 > 1024, while 128 + 128 ≤ 1024
  expect(vacuousKeys(net([64, 1024, 64], [768, 32]), 'indicator')).toContain('1:2 forward');
  expect(vacuousKeys(net([64, 1024, 64], [768, 32]), 'indicator')).toContain('1:2 backward');
  expect(vacuousKeys(net([64, 1024, 64], [768, 32]), 'fair-share')).toEqual([]);
  expect(vacuousKeys(net([64, 1024, 64], [128, 8]), 'indicator')).toEqual([]);
});

test('the smallest window decides, and padding changes nothing', () => {
  const architecture = defineArchitecture({ layers: [6, 6], fanOuts: [4], usedOutputs: 2 });
  const windows = (lists: number[][]) => ({ windows: { '1:1 forward': lists } });
  expect(
    vacuousKeys(
      architecture,
      'indicator',
      windows([
        [0, 1, 2],
        [5, 4, 3, 0],
      ]),
    ),
  ).toContain('1:1 forward');
  expect(
    vacuousKeys(
      architecture,
      'indicator',
      windows([
        [0, 1],
        [2, 3, 4, 5],
      ]),
    ),
  ).not.toContain('1:1 forward');
});

test('without a metric only what is vacuous under both is called vacuous', () => {
  expect(scatterEntries(net([6, 6], [4])).map(({ vacuous }) => vacuous)).toEqual([false, false]);
  expect(scatterEntries(net([6, 6], [6])).map(({ vacuous }) => vacuous)).toEqual([true, true]);
  expect(junctionSizes(net([6, 6], [6]))[0].density).toBe(1);
});
