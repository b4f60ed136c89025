import { expect, test } from 'vitest';
import { presets } from '../../src/pattern/presets.ts';
import { certificate } from '../../src/scatter/bound.ts';
import type { NumberedCandidate } from '../../src/search/candidate.ts';
import type { SearchRequest } from '../../src/search/events.ts';
import { defaultIslands } from '../../src/study/portfolio.ts';
import { makeProblem } from '../conformance/strategy-problems.ts';
import { lasting, type Round, raised, request, search } from './search-story.ts';

test('patience ends a search after that many candidates in a row that were no better than the best, at the end of a round', async () => {
  const islands = [{ strategy: 'uniform-random' }, { strategy: 'permutation-grid' }];
  const budget = { kind: 'candidates', candidates: 2000 } as const;
  const { rounds, ended } = await search(request({ islands, budget, patience: 40 }));
  expect(ended).toMatchObject({ why: 'no-improvement' });
  const since = ({ progress }: Round) => progress.evaluated - (progress.best?.number ?? 0);
  expect(rounds.map((round) => since(round) >= 40)).toEqual(rounds.map((_, index) => index === rounds.length - 1));
});

test('a search that has found all 6 patterns that join 4 neurons to 2 ends', async () => {
  const few = await search(
    request({ problem: makeProblem({ layers: [4, 2], fanOuts: [1] }), islands: [{ strategy: 'uniform-random' }] }),
  );
  expect(few.ended).toMatchObject({ why: 'all-found', progress: { evaluated: 6 } });
  expect(few.ended.progress.round).toBe(few.rounds.findLast(({ added }) => added.length > 0)?.progress.round);
});

test('a dense net has one pattern: the search ends with the first round, whatever the portfolio', async () => {
  const problem = makeProblem({ layers: [32, 16, 8], fanOuts: [16, 8] });
  const { ended } = await search(request({ problem, islands: defaultIslands(null) }));
  expect(ended).toMatchObject({ why: 'all-found', progress: { round: 1, evaluated: 1 } });
});

test('a search whose strategy makes only some of the patterns ends as exhausted: 16 grids among 90 patterns', async () => {
  const few = await search(
    request({ problem: makeProblem({ layers: [4, 4], fanOuts: [2] }), islands: [{ strategy: 'permutation-grid' }] }),
  );
  expect(few.ended).toMatchObject({ why: 'exhausted', progress: { evaluated: 16 } });
});

test('a wanted S ends the search once it is met within 0.005', async () => {
  const problem = makeProblem({ layers: [64, 256, 64], fanOuts: [32, 8] }, { target: 0.4 });
  const { ended } = await search(request({ problem }));
  expect(ended.why).toBe('target');
  expect(Math.abs(ended.progress.best!.scatter - 0.4)).toBeLessThanOrEqual(0.005);
});

test('on request a search ends as soon as nothing can be better', async () => {
  const problem = makeProblem(presets.morse);
  const { ended, added } = await search(
    request({ problem, untilOptimal: true, budget: { kind: 'time', seconds: 600 } }),
  );
  expect(ended).toMatchObject({ why: 'optimal', progress: { best: { scatter: 1, strategy: 'permutation-grid' } } });
  expect(ended.progress.round).toBeLessThanOrEqual(2);
  const best = added.find(({ number }) => number === ended.progress.best?.number);
  expect(best?.vector).toEqual([1, 1, 1, 1, 1, 1]);
});

test('with a budget by time a search whose best is certified and has not been bettered for long ends, except when it is to go on', async () => {
  const problem = makeProblem(presets.morse);
  const asked = request({ problem, islands: [{ strategy: 'permutation-grid' }] });
  const begun = await search({ ...asked, budget: { kind: 'candidates', candidates: 8 } });
  const { checkpoint } = begun.rounds.at(-1)!;
  // As if 20 000 others had come since, and more than a minute.
  const others = Uint32Array.from({ length: 2 * 20_000 }, (_, n) => Math.imul(n, 0x9e3779b1));
  const later = {
    ...{ ...checkpoint, evaluated: checkpoint.evaluated + 20_000, seconds: 100, bestSeconds: 39 },
    seen: [...(checkpoint.seen as readonly Uint8Array[]), new Uint8Array(others.buffer)],
  };
  const goesOn = async (changes: Partial<SearchRequest>, bestSeconds = 39) => {
    const resume = { checkpoint: { ...later, bestSeconds }, kept: begun.added };
    const next = { ...asked, budget: { kind: 'time', seconds: 900 } as const, resume, ...changes };
    return (await search(next, { until: checkpoint.round + 1 })).ended;
  };
  expect(await goesOn({})).toMatchObject({ why: 'settled', progress: { round: checkpoint.round } });
  expect(await goesOn({ goOn: true })).toMatchObject({ why: 'aborted' });
  expect(await goesOn({}, 95)).toMatchObject({ why: 'aborted' });
  expect(await goesOn({ budget: { kind: 'candidates', candidates: 20_500 } })).toMatchObject({ why: 'aborted' });
});

test('the islands after the one that ends a search are not waited for, and what they found does not count', async () => {
  const problem = makeProblem(presets.morse);
  const islands = ['uniform-random', 'permutation-grid', 'local', 'anneal', 'uniform-random'].map((strategy) => ({
    strategy,
  }));
  const asked = request({ problem, islands, untilOptimal: true, budget: { kind: 'candidates', candidates: 500 } });
  const [one, two] = [await search(asked), await search({ ...asked, workers: 3 })];
  expect(lasting(two)).toEqual(lasting(one));
  const { ended } = one;
  expect(ended).toMatchObject({ why: 'optimal', progress: { round: 1, evaluated: 2 } });
  expect(ended.progress.strategies.map(({ evaluated }) => evaluated)).toEqual([1, 1, 0, 0]);
  const cut = await raised(asked, [1, 500]);
  expect(lasting(cut)).toEqual(lasting(one));
});

test('a budget by time ends after the first round beyond it', async () => {
  const { ended, rounds } = await search(request({ budget: { kind: 'time', seconds: 1e-6 } }));
  expect(ended).toMatchObject({ why: 'budget', progress: { round: 1 } });
  expect(rounds).toHaveLength(1);
});

test('a certified candidate ends the search too where a tie-breaker puts one of equal S before it that is not certified', async () => {
  // S cannot pass 5/6 here: most patterns that reach it have other entries below their bounds.
  const problem = makeProblem({ layers: [4, 8], fanOuts: [6], usedInputs: 3 }, { windows: 'balanced' });
  const isCertified = ({ scatter, vector }: Pick<NumberedCandidate, 'scatter' | 'vector'>) =>
    certificate({ metric: problem.metric, scatter, vector }, problem.entries, problem.architecture) !== null;
  const outcomes = await Promise.all(
    [1, 2, 3, 4].map(async (seed) => {
      const islands = [{ strategy: 'uniform-random' }];
      const story = await search(request({ problem, islands, seed, keep: 100, workers: 1, untilOptimal: true }));
      expect(story.ended.why).toBe('optimal');
      expect(story.rounds.map(({ added }) => added.some(isCertified))).toEqual(
        story.rounds.map((_, index) => index === story.rounds.length - 1),
      );
      const best = story.added.find(({ number }) => number === story.ended.progress.best?.number);
      return isCertified(best as NumberedCandidate);
    }),
  );
  expect(outcomes).toContain(false);
});
