import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { presets } from '../../src/pattern/presets.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import { exactRandomLevel } from '../../src/scatter/random-level.ts';
import { curveball, randomJunction, roundRobinJunction } from '../../strategies/shared/biregular.ts';
import { uniformRandom, uniformRandomPattern } from '../../strategies/uniform-random.ts';
import { makeProblem } from '../conformance/strategy-problems.ts';
import { allJunctions } from '../scatter/all-patterns.ts';
import { chiSquareDeviation } from './chi-square.ts';

/** A deviation that a fair source exceeds once in 30 000 times. */
const LIMIT = 4;

/** How often each of all junctions of these degrees comes out; the rest must not come out at all. */
function countJunctions(left: number, right: number, fanOut: number, each: number, draw: () => Uint32Array): number[] {
  const all = new Map(allJunctions(left, right, fanOut).map((junction, index) => [junction.join(), index]));
  const counts = new Array<number>(all.size).fill(0);
  for (let n = 0; n < each * all.size; n++) {
    const index = all.get(draw().join());
    expect(index).toBeDefined();
    counts[index!]++;
  }
  return counts;
}

/**
 * The usual wrong way: right neurons one after the other choose among the left neurons that have edges left, those first that
 * would else keep some; a dead end starts anew.
 */
function fillRowByRow(left: number, right: number, fanOut: number, random: Random): Uint32Array {
  const fanIn = (left * fanOut) / right;
  const open = new Array<number>(left).fill(fanOut);
  const rows: number[][] = [];
  for (let j = 0; j < right; j++) {
    const all = Array.from({ length: left }, (_, k) => k);
    const forced = all.filter((k) => open[k] === right - j);
    const free = random.shuffle(all.filter((k) => open[k] > 0 && open[k] < right - j));
    const row = [...forced, ...free].slice(0, fanIn);
    if (forced.length > fanIn || row.length < fanIn) return fillRowByRow(left, right, fanOut, random);
    for (const k of row) open[k]--;
    rows.push(row.sort((a, b) => a - b));
  }
  return Uint32Array.from(rows.flat());
}

test.each([
  [4, 4, 2, 90],
  [6, 4, 2, 1860],
  [6, 3, 2, 90],
  [3, 6, 4, 90],
  [4, 2, 1, 6],
  [6, 3, 1, 90],
  [5, 5, 2, 2040],
  [5, 5, 4, 120],
])(
  '%i left and %i right neurons with fan-out %i: all %i junctions come out equally often',
  (left, right, fanOut, all) => {
    const random = Random.fromSeed(17).fork(left, right, fanOut);
    const counts = countJunctions(left, right, fanOut, 40, () => randomJunction(left, right, fanOut, random));
    expect(counts).toHaveLength(all);
    expect(Math.abs(chiSquareDeviation(counts))).toBeLessThan(LIMIT);
  },
);

test('the strategy itself is uniform over the 90 junctions of 4 to 4 neurons with fan-out 2, and its candidates independent', () => {
  const problem = makeProblem({ layers: [4, 4], fanOuts: [2] });
  const random = Random.fromSeed(23);
  let state = uniformRandom.start(problem, random);
  let batch: Uint32Array[] = [];
  let round = 0;
  const draw = () => {
    while (batch.length === 0) {
      const step = uniformRandom.step(problem, state, [], random.fork(++round));
      state = step.state;
      batch = step.candidates.map(({ junctions }) => junctions[0]);
    }
    return batch.pop()!;
  };
  expect(Math.abs(chiSquareDeviation(countJunctions(4, 4, 2, 60, draw)))).toBeLessThan(LIMIT);
});

test.each([
  [4, 4, 2],
  [6, 4, 2],
  [5, 5, 2],
])('row-by-row filling of %i to %i neurons with fan-out %i fails the same test', (left, right, fanOut) => {
  const random = Random.fromSeed(29);
  const counts = countJunctions(left, right, fanOut, 40, () => fillRowByRow(left, right, fanOut, random));
  expect(chiSquareDeviation(counts)).toBeGreaterThan(2 * LIMIT);
});

test('a chain of too few rounds fails the same test: the start shows through', () => {
  const random = Random.fromSeed(31);
  const counts = countJunctions(6, 4, 2, 40, () => {
    const sources = roundRobinJunction(6, 4, 2);
    curveball(sources, 4, 2, random);
    return sources;
  });
  expect(chiSquareDeviation(counts)).toBeGreaterThan(2 * LIMIT);
});

test('on the Morse network every entry of one junction has the mean that chance gives it', () => {
  const problem = makeProblem(presets.morse);
  const random = Random.fromSeed(41);
  const vectors = Array.from(
    { length: 10 },
    (_, n) => scorePattern(uniformRandomPattern(problem, random.fork(n)), problem.entries, 'indicator').vector,
  );
  for (const [index, entry] of problem.entries.slice(0, 4).entries()) {
    const mean = vectors.reduce((sum, vector) => sum + vector[index], 0) / vectors.length;
    expect(mean).toBeCloseTo(exactRandomLevel(entry, problem.architecture, 'indicator')!, 2);
  }
});

test('every round halves what an edge remembers of the start', () => {
  const [left, right, fanOut, chains] = [64, 32, 4, 200];
  const density = fanOut / right;
  const fanIn = density * left;
  const start = roundRobinJunction(left, right, fanOut);
  const there = new Set(Array.from(start, (k, e) => Math.floor(e / fanIn) * left + k));
  const random = Random.fromSeed(37);
  const remembered = new Array<number>(6).fill(0);
  for (let chain = 0; chain < chains; chain++) {
    const sources = start.slice();
    for (let round = 0; round < remembered.length; round++) {
      const same = sources.filter((k, e) => there.has(Math.floor(e / fanIn) * left + k)).length / sources.length;
      remembered[round] += (same - density) / (1 - density) / chains;
      curveball(sources, right, 1, random);
    }
  }
  const factor = (1 - 1 / (right - 1)) / 2;
  for (const [round, correlation] of remembered.entries()) expect(correlation).toBeCloseTo(factor ** round, 2);
});
