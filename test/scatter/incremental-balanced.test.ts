import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { type Architecture, defineArchitecture, junctionSizes, meanFanOut } from '../../src/pattern/architecture.ts';
import { type EntryOptions, scatterEntries } from '../../src/pattern/entries.ts';
import { makePattern, type Pattern, patternFault } from '../../src/pattern/pattern.ts';
import { IncrementalScorer } from '../../src/scatter/incremental.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import { type Metric, metrics } from '../../src/scatter/metric.ts';
import { referenceScore } from '../../src/scatter/reference.ts';
import { balancedCases } from './arbitrary-case.ts';
import { entryByPaths } from './path-counts.ts';
import { randomPattern } from './random-pattern.ts';

const net = (layers: number[], fanIns: number[], more: Partial<Architecture> = {}) =>
  defineArchitecture({
    layers,
    fanOuts: fanIns.map((fanIn, i) => meanFanOut(layers[i], layers[i + 1], fanIn)),
    ...more,
  });

/** A swap or, where the junction has any, a surplus move. */
function proposeAny(scorer: IncrementalScorer, random: Random): boolean {
  const junction = 1 + random.below(scorer.edges.length);
  const { edges, neurons } = scorer.surplus[junction - 1];
  if (edges > 0 && random.below(2) === 0) {
    return scorer.proposeSurplus(junction, random.below(edges), random.below(neurons));
  }
  const swapped = scorer.edges[junction - 1];
  return scorer.propose(junction, random.below(swapped), random.below(swapped));
}

describe('by hand', () => {
  // 3→2 with fan-in 2: two left neurons have one edge, one has two
  const architecture = net([3, 2], [2]);
  const entries = scatterEntries(architecture);
  const pattern = makePattern(architecture, [Uint32Array.of(0, 1, 0, 2)]);

  test('the neuron with more gives one of its edges away, and takes another back', () => {
    const results: string[] = [];
    for (const edge of [0, 1]) {
      for (const neuron of [0, 1]) {
        const scorer = new IncrementalScorer(pattern, entries, 'indicator');
        expect(scorer.surplus).toEqual([{ edges: 2, neurons: 2 }]);
        if (!scorer.proposeSurplus(1, edge, neuron)) {
          results.push('refused');
          continue;
        }
        scorer.accept();
        results.push(scorer.toPattern().junctions[0].join(''));
        scorer.undo();
        expect(scorer.toPattern()).toEqual(pattern);
      }
    }
    expect(results.sort()).toEqual(['0112', '1202', 'refused', 'refused']);
  });

  test('draws that are not there are the caller’s mistake, and so is any in a junction of exact degrees', () => {
    const scorer = new IncrementalScorer(pattern, entries, 'indicator');
    expect(() => scorer.proposeSurplus(1, 2, 0)).toThrow(
      'expected one of 2 edges and one of 2 left neurons, from 0; got 2 and 0',
    );
    expect(() => scorer.proposeSurplus(1, 0, -1)).toThrow(RangeError);
    expect(() => scorer.proposeSurplus(2, 0, 0)).toThrow('expected a junction from 1 to 1; got 2');
    const exact = net([4, 4], [2]);
    const other = new IncrementalScorer(randomPattern(exact, Random.fromSeed(1)), scatterEntries(exact), 'indicator');
    expect(other.surplus).toEqual([{ edges: 0, neurons: 0 }]);
    expect(() => other.proposeSurplus(1, 0, 0)).toThrow(RangeError);
  });
});

/** One step of a random history: 0 proposes only, 1 accepts what was proposed, 2 undoes. */
const steps = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 40 });

test('property: after any swaps, surplus moves and undos every value is the reference’s, exactly, and degrees balanced', () => {
  fc.assert(
    fc.property(balancedCases, fc.constantFrom(...metrics), steps, fc.nat(), (tried, metric, history, seed) => {
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
    { numRuns: 400 },
  );
});

test('property: a proposal promises what counting paths one by one gives, and leaves everything as it was', () => {
  fc.assert(
    fc.property(balancedCases, fc.constantFrom(...metrics), fc.nat(), ({ pattern, entries }, metric, seed) => {
      const random = Random.fromSeed(seed);
      const scorer = new IncrementalScorer(pattern, entries, metric);
      const vector = [...scorer.vector];
      for (let i = 0; i < 8; i++) {
        if (!proposeAny(scorer, random)) continue;
        const promised = [...scorer.proposed];
        expect([...scorer.vector]).toEqual(vector);
        expect(scorer.toPattern()).toEqual(pattern);
        scorer.accept();
        const moved = scorer.toPattern();
        entries.forEach((entry, place) => {
          expect(promised[place]).toBeCloseTo(entryByPaths(moved, entry, metric), 12);
        });
        scorer.undo();
        expect([...scorer.vector]).toEqual(vector);
      }
    }),
    { numRuns: 150 },
  );
});

test('property: every draw is a surplus edge and a left neuron without one, and all of them can be drawn', () => {
  fc.assert(
    fc.property(balancedCases, fc.nat(), ({ pattern, entries, architecture }, seed) => {
      const random = Random.fromSeed(seed);
      const walked = new IncrementalScorer(pattern, entries, 'indicator');
      for (let i = 0; i < 20; i++) if (proposeAny(walked, random)) walked.accept();
      const moved = walked.toPattern();
      for (const { number, left, right, fanIn, leastFanOut, mostFanOut } of junctionSizes(architecture)) {
        const sources = moved.junctions[number - 1];
        const degrees = Array.from({ length: left }, (_, k) => sources.filter((source) => source === k).length);
        const row = (j: number) => sources.subarray(j * fanIn, (j + 1) * fanIn);
        const expected = new Set<string>();
        if (leastFanOut < mostFanOut) {
          for (let j = 0; j < right; j++) {
            for (const a of row(j)) {
              for (let b = 0; b < left; b++) {
                if (degrees[a] !== mostFanOut || degrees[b] !== leastFanOut || row(j).includes(b)) continue;
                expected.add(
                  `${j}: ${row(j)
                    .map((source) => (source === a ? b : source))
                    .sort()}`,
                );
              }
            }
          }
        }
        const drawn = new Set<string>();
        const { edges, neurons } = walked.surplus[number - 1];
        for (let edge = 0; edge < edges; edge++) {
          for (let neuron = 0; neuron < neurons; neuron++) {
            const scorer = new IncrementalScorer(moved, entries, 'indicator');
            if (!scorer.proposeSurplus(number, edge, neuron)) continue;
            scorer.accept();
            const after = scorer.toPattern().junctions[number - 1];
            const changed = Array.from({ length: right }, (_, j) => j).filter((j) =>
              row(j).some((source, i) => source !== after[j * fanIn + i]),
            );
            expect(changed.length).toBe(1);
            drawn.add(`${changed[0]}: ${after.subarray(changed[0] * fanIn, (changed[0] + 1) * fanIn)}`);
          }
        }
        expect(drawn).toEqual(expected);
      }
    }),
    { numRuns: 60 },
  );
});

/** Accepts half of the legal proposals; every value against a fresh score. */
function follow(architecture: Architecture, options: EntryOptions, metric: Metric, proposals: number): number {
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

describe('larger nets, against the kernel:', () => {
  test.each([
    ['784-300-100-10 at 10 %', net([784, 300, 100, 10], [78, 30, 10]), {}, 100],
    [
      '784-300-100-10 at 2 %',
      net([784, 300, 100, 10], [16, 6, 10], { shapes: [[28, 28], [300], [100], [10]] }),
      {},
      200,
    ],
    [
      'four junctions, all spans, padded',
      net([32, 25, 17, 12, 7], [7, 5, 4, 6], { usedInputs: 29, usedOutputs: 6 }),
      { spans: 'all' },
      200,
    ],
    ['exact junctions between', net([60, 45, 30, 20], [16, 15, 4]), { spans: 'all' }, 200],
  ] as const)('%s', (_, architecture, options, proposals) => {
    for (const metric of metrics) expect(follow(architecture, options, metric, proposals)).toBeGreaterThan(20);
  });

  test('more neurons and edges than 16 bits number', () => {
    const architecture = net([70_000, 3], [23_334]);
    const entries = scatterEntries(architecture);
    const sources = Uint32Array.from({ length: 70_002 }, (_, e) => e % 70_000);
    const scorer = new IncrementalScorer(makePattern(architecture, [sources]), entries, 'indicator');
    const random = Random.fromSeed(5);
    expect(scorer.surplus).toEqual([{ edges: 4, neurons: 69_998 }]);
    for (let i = 0; i < 10; i++) {
      if (scorer.proposeSurplus(1, random.below(4), random.below(69_998))) scorer.accept();
      expect(scorer.score()).toEqual(scorePattern(scorer.toPattern(), entries, 'indicator'));
    }
  });
});
