import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { type ArchitectureRequest, defineArchitecture } from '../../src/pattern/architecture.ts';
import { type EntryOptions, scatterEntries } from '../../src/pattern/entries.ts';
import { makePattern, type Pattern, patternFault } from '../../src/pattern/pattern.ts';
import { IncrementalScorer, UNDO_DEPTH } from '../../src/scatter/incremental.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import { type Metric, metrics } from '../../src/scatter/metric.ts';
import { referenceScore } from '../../src/scatter/reference.ts';
import { scatterCases } from './arbitrary-case.ts';
import { entryByPaths } from './path-counts.ts';
import { randomPattern } from './random-pattern.ts';

/** 4-2 with fan-out 1: forward windows {0,1} and {2,3}; backward there is one window, so that entry is vacuous. */
const tiny = defineArchitecture({ layers: [4, 2], fanOuts: [1] });
const tinyPattern = makePattern(tiny, [Uint32Array.of(0, 1, 2, 3)]);
const tinyScorer = () => new IncrementalScorer(tinyPattern, scatterEntries(tiny), 'indicator');

/** Any swap: as a rule a legal one, where the net has any. */
function proposeAny(scorer: IncrementalScorer, random: Random): boolean {
  const junction = 1 + random.below(scorer.edges.length);
  const edges = scorer.edges[junction - 1];
  return scorer.propose(junction, random.below(edges), random.below(edges));
}

/** Whether the swaps of a scorer lead where a fresh score says, for as many proposals; half of the legal ones are accepted. */
function followSwaps(request: ArchitectureRequest, options: EntryOptions, metric: Metric, proposals: number): number {
  const architecture = defineArchitecture(request);
  const entries = scatterEntries(architecture, options);
  const random = Random.fromSeed(7);
  const scorer = new IncrementalScorer(randomPattern(architecture, random), entries, metric);
  let accepted = 0;
  for (let i = 0; i < proposals; i++) {
    if (!proposeAny(scorer, random) || random.below(2) === 0) continue;
    const proposed = [...scorer.proposed];
    scorer.accept();
    accepted++;
    expect([...scorer.vector]).toEqual(proposed);
    expect(scorer.score()).toEqual(scorePattern(scorer.toPattern(), entries, metric));
  }
  return accepted;
}

describe('a small swap by hand', () => {
  test('two neurons that each read one window read both after they exchange a source', () => {
    const scorer = tinyScorer();
    expect([...scorer.vector]).toEqual([0.5, 1]);
    expect(scorer.propose(1, 1, 2)).toBe(true);
    expect([...scorer.proposed]).toEqual([1, 1]);
    expect([...scorer.vector]).toEqual([0.5, 1]);
    scorer.accept();
    expect(scorer.score()).toEqual({ metric: 'indicator', scatter: 1, vector: [1, 1] });
    expect(scorer.toPattern().junctions).toEqual([Uint32Array.of(0, 2, 1, 3)]);
  });

  test('an edge number belongs to the same right neuron after a swap, whatever it carries', () => {
    const scorer = tinyScorer();
    scorer.propose(1, 0, 3);
    scorer.accept();
    expect(scorer.toPattern().junctions).toEqual([Uint32Array.of(1, 3, 0, 2)]);
    scorer.propose(1, 0, 3);
    scorer.accept();
    expect(scorer.toPattern()).toEqual(tinyPattern);
  });

  test('fair shares fall short where a window gives less than its ideal', () => {
    const architecture = defineArchitecture({ layers: [4, 4], fanOuts: [2] });
    const windows = {
      '1:1 forward': [
        [0, 1],
        [2, 3],
      ],
      '1:1 backward': [[0, 1, 2]],
    };
    const pattern = makePattern(architecture, [Uint32Array.of(0, 1, 0, 1, 2, 3, 2, 3)]);
    const scorer = new IncrementalScorer(pattern, scatterEntries(architecture, { windows }), 'fair-share');
    // Backward, left neurons reach {0,1,2} 2, 2, 1, 1 times; the ideal is 1.5.
    expect(scorer.vector[0]).toBe(0.5);
    expect(scorer.vector[1]).toBeCloseTo((1 + 1 + 2 / 3 + 2 / 3) / 4, 15);
    expect(scorer.propose(1, 0, 4)).toBe(true);
    // 0 → neuron 2 and 2 → neuron 0: all within the backward window.
    expect([...scorer.proposed]).toEqual([0.75, scorer.vector[1]]);
  });
});

describe('swaps that are not allowed', () => {
  test.each([
    ['two edges of one right neuron', 0, 1],
    ['one edge with itself', 2, 2],
  ])('%s are refused', (_, first, second) => {
    expect(tinyScorer().propose(1, first, second)).toBe(false);
  });

  test('two edges of one left neuron, and swaps that make a double edge, are refused', () => {
    const architecture = defineArchitecture({ layers: [3, 3], fanOuts: [2] });
    const pattern = makePattern(architecture, [Uint32Array.of(0, 1, 1, 2, 0, 2)]);
    const scorer = new IncrementalScorer(pattern, scatterEntries(architecture), 'indicator');
    expect(scorer.propose(1, 0, 4)).toBe(false);
    expect(scorer.propose(1, 0, 2)).toBe(false);
    expect(scorer.propose(1, 1, 3)).toBe(false);
    expect(scorer.propose(1, 0, 3)).toBe(true);
  });

  test('double edges are found in junctions too large for a bit per pair of neurons', () => {
    const architecture = defineArchitecture({ layers: [16384, 16384], fanOuts: [2] });
    const entries = scatterEntries(architecture);
    const sources = Uint32Array.from({ length: 32768 }, (_, e) => (e % 2 === 0 ? e / 2 : ((e + 1) / 2) % 16384));
    const scorer = new IncrementalScorer(makePattern(architecture, [sources]), entries, 'indicator');
    // Rows {0,1}, {1,2}: 0 for 2 is an exchange, 0 for 1 makes a double edge in the first row, 1 for 2 in the second.
    expect(scorer.propose(1, 0, 2)).toBe(false);
    expect(scorer.propose(1, 1, 3)).toBe(false);
    expect(scorer.propose(1, 0, 3)).toBe(true);
    scorer.accept();
    expect(scorer.score()).toEqual(scorePattern(scorer.toPattern(), entries, 'indicator'));
  });

  test('after a refused proposal nothing is pending, not even the one before it', () => {
    const scorer = tinyScorer();
    scorer.propose(1, 1, 2);
    scorer.propose(1, 0, 1);
    expect(() => scorer.accept()).toThrow('expected a pending proposal to accept; got none');
    expect([...scorer.vector]).toEqual([0.5, 1]);
  });

  test('a proposal is accepted once', () => {
    const scorer = tinyScorer();
    scorer.propose(1, 1, 2);
    scorer.accept();
    expect(() => scorer.accept()).toThrow(RangeError);
  });

  test('junctions and edges that do not exist are the caller’s mistake', () => {
    const scorer = tinyScorer();
    expect(() => scorer.propose(0, 0, 2)).toThrow('expected a junction from 1 to 1; got 0');
    expect(() => scorer.propose(2, 0, 2)).toThrow('expected a junction from 1 to 1; got 2');
    expect(() => scorer.propose(1, 0, 4)).toThrow('expected edges from 0 to 3; got 0 and 4');
    expect(() => scorer.propose(1, -1, 2)).toThrow(RangeError);
    expect(() => scorer.propose(1, 0.5, 2)).toThrow(RangeError);
  });

  test('entries of another architecture are refused', () => {
    const other = scatterEntries(defineArchitecture({ layers: [4, 4], fanOuts: [1] }));
    expect(() => new IncrementalScorer(tinyPattern, other, 'indicator')).toThrow(RangeError);
  });
});

describe('undo', () => {
  test('takes accepted swaps back one by one, and drops what is pending', () => {
    const scorer = tinyScorer();
    expect(() => scorer.undo()).toThrow('expected an accepted swap to undo; got none');
    scorer.propose(1, 1, 2);
    scorer.accept();
    scorer.propose(1, 0, 3);
    scorer.accept();
    scorer.propose(1, 1, 2);
    scorer.undo();
    expect(() => scorer.accept()).toThrow(RangeError);
    expect(scorer.toPattern().junctions).toEqual([Uint32Array.of(0, 2, 1, 3)]);
    scorer.undo();
    expect(scorer.toPattern()).toEqual(tinyPattern);
    expect([...scorer.vector]).toEqual([0.5, 1]);
    expect(() => scorer.undo()).toThrow(RangeError);
  });

  test('reaches back as many swaps as it says', () => {
    const scorer = tinyScorer();
    for (let i = 0; i < UNDO_DEPTH + 3; i++) {
      scorer.propose(1, 1, 2);
      scorer.accept();
    }
    for (let i = 0; i < UNDO_DEPTH; i++) scorer.undo();
    expect(() => scorer.undo()).toThrow(RangeError);
    expect([...scorer.vector]).toEqual([1, 1]);
  });
});

describe('nets of every kind, against the kernel', () => {
  const morse = { layers: [64, 1024, 64], fanOuts: [128, 8] };
  test.each(metrics)('morse: large ideals, in all entries (%s)', (metric) => {
    expect(followSwaps(morse, {}, metric, 60)).toBeGreaterThan(10);
  });

  test.each(metrics)('padded inputs and outputs, windows of several neurons in spans (%s)', (metric) => {
    const request = { layers: [256, 64, 16], fanOuts: [1, 2], usedInputs: 200, usedOutputs: 10 };
    expect(followSwaps(request, { spans: 'all' }, metric, 200)).toBeGreaterThan(20);
  });

  test.each(metrics)('four junctions, all spans (%s)', (metric) => {
    const request = { layers: [32, 24, 16, 12, 8], fanOuts: [6, 4, 3, 2], usedInputs: 30, usedOutputs: 7 };
    expect(followSwaps(request, { spans: 'all' }, metric, 100)).toBeGreaterThan(20);
  });

  test.each(metrics)('layers with shapes (%s)', (metric) => {
    const request: ArchitectureRequest = { layers: [64, 32, 16], fanOuts: [4, 4], shapes: [[8, 8], [4, 4, 2], [16]] };
    expect(followSwaps(request, { spans: 'all' }, metric, 200)).toBeGreaterThan(20);
  });

  test('more paths than 32 bits count', () => {
    const request = { layers: [64, 64, 64, 64, 64, 64, 64], fanOuts: [32, 32, 32, 32, 32, 32] };
    expect(followSwaps(request, {}, 'fair-share', 80)).toBeGreaterThan(3);
  });

  test('layers of more neurons than 16 bits number', () => {
    const architecture = defineArchitecture({ layers: [131072, 4, 2], fanOuts: [1, 1] });
    const entries = scatterEntries(architecture);
    const junctions = [Uint32Array.from({ length: 131072 }, (_, e) => e), Uint32Array.of(0, 1, 2, 3)];
    const scorer = new IncrementalScorer(makePattern(architecture, junctions), entries, 'indicator');
    // Neuron 131071 comes to the first right neuron, 0 to the last; then the last two hidden neurons change places.
    for (const [junction, first, second] of [
      [1, 0, 131071],
      [2, 1, 3],
    ]) {
      expect(scorer.propose(junction, first, second)).toBe(true);
      scorer.accept();
      expect(scorer.score()).toEqual(scorePattern(scorer.toPattern(), entries, 'indicator'));
    }
    expect(scorer.toPattern().junctions[0].at(32767)).toBe(131071);
    expect(scorer.toPattern().junctions[1]).toEqual(Uint32Array.of(0, 3, 1, 2));
  });

  test('a span whose windows all have more than enough is followed down to where one is empty, and back', () => {
    const architecture = defineArchitecture({ layers: [8, 128, 8], fanOuts: [32, 2] });
    const entries = scatterEntries(architecture);
    const pattern = randomPattern(architecture, Random.fromSeed(3));
    const scorer = new IncrementalScorer(pattern, entries, 'indicator');
    const isFedFrom0 = (hidden: number) => pattern.junctions[0].subarray(2 * hidden, 2 * hidden + 2).includes(0);
    const sources = pattern.junctions[1].slice();
    expect(scorer.vector[4]).toBe(1);
    const values: number[] = [];
    for (let first = 0; first < 32; first++) {
      if (!isFedFrom0(sources[first])) continue;
      let second = 32;
      while (isFedFrom0(sources[second]) || !scorer.propose(2, first, second)) second++;
      scorer.accept();
      [sources[first], sources[second]] = [sources[second], sources[first]];
      values.push(scorer.vector[4]);
      expect(scorer.score()).toEqual(scorePattern(scorer.toPattern(), entries, 'indicator'));
    }
    // Right neuron 0 has no path left from input 0: one of 64 pairs.
    expect(values.at(0)).toBe(1);
    expect(values.at(-1)).toBe(63 / 64);
    for (let i = 0; i < values.length; i++) scorer.undo();
    expect(scorer.score()).toEqual(scorePattern(pattern, entries, 'indicator'));
  });
});

/** One step of a random history: 0 proposes only, 1 accepts what was proposed, 2 undoes. */
const steps = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 40 });

describe('properties', () => {
  test('property: after any proposals, accepts and undos every value is the reference’s, exactly', () => {
    fc.assert(
      fc.property(scatterCases, fc.constantFrom(...metrics), steps, fc.nat(), (tried, metric, history, seed) => {
        const { pattern, entries } = tried;
        const random = Random.fromSeed(seed);
        const scorer = new IncrementalScorer(pattern, entries, metric);
        expect(scorer.score()).toEqual(referenceScore(pattern, entries, metric));
        const past: Pattern[] = [];
        for (const step of history) {
          const before = scorer.toPattern();
          const proposed = step !== 2 && proposeAny(scorer, random);
          if (proposed && step === 1) {
            const promised = [...scorer.proposed];
            scorer.accept();
            past.push(before);
            expect([...scorer.vector]).toEqual(promised);
          } else if (step === 2 && past.length > 0) {
            scorer.undo();
            expect(scorer.toPattern()).toEqual(past.pop());
          }
          expect(scorer.score()).toEqual(referenceScore(scorer.toPattern(), entries, metric));
        }
        expect(patternFault(scorer.toPattern())).toBeNull();
      }),
      { numRuns: 250 },
    );
  });

  test('property: a proposal promises what counting paths one by one gives, and leaves everything as it was', () => {
    fc.assert(
      fc.property(scatterCases, fc.constantFrom(...metrics), fc.nat(), ({ pattern, entries }, metric, seed) => {
        const random = Random.fromSeed(seed);
        const scorer = new IncrementalScorer(pattern, entries, metric);
        const vector = [...scorer.vector];
        for (let i = 0; i < 8; i++) {
          if (!proposeAny(scorer, random)) continue;
          const promised = [...scorer.proposed];
          expect([...scorer.vector]).toEqual(vector);
          expect(scorer.toPattern()).toEqual(pattern);
          scorer.accept();
          const swapped = scorer.toPattern();
          entries.forEach((entry, place) => {
            expect(promised[place]).toBeCloseTo(entryByPaths(swapped, entry, metric), 12);
          });
          scorer.undo();
          expect([...scorer.vector]).toEqual(vector);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('property: refusals are exactly the swaps that change nothing or make a double edge', () => {
    fc.assert(
      fc.property(scatterCases, fc.nat(), ({ pattern, entries, architecture }, seed) => {
        const random = Random.fromSeed(seed);
        const scorer = new IncrementalScorer(pattern, entries, 'indicator');
        for (let i = 0; i < 20; i++) {
          const junction = random.below(pattern.junctions.length);
          const swapped = pattern.junctions[junction].slice();
          const [first, second] = [random.below(swapped.length), random.below(swapped.length)];
          [swapped[first], swapped[second]] = [swapped[second], swapped[first]];
          let isChanged = true;
          try {
            const result = makePattern(architecture, pattern.junctions.with(junction, swapped));
            const before = pattern.junctions[junction];
            isChanged = result.junctions[junction].some((left, edge) => left !== before[edge]);
          } catch {
            isChanged = false;
          }
          expect(scorer.propose(junction + 1, first, second)).toBe(isChanged);
        }
      }),
      { numRuns: 200 },
    );
  });
});
