import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { type Architecture, defineArchitecture, meanFanOut } from '../../src/pattern/architecture.ts';
import { type EntryOptions, scatterEntries } from '../../src/pattern/entries.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import { type Metric, metrics } from '../../src/scatter/metric.ts';
import { exactRandomLevel, hypergeometric, randomLevels } from '../../src/scatter/random-level.ts';
import { allPatterns } from './all-patterns.ts';
import { randomPattern } from './random-pattern.ts';

/** Mean vector and mean S over every pattern there is. */
function levelByEnumeration(architecture: Architecture, options: EntryOptions, metric: Metric) {
  const entries = scatterEntries(architecture, options);
  const sums = entries.map(() => 0);
  let [patterns, scatters] = [0, 0];
  for (const pattern of allPatterns(architecture)) {
    const { vector, scatter } = scorePattern(pattern, entries, metric);
    for (const [index, value] of vector.entries()) sums[index] += value;
    scatters += scatter;
    patterns++;
  }
  return { vector: sums.map((sum) => sum / patterns), scatter: scatters / patterns };
}

describe('one junction: the closed form is the mean over all patterns', () => {
  const cases: [number, number, number, EntryOptions['windows']][] = [
    [4, 4, 2, 'integral'],
    [4, 4, 3, 'integral'],
    [6, 3, 1, 'integral'],
    [6, 4, 2, 'balanced'],
    [5, 5, 3, 'balanced'],
    [6, 4, 2, { '1:1 forward': [[0, 1, 2, 3], [3, 5], [4]], '1:1 backward': [[0, 1, 3], [2]] }],
  ];
  for (const [left, right, fanOut, windows] of cases) {
    for (const metric of metrics) {
      const name = typeof windows === 'object' ? 'explicit' : windows;
      test(`${left}-${right} (${fanOut}), ${name} windows, ${metric}`, () => {
        const architecture = defineArchitecture({ layers: [left, right], fanOuts: [fanOut] });
        const expected = levelByEnumeration(architecture, { windows }, metric);
        for (const [index, entry] of scatterEntries(architecture, { windows }).entries()) {
          expect(exactRandomLevel(entry, architecture, metric)).toBeCloseTo(expected.vector[index], 12);
        }
      });
    }
  }
});

describe('one junction of balanced degrees: the same, left neurons being of two degrees', () => {
  for (const [left, right, fanIn] of [
    [4, 3, 2],
    [5, 3, 3],
    [3, 5, 2],
    [5, 4, 2],
    [3, 4, 1],
  ]) {
    test.each(metrics)(`${left}-${right}, fan-in ${fanIn}, %s`, (metric) => {
      const architecture = defineArchitecture({
        layers: [left, right],
        fanOuts: [meanFanOut(left, right, fanIn)],
      });
      const everyOther = Array.from({ length: Math.ceil(right / 2) }, (_, i) => 2 * i);
      for (const windows of ['integral', { '1:1 backward': [everyOther, [0]] }] as const) {
        const expected = levelByEnumeration(architecture, { windows }, metric);
        for (const [index, entry] of scatterEntries(architecture, { windows }).entries()) {
          expect(exactRandomLevel(entry, architecture, metric)).toBeCloseTo(expected.vector[index], 12);
        }
      }
    });
  }
});

test('known levels: .75 less nearly nothing at windows of 2, .64 to .68 for large ones, .997 for 64-48 (36)', () => {
  const level = (left: number, right: number, fanOut: number) => {
    const architecture = defineArchitecture({ layers: [left, right], fanOuts: [fanOut] });
    return exactRandomLevel(scatterEntries(architecture)[0], architecture, 'indicator') as number;
  };
  expect(level(1024, 1024, 512)).toBeCloseTo(0.75, 3);
  expect(level(25088, 4096, 64)).toBeGreaterThan(0.63);
  expect(level(25088, 4096, 64)).toBeLessThan(0.68);
  expect(level(64, 48, 36)).toBeCloseTo(0.997, 3);
});

test('hypergeometric probabilities sum to 1, have the right mean and survive numbers whose tails underflow', () => {
  for (const [items, marked, drawn] of [
    [6, 3, 2],
    [50, 20, 40],
    [200_000, 100_000, 90_000],
  ]) {
    const probabilities = hypergeometric(items, marked, drawn);
    const sum = probabilities.reduce((total, p) => total + p, 0);
    const mean = probabilities.reduce((total, p, count) => total + p * count, 0);
    expect(sum).toBeCloseTo(1, 10);
    expect(mean / ((marked * drawn) / items)).toBeCloseTo(1, 8);
  }
  expect([...hypergeometric(4, 2, 2)]).toEqual([1 / 6, 4 / 6, 1 / 6].map((p) => expect.closeTo(p, 14)));
});

test('spans and S are sampled: within four standard errors of the mean over all patterns, and the same by seed', () => {
  const architecture = defineArchitecture({ layers: [4, 4, 4], fanOuts: [2, 3] });
  const entries = scatterEntries(architecture);
  const expected = levelByEnumeration(architecture, {}, 'fair-share');
  const draw = () =>
    randomLevels(
      entries,
      architecture,
      'fair-share',
      (random) => randomPattern(architecture, random),
      Random.fromSeed(9),
      1500,
    );
  const levels = draw();
  expect(levels.vector.map(({ source }) => source)).toEqual(['exact', 'exact', 'exact', 'exact', 'sampled', 'sampled']);
  for (const [index, level] of [...levels.vector, levels.scatter].entries()) {
    const mean = [...expected.vector, expected.scatter][index];
    expect(Math.abs(level.value - mean)).toBeLessThanOrEqual(4 * level.error + 1e-12);
  }
  expect(levels.scatter.error).toBeGreaterThan(0);
  expect(draw()).toEqual(levels);
});

test('a vacuous entry has level 1, and fewer than two samples are refused', () => {
  const architecture = defineArchitecture({ layers: [4, 2], fanOuts: [2] });
  const entries = scatterEntries(architecture);
  expect(entries.every(({ vacuous }) => vacuous)).toBe(true);
  expect(exactRandomLevel(entries[0], architecture, 'fair-share')).toBe(1);
  const sample = (random: Random) => randomPattern(architecture, random);
  expect(() => randomLevels(entries, architecture, 'indicator', sample, Random.fromSeed(1), 1)).toThrow(/got 1/);
});
