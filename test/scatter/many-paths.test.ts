import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { defineArchitecture, junctionSizes } from '../../src/pattern/architecture.ts';
import { type Entry, scatterEntries } from '../../src/pattern/entries.ts';
import { makePattern, type Pattern } from '../../src/pattern/pattern.ts';
import { auditScore } from '../../src/scatter/audit.ts';
import { entryBound } from '../../src/scatter/bound.ts';
import { IncrementalScorer } from '../../src/scatter/incremental.ts';
import { scoreBoth, scorePattern } from '../../src/scatter/kernel.ts';
import { requireShares } from '../../src/scatter/mean-share.ts';
import { pathCountFault } from '../../src/scatter/path-counts.ts';
import { randomLevels } from '../../src/scatter/random-level.ts';
import { referenceScore } from '../../src/scatter/reference.ts';
import { listsOf } from '../pattern/window-oracle.ts';
import { randomJunction, randomPattern } from './random-pattern.ts';

/** A net of equal layers and fan-outs; its patterns join no neurons of different blocks, so that scores stay below 1. */
function deepNet(neurons: number, junctions: number, fanOut: number, usedOutputs?: number) {
  const layers = new Array<number>(junctions + 1).fill(neurons);
  const architecture = defineArchitecture({ layers, fanOuts: new Array<number>(junctions).fill(fanOut), usedOutputs });
  return { architecture, entries: scatterEntries(architecture, {}, 'indicator') };
}

/** Every junction is that many junctions side by side: neurons of different blocks are never joined. */
function blockPattern(neurons: number, junctions: number, fanOut: number, blocks: number, random: Random): Pattern {
  const size = neurons / blocks;
  const edges = Array.from({ length: junctions }, () =>
    Uint32Array.from(
      Array.from({ length: blocks }, (_, block) =>
        [...randomJunction(size, size, fanOut, random)].map((k) => k + block * size),
      ).flat(),
    ),
  );
  const sizes = { layers: new Array<number>(junctions + 1).fill(neurons), fanOuts: edges.map(() => fanOut) };
  return makePattern(sizes, edges);
}

/** An entry under indicator by walking sets of neurons, without any number except the last. */
function reachedShare(pattern: Pattern, { from, to, direction, windows, averaged }: Entry): number {
  const sizes = junctionSizes(pattern);
  const neighbours = (number: number, neuron: number): number[] => {
    const { fanIn } = sizes[number - 1];
    const sources = pattern.junctions[number - 1];
    if (direction === 'forward') return [...sources.subarray(neuron * fanIn, (neuron + 1) * fanIn)];
    return [...sources.keys()].filter((e) => sources[e] === neuron).map((e) => Math.floor(e / fanIn));
  };
  const numbers = Array.from({ length: to - from + 1 }, (_, i) => (direction === 'forward' ? to - i : from + i));
  let full = 0;
  for (let neuron = 0; neuron < averaged; neuron++) {
    let reached = new Set([neuron]);
    for (const number of numbers) reached = new Set([...reached].flatMap((each) => neighbours(number, each)));
    full += listsOf(windows).filter((list) => list.some((each) => reached.has(each))).length;
  }
  return full / (averaged * windows.count);
}

// 2^54 and 2^1100 paths: more than can be counted, and more than a double can hold
const deepNets = [
  ['2^54', 54],
  ['2^1100', 1100],
] as const;

describe.each(deepNets)('a net of %s paths into every neuron, under indicator,', (_, junctions) => {
  const random = Random.fromSeed(junctions);
  const { architecture, entries } = deepNet(12, junctions, 2, 7);
  const patterns = [
    randomPattern(architecture, random),
    blockPattern(12, junctions, 2, 3, random),
    blockPattern(12, junctions, 2, 4, random),
  ];
  const spans = entries.slice(-2);

  test('is scored by the kernel as sets of neurons say', () => {
    for (const pattern of patterns) {
      const expected = spans.map((entry) => reachedShare(pattern, entry));
      expect(scorePattern(pattern, spans, 'indicator').vector).toEqual(expected);
    }
    expect(scorePattern(patterns[1], spans, 'indicator').vector[0]).toBeCloseTo(1 / 3, 12);
  });

  test('is scored alike by the reference, and both kinds of audit believe it', () => {
    for (const pattern of patterns) {
      const score = scorePattern(pattern, spans, 'indicator');
      expect(referenceScore(pattern, spans, 'indicator')).toEqual(score);
      for (const wholeUpTo of [0, Number.POSITIVE_INFINITY]) {
        expect(auditScore(pattern, spans, score, random.fork(1), { wholeUpTo }).message).toBeNull();
      }
      const wrong = { ...score, vector: score.vector.map((value) => value - 1 / 84) };
      expect(auditScore(pattern, spans, wrong, random.fork(1)).agrees).toBe(false);
    }
  });

  test('has no score under fair-share beside it, and says why', () => {
    const { score, other, otherReason } = scoreBoth(patterns[0], entries, 'indicator');
    expect(score.scatter).toBeGreaterThan(0);
    expect(other).toBeNull();
    expect(otherReason).toMatch(/^1:\d+ forward: fair-share counts paths, and here are too many to be summed exactly/);
  });

  test('has a bound of 1 in its span, and a random level', () => {
    for (const entry of spans) expect(entryBound(entry, architecture, 'indicator')).toBe(1);
    const sample = (source: Random) => randomPattern(architecture, source);
    const levels = randomLevels(spans, architecture, 'indicator', sample, random.fork(2), 2);
    expect(levels.scatter.value).toBeGreaterThan(0);
  });

  test('cannot be followed swap by swap, which one question tells beforehand', () => {
    expect(pathCountFault(architecture, entries, 'indicator')).toMatch(/below 2\^53 into a neuron/);
    expect(() => new IncrementalScorer(patterns[0], entries, 'indicator')).toThrow(RangeError);
    const singles = entries.slice(0, -2);
    expect(pathCountFault(architecture, singles, 'indicator')).toBeNull();
    expect(new IncrementalScorer(patterns[0], singles, 'indicator').score()).toEqual(
      scorePattern(patterns[0], singles, 'indicator'),
    );
  });

  test('is refused under fair-share before anything is scored', () => {
    expect(() => requireShares(entries, 'fair-share')).toThrow('2^53');
    expect(() => scorePattern(patterns[0], entries, 'fair-share')).toThrow(RangeError);
  });
});

test('a vacuous span of too many paths is followed swap by swap: nothing need be counted', () => {
  const { architecture, entries } = deepNet(12, 20, 8);
  expect(8 ** 20).toBeGreaterThan(2 ** 53);
  expect(entries.at(-1)?.vacuous).toBe(true);
  const pattern = randomPattern(architecture, Random.fromSeed(3));
  expect(pathCountFault(architecture, entries, 'indicator')).toBeNull();
  expect(new IncrementalScorer(pattern, entries, 'indicator').score()).toEqual(
    referenceScore(pattern, entries, 'indicator'),
  );
});
