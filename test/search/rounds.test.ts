import { expect, test } from 'vitest';
import type { ScoredCandidate } from '../../src/search/candidate.ts';
import { defaultSearchOrder } from '../../src/search/default-order.ts';
import type { SearchRequest } from '../../src/search/events.ts';
import { fingerprintReader } from '../../src/search/fingerprint-set.ts';
import { compareCandidates } from '../../src/search/ranking.ts';
import { Rounds } from '../../src/search/rounds.ts';
import type { StepResult } from '../../src/search/tasks.ts';
import { problem, scored } from './sample-candidates.ts';

const toBeat = ({ score, other, ties }: ScoredCandidate) => ({
  scatter: score.scatter,
  otherScatter: other?.scatter ?? null,
  ties,
});

const result = (...seeds: number[]): StepResult => ({
  state: seeds,
  swaps: 10,
  candidates: seeds.map(scored),
  duplicates: 0,
});

function request(changes: Partial<SearchRequest> = {}): SearchRequest {
  return {
    problem,
    islands: [{ strategy: 'a' }, { strategy: 'b' }, { strategy: 'a' }],
    seed: 1,
    budget: { kind: 'candidates', candidates: 100 },
    keep: 3,
    order: defaultSearchOrder,
    workers: 1,
    ...changes,
  };
}

test('candidates are numbered island after island, and one that two islands found counts once, for the first', () => {
  const rounds = new Rounds(request({ keep: 9 }));
  const kept = rounds.merge([result(1, 2), result(3, 1, 4), result(5)]);
  expect(kept.map(({ number, island, fingerprint: name }) => [number, island, name])).toEqual(
    [
      [1, 0, 1],
      [2, 1, 3],
      [3, 2, 5],
      [4, 0, 2],
      [5, 1, 4],
    ].map(([number, island, seed]) => [number, island, scored(seed).fingerprint]),
  );
  expect(rounds.progress(2)).toMatchObject({ round: 1, evaluated: 5, duplicates: 1, swaps: 30, seconds: 2 });
  expect(rounds.progress(2).strategies.map(({ name, evaluated }) => [name, evaluated])).toEqual([
    ['a', 3],
    ['b', 2],
  ]);
  expect(fingerprintReader(rounds.known)(scored(4).fingerprint)).toBe(true);
});

test('a budget that ends within a round is spread over the islands and met exactly', () => {
  const rounds = new Rounds(request({ budget: { kind: 'candidates', candidates: 4 }, keep: 9 }));
  const kept = rounds.merge([result(1, 2, 3), result(4, 5, 6), null]);
  expect(kept.map(({ island }) => island)).toEqual([0, 1, 0, 1]);
  expect(rounds.evaluated).toBe(4);
  expect(rounds.hasLeftOver).toBe(false);
  expect(rounds.checkpoint(0).overflow?.map(({ island, fingerprint }) => [island, fingerprint])).toEqual([
    [0, scored(3).fingerprint],
    [1, scored(6).fingerprint],
  ]);
});

test('every strategy keeps its own best, and of each target its own', () => {
  const islands = [{ strategy: 'a' }, { strategy: 'a', target: 0.5 }, { strategy: 'b' }];
  const rounds = new Rounds(request({ islands, keep: 1 }));
  const seeds = [1, 2, 3, 4, 5, 6];
  const kept = rounds.merge([result(...seeds), result(11, 12, 13), result(21, 22, 23)]);
  expect(new Set(kept.map(({ island }) => island))).toEqual(new Set([0, 1, 2]));
  const highest = Math.max(...seeds.map((seed) => scored(seed).score.scatter));
  expect(kept.findLast(({ island }) => island === 0)?.scatter).toBe(highest);
  const away = (seed: number) => Math.abs(scored(seed).score.scatter - 0.5);
  const nearest = kept.findLast(({ island }) => island === 1);
  expect(Math.abs(nearest!.scatter - 0.5)).toBe(Math.min(away(11), away(12), away(13)));
});

test('elites are the best of all and the best of every strategy, best first, in shared memory', () => {
  const rounds = new Rounds(request({ keep: 9 }));
  rounds.merge([result(1, 2, 3), result(4, 5), result(6, 7)]);
  const scatters = (...seeds: number[]) => seeds.map((seed) => scored(seed).score.scatter).sort((a, b) => b - a);
  const elites = rounds.elites.map(({ score }) => score.scatter);
  expect(elites).toEqual([...elites].sort((a, b) => b - a));
  expect(elites).toHaveLength(4);
  expect(elites).toContain(scatters(1, 2, 3, 6, 7)[0]);
  expect(elites).toContain(scatters(4, 5)[0]);
  expect(rounds.best?.scatter).toBe(scatters(1, 2, 3, 4, 5, 6, 7)[0]);
  for (const { pattern } of rounds.elites) {
    expect(pattern.junctions.every(({ buffer }) => buffer instanceof SharedArrayBuffer)).toBe(true);
  }
});

test('rounds in which nothing new came, and those in which nothing came, are counted, and forgotten with the next new candidate', () => {
  const rounds = new Rounds(request());
  rounds.merge([result(1), result(2), null]);
  rounds.merge([result(1), result(2), null]);
  rounds.merge([{ ...result(), duplicates: 1 }, result(), null]);
  for (let round = 0; round < 300; round++) rounds.merge([result(), result(), null]);
  expect([rounds.idleRounds, rounds.emptyRounds]).toEqual([2, 300]);
  const resumed = new Rounds({ ...request(), resume: { checkpoint: rounds.checkpoint(0), kept: [] } });
  expect([resumed.idleRounds, resumed.emptyRounds]).toEqual([2, 300]);
  rounds.merge([result(3), result(), null]);
  expect([rounds.idleRounds, rounds.emptyRounds]).toEqual([0, 0]);
});

test('the scores of all kept candidates that have the S of the best are known, of whatever strategy', () => {
  const rounds = new Rounds(request());
  const alike = (seed: number, ...vector: number[]): ScoredCandidate => ({
    ...scored(seed),
    score: { ...scored(seed).score, scatter: Math.min(...vector), vector },
  });
  const step = (...candidates: ScoredCandidate[]): StepResult => ({ ...result(), candidates });
  rounds.merge([step(alike(1, 0.9, 0.95), alike(2, 0.8, 1)), step(alike(3, 0.9, 1)), null]);
  expect(rounds.equals.map(({ vector }) => vector)).toEqual([
    [0.9, 0.95],
    [0.9, 1],
  ]);
});

test('what a budget by number left over is not taken in by a resume whose time is spent', () => {
  const rounds = new Rounds(request({ budget: { kind: 'candidates', candidates: 1 } }));
  rounds.merge([result(1, 2), null, null]);
  const resume = { checkpoint: rounds.checkpoint(10), kept: [] };
  const hasLeftOver = (seconds: number) =>
    new Rounds({ ...request(), budget: { kind: 'time', seconds }, resume }).hasLeftOver;
  expect([hasLeftOver(10), hasLeftOver(11)]).toEqual([false, true]);
});

test('a kept candidate that was forgotten is not kept again when it is found again; any other counts again, after a resume too', () => {
  const memory = { first: 4, largest: 4, most: 8 };
  const rounds = new Rounds(request({ keep: 1 }), memory);
  const kept = rounds.merge([result(...Array.from({ length: 20 }, (_, seed) => seed + 1)), null, null]);
  expect([rounds.evaluated, rounds.forgotten]).toEqual([20, 12]);
  const isKept = (seed: number) => kept.some(({ fingerprint }) => fingerprint === scored(seed).fingerprint);
  const early = Array.from({ length: 12 }, (_, seed) => seed + 1);
  const [best, other] = [early.findLast(isKept)!, early.find((seed) => !isKept(seed))!];
  const resume = structuredClone({ checkpoint: rounds.checkpoint(1), kept });
  for (const run of [rounds, new Rounds(request({ keep: 1, resume }), memory)]) {
    const duplicates = run.progress(0).duplicates;
    expect(run.merge([result(best), null, result(other)])).toEqual([]);
    expect([run.evaluated, run.progress(0).duplicates]).toEqual([21, duplicates + 1]);
  }
});

test('rounds restored from a checkpoint and the kept candidates go on as those that never stopped', () => {
  const whole = new Rounds(request());
  const kept = whole.merge([result(1, 2, 3, 4), result(5, 6, 7, 8), result(9, 10)]);
  kept.push(...whole.merge([result(11, 12), result(13, 1), result(14)]));
  const resume = structuredClone({ checkpoint: whole.checkpoint(5), kept });
  const restored = new Rounds(request({ resume }));
  expect(restored.progress(5)).toEqual(whole.progress(5));
  expect(restored.elites).toEqual(whole.elites);
  expect(restored.toBeat).toEqual(whole.toBeat);
  const next = () => [result(21, 22, 5), result(23, 24), result(25)];
  expect(restored.merge(next())).toEqual(whole.merge(next()));
  expect(restored.checkpoint(6)).toEqual(whole.checkpoint(6));
});

test('a checkpoint of another study is refused', () => {
  const rounds = new Rounds(request());
  const kept = rounds.merge([result(1), result(2), null]);
  const checkpoint = rounds.checkpoint(1);
  const fewer = request({ islands: [{ strategy: 'a' }], resume: { checkpoint, kept } });
  expect(() => new Rounds(fewer)).toThrow(/expected a checkpoint of 1 islands and 2 candidates; got 3 and 2/);
  const others = [{ strategy: 'c' }, { strategy: 'b' }, { strategy: 'a' }];
  expect(() => new Rounds(request({ islands: others, resume: { checkpoint, kept } }))).toThrow(/number 1 of a/);
});

test('the bar is the worst that is kept of the island’s strategy and target, once there is no room', () => {
  const islands = [{ strategy: 'a' }, { strategy: 'a', target: 0.5 }, { strategy: 'a' }];
  const rounds = new Rounds(request({ islands, keep: 3 }));
  rounds.merge([result(1), result(2), result(3)]);
  expect(rounds.toBeat).toEqual([null, null, null]);
  rounds.merge([result(4), result(5), result(6, 7)]);
  const compare = compareCandidates(null);
  const [worst] = [1, 3, 4, 6, 7]
    .map((seed) => ({ ...toBeat(scored(seed)), number: 0 }))
    .sort((a, b) => compare(b, a))
    .slice(2);
  const { number: _, ...expected } = worst;
  expect(rounds.toBeat).toEqual([expected, null, expected]);
});
