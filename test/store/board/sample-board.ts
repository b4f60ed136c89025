import { unwrap } from '../../../src/base/failure.ts';
import { rankingOrder } from '../../../src/proxies/ranking.ts';
import type { NumberedCandidate } from '../../../src/search/candidate.ts';
import { candidateKey } from '../../../src/search/ranking.ts';
import type { Board, EvaluationEnd, Store, StudyRecord } from '../../../src/store/index.ts';
import { type BoardQuery, parseFilter, parseSort } from '../../../src/store/index.ts';
import { finishedWith, newEvaluation } from '../sample-rows.ts';
import { storeWithStudy } from '../samples.ts';

export interface SampleRanking {
  readonly target?: number;
  readonly order?: readonly string[];
  readonly invariantEntries?: readonly number[];
  /** whether candidates are stored with their keys; default true */
  readonly keyed?: boolean;
}

export function boardOf(store: Store, study: StudyRecord, ranking: SampleRanking = {}): Board {
  const { target = null, order = ['four-cycles'], invariantEntries = [] } = ranking;
  const rankingKey = candidateKey(target, order);
  return store.board(study, { rankingKey, criteria: rankingOrder(order), target, invariantEntries });
}

/** A board of these candidates, in a database that goes away with the test. */
export function boardWith(added: readonly NumberedCandidate[], ranking: SampleRanking = {}) {
  const opened = storeWithStudy();
  const { store, study } = opened;
  const { target = null, order = ['four-cycles'], keyed = true } = ranking;
  const round = { added, evaluated: added.length, seconds: 0, checkpoint: null };
  store.recordRound(study.id, keyed ? { ...round, rankingKey: candidateKey(target, order) } : round);
  return { ...opened, board: boardOf(store, study, ranking) };
}

export function train(store: Store, study: StudyRecord, candidate: number, seed: number, end: EvaluationEnd | number) {
  const begun = store.beginEvaluation(study.id, newEvaluation(candidate, seed));
  if (begun.kind === 'known') throw new Error('expected a new evaluation');
  store.finishEvaluation(begun.id, typeof end === 'number' ? finishedWith(end) : end);
}

export const endedAs = (status: 'diverged' | 'failed' | 'stopped'): EvaluationEnd => ({
  ...{ status, reason: 'the loss was no longer finite', testAccuracy: null, samplesPerSecond: null, durationMs: null },
});

export const asked = (text: { readonly sort?: string; readonly filter?: string }): BoardQuery => ({
  sort: text.sort === undefined ? [] : unwrap(parseSort(text.sort)),
  filter: unwrap(parseFilter(text.filter ?? '')),
});
