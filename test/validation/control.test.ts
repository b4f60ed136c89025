import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { type Entry, scatterEntries } from '../../src/pattern/entries.ts';
import { makePattern, type Pattern } from '../../src/pattern/pattern.ts';
import { referenceScore } from '../../src/scatter/reference.ts';
import { controlEntries, controlScatter, relabelledEntries } from '../../src/validation/control.ts';

const architecture = defineArchitecture({ layers: [8, 4, 4], fanOuts: [1, 2] });
const entries = scatterEntries(architecture);

/** One window a neuron, so that a relabelled partition is the permutation itself. */
const single = (neurons: number) => Array.from({ length: neurons }, (_, neuron) => [neuron]);
const revealing = scatterEntries(architecture, {
  windows: Object.fromEntries(entries.map(({ key, windows }) => [key, single(windows.neurons)])),
});

/** Neighbours feed neighbours: windows of neighbours see it, others do not. */
const local: Pattern = makePattern(architecture, [
  Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7),
  Uint32Array.of(0, 1, 0, 1, 2, 3, 2, 3),
]);

test('each layer is renumbered by one permutation, the same in all its entries and another for another layer', () => {
  const relabelled = relabelledEntries(revealing, Random.fromSeed(3));
  const permutation = (key: string) => [...(relabelled.find((entry) => entry.key === key) as Entry).windows.members];
  expect(permutation('1:2 forward')).toEqual(permutation('1:1 forward'));
  expect(permutation('2:2 forward')).toEqual(permutation('1:1 backward'));
  expect(permutation('1:2 backward')).toEqual(permutation('2:2 backward'));
  expect(permutation('2:2 backward')).not.toEqual(permutation('1:1 backward'));
  expect(permutation('1:1 forward')).not.toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(permutation('1:1 forward').sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test('a pattern over relabelled windows scores as its renumbered twin over the true ones', () => {
  for (let seed = 0; seed < 20; seed++) {
    const random = Random.fromSeed(seed);
    // The permutations of layers 1, 2 and 3: those of 1:1 forward, 1:1 backward and 2:2 backward.
    const revealed = relabelledEntries(revealing, random);
    const sources = [0, 1, 3].map((index) => revealed[index].windows.members);
    const twin = architecture.fanOuts.map((_, junction) => {
      const fanIn = 2;
      const edges = new Uint32Array(local.junctions[junction].length);
      for (const [edge, left] of local.junctions[junction].entries()) {
        const right = sources[junction + 1][Math.floor(edge / fanIn)];
        edges[right * fanIn + (edge % fanIn)] = sources[junction][left];
      }
      return edges;
    });
    const expected = referenceScore(makePattern(architecture, twin), entries, 'indicator');
    expect(referenceScore(local, relabelledEntries(entries, random), 'indicator')).toEqual(expected);
  }
});

test('windows keep their number and sizes, and the entries given stay as they were', () => {
  const before = entries.map(({ windows }) => [...windows.members]);
  for (const [index, entry] of relabelledEntries(entries, Random.fromSeed(1)).entries()) {
    const { windows, ...rest } = entries[index];
    expect(entry).toMatchObject({
      ...rest,
      windows: { count: windows.count, neurons: windows.neurons, sizes: windows.sizes },
    });
    expect(entry.windows.partition === null).toBe(windows.partition === null);
  }
  expect(entries.map(({ windows }) => [...windows.members])).toEqual(before);
});

test('the same seed relabels the same way', () => {
  const members = (seed: number) =>
    relabelledEntries(entries, Random.fromSeed(seed)).map(({ windows }) => [...windows.members]);
  expect(members(4)).toEqual(members(4));
  expect(members(4)).not.toEqual(members(5));
});

test('the control is the mean of S over several relabellings', () => {
  const relabellings = controlEntries(entries, Random.fromSeed(9), 5);
  const score = (some: readonly Entry[]) => referenceScore(local, some, 'indicator').scatter;
  const scores = relabellings.map(score);
  expect(new Set(scores).size).toBeGreaterThan(1);
  expect(controlScatter(relabellings, score)).toBeCloseTo(scores.reduce((a, b) => a + b, 0) / 5, 15);
});
