import { deserialize, serialize } from 'node:v8';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { defaultSearchOrder } from '../../src/search/default-order.ts';
import type { SearchRequest, SearchResume } from '../../src/search/events.ts';
import { interleaveIslands, packCandidates, unpackCandidates } from '../../src/search/overflow.ts';
import { Rounds, type Unaudited } from '../../src/search/rounds.ts';
import type { StepResult } from '../../src/search/tasks.ts';
import { problem, scored } from './sample-candidates.ts';

const islands = [{ strategy: 'a' }, { strategy: 'b' }, { strategy: 'a', target: 0.6 }, { strategy: 'c' }];

const request = (budget: number, keep: number, resume?: SearchResume): SearchRequest => ({
  problem,
  islands,
  seed: 1,
  budget: { kind: 'candidates', candidates: budget },
  keep,
  order: defaultSearchOrder,
  workers: 1,
  ...(resume === undefined ? {} : { resume }),
});

/** What islands would find in a round: up to five candidates of few kinds, so that duplicates occur, and none that the island found before. */
function found(rounds: Rounds, seed: number): StepResult[] {
  // What islands do may depend on all that they get, so a difference in it must show.
  const given = rounds.elites.reduce((sum, { score }) => sum + Math.round(1e6 * score.scatter), rounds.evaluated);
  const thresholds = rounds.toBeat.reduce((sum, worst) => sum + Math.round(1e6 * (worst?.scatter ?? 0)), 0);
  return islands.map((_, island) => {
    const random = Random.fromSeed(seed).fork(rounds.round, island, given, thresholds);
    const numbers = new Set(Array.from({ length: random.below(6) }, () => random.below(400)));
    const candidates = [...numbers].map(scored);
    return {
      state: { given, drawn: random.uint32() },
      swaps: random.below(9),
      candidates,
      duplicates: random.below(2),
    };
  });
}

interface Course {
  readonly added: readonly Unaudited[];
  readonly rounds: Rounds;
}

/** Searches until the budget is spent, from where `before` stopped. */
function course(budget: number, keep: number, seed: number, before?: Course): Course {
  const stored = before === undefined ? undefined : { checkpoint: before.rounds.checkpoint(0), kept: before.added };
  const resume = stored && deserialize(serialize(stored));
  const rounds = new Rounds(request(budget, keep, resume));
  const added = [...(before?.added ?? [])];
  if (rounds.hasLeftOver) added.push(...rounds.takeLeftOver());
  while (rounds.evaluated < budget) added.push(...rounds.merge(found(rounds, seed)));
  return { added, rounds };
}

test('property: a budget that is raised, once or often, ends as the large one does from the start', () => {
  const budgets = fc.uniqueArray(fc.integer({ min: 1, max: 120 }), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(budgets, fc.integer({ min: 1, max: 6 }), fc.nat(), (drawn, keep, seed) => {
      const totals = drawn.sort((a, b) => a - b);
      let cut: Course | undefined;
      for (const total of totals) cut = course(total, keep, seed, cut);
      const whole = course(totals[totals.length - 1], keep, seed);
      expect(cut?.added).toEqual(whole.added);
      expect(cut?.rounds.checkpoint(0)).toEqual(whole.rounds.checkpoint(0));
      expect(cut?.rounds.elites).toEqual(whole.rounds.elites);
      expect(cut?.rounds.toBeat).toEqual(whole.rounds.toBeat);
    }),
    { seed: 12, numRuns: 60 },
  );
});

test('property: what a smaller budget keeps is the beginning of what a larger one keeps', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 0, max: 40 }), fc.nat(), (budget, more, seed) => {
      const [small, large] = [course(budget, 3, seed), course(budget + more, 3, seed)];
      expect(large.added.slice(0, small.added.length)).toEqual(small.added);
      expect(large.added.slice(small.added.length).every(({ number }) => number > budget)).toBe(true);
    }),
    { seed: 13, numRuns: 40 },
  );
});

test('a checkpoint without an overflow, as older versions wrote it, goes on with the next round', () => {
  const { added, rounds } = course(7, 3, 5);
  const { overflow, failures: _, ...checkpoint } = rounds.checkpoint(0);
  expect(overflow?.length).toBeGreaterThan(0);
  const resumed = new Rounds(request(50, 3, { checkpoint, kept: added as never }));
  expect(resumed.hasLeftOver).toBe(false);
  expect(resumed.merge(found(resumed, 5)).length).toBeGreaterThan(0);
  expect(resumed.round).toBe(rounds.round + 1);
});

test('waiting candidates are packed and unpacked whole, in the order of their numbers', () => {
  const step = (...seeds: number[]): StepResult => ({
    state: 0,
    swaps: 0,
    candidates: seeds.map(scored),
    duplicates: 0,
  });
  const waiting = interleaveIslands([step(1, 2, 3), null, step(4)]);
  expect(waiting.map(({ island, fingerprint }) => [island, fingerprint])).toEqual([
    [0, scored(1).fingerprint],
    [2, scored(4).fingerprint],
    [0, scored(2).fingerprint],
    [0, scored(3).fingerprint],
  ]);
  expect(unpackCandidates(deserialize(serialize(packCandidates(waiting))))).toEqual(waiting);
});
