import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import {
  type Architecture,
  type ArchitectureRequest,
  defineArchitecture,
  junctionSizes,
} from '../../src/pattern/architecture.ts';
import { type EntryOptions, scatterEntries } from '../../src/pattern/entries.ts';
import { makePattern, type Pattern } from '../../src/pattern/pattern.ts';
import { invariantScatter, isInvariant } from '../../src/scatter/invariant.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import { reportPattern } from '../../src/study/pattern-report.ts';
import { randomPattern } from './random-pattern.ts';

/** The same network with the neurons of one layer (from 1) in a random order. */
function renumbered(pattern: Pattern, layer: number, random: Random): Pattern {
  const neurons = pattern.layers[layer - 1];
  const place = random.shuffle(Uint32Array.from({ length: neurons }, (_, n) => n));
  const junctions = pattern.junctions.map((sources, index) => {
    const { right, fanIn } = junctionSizes(pattern)[index];
    if (index === layer - 1) return sources.map((k) => place[k]);
    if (index !== layer - 2) return sources.slice();
    const moved = new Uint32Array(sources.length);
    for (let j = 0; j < right; j++) moved.set(sources.subarray(j * fanIn, (j + 1) * fanIn), place[j] * fanIn);
    return moved;
  });
  return makePattern(pattern, junctions);
}

const keysOf = (request: ArchitectureRequest, options: EntryOptions = {}) => {
  const architecture = defineArchitecture(request);
  return scatterEntries(architecture, options).flatMap((each) => (isInvariant(each, architecture) ? [each.key] : []));
};

const morse = { layers: [64, 1024, 64], fanOuts: [128, 8] };

test('it counts windows on the inputs, on layers with a grid, and single neurons wherever they are', () => {
  // the span has a rate of 16: every neuron is a window of its own
  expect(keysOf(morse)).toEqual(['1:1 forward', '1:2 forward', '1:2 backward']);
  expect(keysOf({ ...morse, fanOuts: [16, 1] })).toEqual(['1:1 forward', '1:2 forward']);
  expect(keysOf({ ...morse, fanOuts: [16, 1], shapes: [undefined, [32, 32], undefined] })).toEqual([
    '1:1 forward',
    '1:1 backward',
    '2:2 forward',
    '1:2 forward',
  ]);
  const singles = Array.from({ length: 64 }, (_, n) => [n]);
  expect(keysOf({ layers: [64, 64], fanOuts: [8] }, { windows: { '1:1 backward': singles } })).toContain(
    '1:1 backward',
  );
  expect(keysOf({ layers: [64, 64], fanOuts: [8] }, { windows: { '1:1 backward': singles.slice(1) } })).not.toContain(
    '1:1 backward',
  );
});

test('property: renumbering hidden neurons and classes leaves it as it is, and S does not stay', () => {
  const random = Random.fromSeed(11);
  const moved = { scatter: 0, invariant: 0 };
  for (const [layers, fanOuts] of [
    [
      [16, 32, 8],
      [8, 2],
    ],
    [
      [64, 16, 4],
      [2, 1],
    ],
    [
      [16, 16, 16, 8],
      [4, 4, 2],
    ],
  ]) {
    const architecture: Architecture = defineArchitecture({ layers, fanOuts });
    const entries = scatterEntries(architecture, { spans: 'all' }, 'indicator');
    for (const metric of ['indicator', 'fair-share'] as const) {
      for (let draw = 0; draw < 10; draw++) {
        const pattern = randomPattern(architecture, random.fork(draw));
        let other = pattern;
        for (let layer = 2; layer <= layers.length; layer++) other = renumbered(other, layer, random);
        const [a, b] = [pattern, other].map((each) => scorePattern(each, entries, metric));
        moved.scatter += +(a.scatter !== b.scatter);
        expect(invariantScatter(b, entries, architecture)).toEqual(invariantScatter(a, entries, architecture));
        const inputs = scorePattern(renumbered(pattern, 1, random), entries, metric);
        moved.invariant += +(
          invariantScatter(inputs, entries, architecture).value !== invariantScatter(a, entries, architecture).value
        );
      }
    }
  }
  // renumbered inputs are another network, hidden neurons the same one
  expect(moved.scatter).toBeGreaterThan(20);
  expect(moved.invariant).toBeGreaterThan(20);
});

test('a report shows it beside the vector, and the reason where it is null', () => {
  const architecture = defineArchitecture(morse);
  const entries = scatterEntries(architecture, {}, 'indicator');
  const random = Random.fromSeed(1);
  const report = reportPattern(randomPattern(architecture, random), {
    architecture,
    entries,
    metric: 'indicator',
    random,
  });
  const at = (key: string) =>
    report.vector.find(({ span, direction }) => `${span} ${direction}` === key)?.value as number;
  expect(report.invariant).toBe(Math.min(at('1:1 forward'), at('1:2 forward'), at('1:2 backward')));
  expect(report.invariantReason).toBeNull();
  // windows of 8 on the inputs, of which a fan-in of 14 of 16 misses none
  const dense = defineArchitecture({ layers: [16, 16, 4], fanOuts: [14, 1] });
  const own = scatterEntries(dense, {}, 'indicator');
  const vacuous = reportPattern(randomPattern(dense, random), {
    architecture: dense,
    entries: own,
    metric: 'indicator',
    random,
  });
  expect(vacuous.invariant).toBeNull();
  expect(vacuous.invariantReason).toMatch(/is vacuous: 1 for every pattern$/);
  expect(vacuous.scatter).toBeLessThan(1);
});

test('without any entry of that kind there is none', () => {
  const architecture = defineArchitecture({ layers: [16, 16], fanOuts: [4] });
  const entries = scatterEntries(architecture).filter(({ direction }) => direction === 'backward');
  const score = scorePattern(randomPattern(architecture, Random.fromSeed(2)), entries, 'indicator');
  expect(invariantScatter(score, entries, architecture)).toMatchObject({
    value: null,
    reason: expect.stringContaining('geometry'),
  });
});
