import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Architecture, type ArchitectureRequest, defineArchitecture } from '../../src/pattern/architecture.ts';
import { type Entry, type EntryOptions, scatterEntries } from '../../src/pattern/entries.ts';
import { makePattern } from '../../src/pattern/pattern.ts';
import { certificate, entryBound, isOptimal, isPointless, scoreBound } from '../../src/scatter/bound.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import { type Metric, metrics } from '../../src/scatter/metric.ts';
import { allPatterns } from './all-patterns.ts';
import { scatterCases } from './arbitrary-case.ts';

interface TinyCase {
  readonly request: ArchitectureRequest;
  readonly options: EntryOptions;
}

const entriesOf = ({ request, options }: TinyCase) => scatterEntries(defineArchitecture(request), options);

/** The highest each entry gets over every pattern there is. */
function bestByBruteForce(architecture: Architecture, entries: readonly Entry[], metric: Metric): number[] {
  const best = entries.map(() => 0);
  for (const pattern of allPatterns(architecture)) {
    const { vector } = scorePattern(pattern, entries, metric);
    for (const [index, value] of vector.entries()) best[index] = Math.max(best[index], value);
  }
  return best;
}

const nets: readonly [number[], number[]][] = [
  [[4, 4], [1]],
  [[4, 4], [2]],
  [[4, 4], [3]],
  [[6, 4], [2]],
  [[4, 6], [3]],
  [[6, 3], [2]],
  [[5, 5], [2]],
  [[6, 2], [1]],
  [
    [4, 4, 4],
    [1, 2],
  ],
  [
    [4, 4, 4],
    [2, 3],
  ],
  [
    [6, 3, 3],
    [1, 2],
  ],
  [
    [3, 3, 3],
    [2, 2],
  ],
  [
    [4, 4, 2],
    [2, 1],
  ],
  [
    [4, 2, 2, 4],
    [1, 1, 2],
  ],
  [
    [3, 3, 3, 3],
    [1, 2, 2],
  ],
  [
    [3, 6, 3],
    [4, 1],
  ],
  [
    [3, 6, 3],
    [2, 2],
  ],
  [
    [2, 4, 4],
    [2, 2],
  ],
];

const paddings = [0, 1, 2];

const tiny: TinyCase[] = nets
  .flatMap(([layers, fanOuts]) =>
    paddings.flatMap((padding) =>
      (['integral', 'balanced'] as const).map((windows) => ({
        request: {
          layers,
          fanOuts,
          usedInputs: layers[0] - padding,
          usedOutputs: Math.max(1, layers[layers.length - 1] - padding),
        },
        options: { windows, spans: 'all' as const },
      })),
    ),
  )
  .filter(({ request }) => (request.usedInputs ?? 1) >= 1);

const explicit: TinyCase[] = [0, 1, 2].flatMap((padding): TinyCase[] => [
  {
    request: { layers: [6, 4], fanOuts: [2], usedInputs: 6 - padding, usedOutputs: 4 - padding },
    options: { windows: { '1:1 forward': [[0, 1, 2], [2, 3], [5]], '1:1 backward': [[0], [1]] } },
  },
  {
    request: { layers: [6, 3], fanOuts: [2], usedInputs: 6 - padding, usedOutputs: 3 - padding },
    options: {
      windows: {
        '1:1 forward': [[0, 1, 2, 3], [3, 4], [4]],
        '1:1 backward': [
          [0, 1],
          [1, 2],
        ],
      },
    },
  },
  {
    request: { layers: [4, 4, 4], fanOuts: [2, 2], usedInputs: 4 - padding, usedOutputs: 4 - padding },
    options: { windows: { '1:2 forward': [[0, 1], [1], [1, 2]], '1:2 backward': [[0], [0, 1, 2]] } },
  },
  {
    request: { layers: [6, 3, 3], fanOuts: [1, 2], usedInputs: 6 - padding, usedOutputs: 3 - padding },
    options: { windows: { '1:2 forward': [[0], [2]], '1:2 backward': [[0], [0, 2]] } },
  },
]);

const describeCase = ({ request, options }: TinyCase) =>
  `${request.layers.join('-')} (${request.fanOuts.join(',')}), used ${request.usedInputs} and ${request.usedOutputs}, ${
    typeof options.windows === 'object' ? 'explicit' : options.windows
  } windows`;

describe('over all patterns of a tiny architecture', () => {
  for (const one of tiny) {
    test(`the bound is the very maximum of every entry: ${describeCase(one)}`, () => {
      const architecture = defineArchitecture(one.request);
      const entries = entriesOf(one);
      for (const metric of metrics) {
        const best = bestByBruteForce(architecture, entries, metric);
        for (const [index, entry] of entries.entries()) {
          expect(entryBound(entry, architecture, metric), `${entry.key} ${metric}`).toBeCloseTo(best[index], 12);
        }
      }
    });
  }

  for (const one of explicit) {
    test(`the bound is never below the maximum, with overlaps and gaps: ${describeCase(one)}`, () => {
      const architecture = defineArchitecture(one.request);
      const entries = entriesOf(one);
      for (const metric of metrics) {
        const best = bestByBruteForce(architecture, entries, metric);
        for (const [index, entry] of entries.entries()) {
          expect(entryBound(entry, architecture, metric)).toBeGreaterThanOrEqual(best[index] - 1e-12);
        }
      }
    });
  }
});

test('property: no pattern beats the bound', () => {
  fc.assert(
    fc.property(scatterCases, ({ architecture, entries, pattern }) => {
      for (const metric of metrics) {
        const { vector, scatter } = scorePattern(pattern, entries, metric);
        for (const [index, entry] of entries.entries()) {
          expect(vector[index]).toBeLessThanOrEqual(entryBound(entry, architecture, metric) + 1e-12);
        }
        expect(scatter).toBeLessThanOrEqual(scoreBound(entries, architecture, metric) + 1e-12);
      }
    }),
    { numRuns: 300 },
  );
});

describe('by formula', () => {
  test('an average of 1.5 edges a window caps fair-share at 5/6', () => {
    const architecture = defineArchitecture({ layers: [4, 4, 4], fanOuts: [2, 3] });
    const span = scatterEntries(architecture).find(({ key }) => key === '1:2 forward') as Entry;
    expect(span.ideal).toBe(1.5);
    expect(entryBound(span, architecture, 'fair-share')).toBeCloseTo(5 / 6, 15);
    expect(entryBound(span, architecture, 'indicator')).toBe(1);
  });

  test('windows below their share cap the indicator at their average share', () => {
    // 8→4 with fan-out 1: two edges into a neuron; windows of 2 of 8 neurons have half an edge each
    const architecture = defineArchitecture({ layers: [8, 4], fanOuts: [1] });
    const [forward] = scatterEntries(architecture, {
      windows: {
        '1:1 forward': [
          [0, 1],
          [2, 3],
          [4, 5],
          [6, 7],
        ],
      },
    });
    expect(entryBound(forward, architecture, 'indicator')).toBe(0.5);
  });

  test('padding neurons that take their share of small windows leave the averaged ones less', () => {
    // 4→4 with fan-out 3, windows {0},{1},{2,3}, 3 of 4 right neurons averaged: the fourth misses one left neuron only
    const architecture = defineArchitecture({ layers: [4, 4], fanOuts: [3], usedOutputs: 3 });
    const [forward] = scatterEntries(architecture, { windows: 'balanced' });
    expect(entryBound(forward, architecture, 'indicator')).toBeCloseTo(8 / 9, 15);
  });
});

describe('the certificate', () => {
  const architecture = defineArchitecture({ layers: [4, 4], fanOuts: [2] });
  const entries = scatterEntries(architecture);
  const grid = makePattern(architecture, [Uint32Array.of(0, 2, 0, 2, 1, 3, 1, 3)]);

  test('a pattern with every entry at its bound is optimal', () => {
    const spread = makePattern(architecture, [Uint32Array.of(0, 2, 1, 3, 0, 2, 1, 3)]);
    expect(certificate(scorePattern(spread, entries, 'indicator'), entries, architecture)).toBe('optimal');
  });

  test('one entry below its bound denies it', () => {
    const score = scorePattern(grid, entries, 'indicator');
    expect(score.vector).toEqual([1, 0.5]);
    expect(certificate(score, entries, architecture)).toBeNull();
  });

  test('where every pattern scores 1 there is none: nothing is told of a pattern that holds of all', () => {
    // windows of 3 among 6 neurons, and degrees of 4: no window can be missed
    const net = defineArchitecture({ layers: [6, 6], fanOuts: [4] });
    const vacuous = scatterEntries(net);
    const pattern = makePattern(net, [Uint32Array.from({ length: 24 }, (_, e) => ((e >> 2) + (e & 3)) % 6)]);
    const score = scorePattern(pattern, vacuous, 'indicator');
    expect(score.vector).toEqual([1, 1]);
    expect(isOptimal(score, vacuous, net)).toBe(true);
    expect(isPointless(vacuous, 'indicator')).toBe(true);
    expect(certificate(score, vacuous, net)).toBeNull();
    // under fair-share they differ
    expect(isPointless(vacuous, 'fair-share')).toBe(false);
    expect(scorePattern(pattern, vacuous, 'fair-share').scatter).toBeLessThan(1);
  });

  test('a bound below 1 can be reached, and is optimal then', () => {
    const net = defineArchitecture({ layers: [3, 6, 3], fanOuts: [4, 1] });
    const spans = scatterEntries(net);
    const best = [...allPatterns(net)].some((pattern) => {
      const score = scorePattern(pattern, spans, 'fair-share');
      return score.scatter < 1 && certificate(score, spans, net) === 'optimal';
    });
    expect(scoreBound(spans, net, 'fair-share')).toBeCloseTo(5 / 6, 15);
    expect(best).toBe(true);
  });
});
