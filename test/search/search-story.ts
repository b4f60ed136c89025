import { deserialize, serialize } from 'node:v8';
import { expect } from 'vitest';
import type { NumberedCandidate } from '../../src/search/candidate.ts';
import { defaultSearchOrder } from '../../src/search/default-order.ts';
import type { SearchEvent, SearchRequest } from '../../src/search/events.ts';
import { runSearch, type SearchRunOptions } from '../../src/search/search.ts';
import { makeProblem } from '../conformance/strategy-problems.ts';

export type Round = Extract<SearchEvent, { kind: 'round' }>;
type Ended = Extract<SearchEvent, { kind: 'ended' }>;

export function request(changes: Partial<SearchRequest> = {}): SearchRequest {
  return {
    problem: makeProblem({ layers: [16, 64, 16], fanOuts: [16, 4] }, { metric: 'fair-share' }),
    islands: [
      { strategy: 'uniform-random' },
      { strategy: 'permutation-grid' },
      { strategy: 'local' },
      { strategy: 'anneal' },
      { strategy: 'anneal', target: 0.8 },
    ],
    seed: 7,
    budget: { kind: 'candidates', candidates: 150 },
    keep: 4,
    order: defaultSearchOrder,
    workers: 1,
    ...changes,
  };
}

export interface Story {
  readonly rounds: Round[];
  readonly refused: Extract<SearchEvent, { kind: 'refused' }>[];
  readonly ended: Ended;
  readonly added: NumberedCandidate[];
}

/** The whole of a search; it is aborted after the round that `until` names. */
export async function search(
  asked: SearchRequest,
  options: SearchRunOptions & { readonly until?: number } = {},
): Promise<Story> {
  const stop = new AbortController();
  const events: SearchEvent[] = [];
  for await (const event of runSearch(asked, stop.signal, options)) {
    events.push(event);
    if (event.kind === 'round' && event.progress.round === options.until) stop.abort();
  }
  const rounds = events.filter((event) => event.kind === 'round');
  const refused = events.filter((event) => event.kind === 'refused');
  const ended = events.at(-1) as Ended;
  expect(events.filter((event) => event.kind === 'ended')).toEqual([ended]);
  return { rounds, refused, ended, added: rounds.flatMap(({ added }) => added) };
}

/** All that must not depend on threads or time. */
export const lasting = ({ added, ended }: Story) => ({
  added: added.map(({ number, fingerprint, island, round, vector, otherVector, ties, audit }) => [
    ...[number, fingerprint, island, round, audit],
    ...[vector, otherVector, ties],
  ]),
  ended: { ...ended, progress: { ...ended.progress, seconds: 0 } },
});

/** Budgets one after another, each resumed from what the one before stored. */
export async function raised(asked: SearchRequest, totals: readonly number[]): Promise<Story> {
  const stories: Story[] = [];
  for (const candidates of totals) {
    const before = stories.at(-1)?.rounds.at(-1)?.checkpoint;
    const resume = before && { checkpoint: before, kept: stories.flatMap(({ added }) => added) };
    const next = { ...asked, budget: { kind: 'candidates', candidates } as const };
    stories.push(await search({ ...next, ...(resume && { resume: deserialize(serialize(resume)) }) }));
  }
  const [last] = stories.slice(-1);
  return { ...last, rounds: stories.flatMap(({ rounds }) => rounds), added: stories.flatMap(({ added }) => added) };
}
