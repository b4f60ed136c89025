import { type Criterion, describeRanking, SCATTER } from '../proxies/ranking.ts';
import { candidateKey } from '../search/ranking.ts';
import { searchOrder } from '../search/tie-breakers.ts';
import type { Board, BoardQuery, CandidateRecord, RankingKey, Store, StudyRecord } from '../store/index.ts';
import { orderOf, type StudySettings, targetOf } from './settings.ts';
import { invariantEntriesOf } from './study-invariant.ts';

export interface StudyRanking {
  /** what candidates are compared in, one after the other; scatter first */
  readonly criteria: readonly Criterion[];
  /** names of criteria that the search left out, since they take too long for such an architecture */
  readonly leftOut: readonly string[];
  /** "scatter (higher), other-scatter (higher), four-cycles (lower); left out, too slow for this net: spectral-gap" */
  readonly description: string;
}

/** What candidates of these settings are ranked by. */
export function rankingOf({
  architecture,
  order,
  target,
}: Pick<StudySettings, 'architecture' | 'order' | 'target'>): StudyRanking {
  const { criteria, leftOut } = searchOrder(order, architecture);
  const first = target === null ? describeRanking(criteria.slice(0, 1)) : `${SCATTER} (nearest to ${target})`;
  const others = criteria.slice(1).filter(({ name }) => !leftOut.includes(name));
  const used = others.length === 0 ? first : `${first}, ${describeRanking(others)}`;
  const missing = leftOut.length === 0 ? '' : `; left out, too slow for this net: ${leftOut.join(', ')}`;
  return { criteria, leftOut, description: used + missing };
}

/** What a study's candidates are ranked by. */
export const studyRanking = (study: StudyRecord): StudyRanking =>
  rankingOf({ architecture: study.architecture, order: orderOf(study), target: targetOf(study) });

/** The same as bytes, for the store to sort by. */
export const rankingKeyOf = (study: StudyRecord): RankingKey => candidateKey(targetOf(study), orderOf(study));

/** A study's candidates as the store sorts, filters and pages them, in the study's own order where nothing else is asked for. */
export const studyBoard = (store: Store, study: StudyRecord): Board =>
  store.board(study, {
    rankingKey: rankingKeyOf(study),
    criteria: studyRanking(study).criteria,
    target: targetOf(study),
    invariantEntries: invariantEntriesOf(study),
  });

/** A study's candidates that are not damaged, best first. @param limit how many at most. @throws ScattershotError as `Board.check` */
export const rankedCandidates = (
  store: Store,
  study: StudyRecord,
  query: BoardQuery & { readonly limit?: number } = {},
): CandidateRecord[] => [...studyBoard(store, study).each(query, query.limit)].flatMap(({ record }) => record ?? []);
