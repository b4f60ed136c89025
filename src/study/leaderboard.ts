import { InvalidValueError } from '../base/caller-errors.ts';
import { type Criterion, compareLexicographic, describeRanking, SCATTER } from '../proxies/ranking.ts';
import { compareCandidates, rankingValues } from '../search/ranking.ts';
import { searchOrder } from '../search/tie-breakers.ts';
import {
  type CandidateQuery,
  type CandidateRanking,
  type CandidateRecord,
  candidateSorts,
  type Store,
  type StudyRecord,
} from '../store/index.ts';
import { orderOf, type StudySettings, targetOf } from './settings.ts';

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

/** What `rankedCandidates` can sort by: what the store can, and what the study's candidates were told apart by. */
export function leaderboardSorts(study: StudyRecord): readonly string[] {
  const { criteria, leftOut } = studyRanking(study);
  const added = criteria.map(({ name }) => name).filter((name) => name !== SCATTER && !leftOut.includes(name));
  return [...candidateSorts(study.entryKeys), ...added];
}

/**
 * A study's candidates, best first: by default in the study's own order; sorted by anything else, ties end in that order.
 * @param query `sort` one of `leaderboardSorts`: the name of a criterion sorts by it, in its own direction
 * @throws RangeError for an unknown sort, naming those there are
 */
export function rankedCandidates(
  store: Store,
  study: StudyRecord,
  query: Omit<CandidateQuery, 'ranking'> = {},
): CandidateRecord[] {
  const sorts = leaderboardSorts(study);
  const { sort = SCATTER } = query;
  if (!sorts.includes(sort)) {
    const expected = sorts.map((name) => `"${name}"`).join(', ');
    throw new InvalidValueError(`candidates cannot be sorted by "${sort}"; expected one of ${expected}`);
  }
  const target = targetOf(study);
  const { criteria } = studyRanking(study);
  const inOrder: CandidateRanking = compareCandidates(target, orderOf(study));
  if (sort === SCATTER) return store.candidates(study, { ...query, sort: undefined, ranking: inOrder });
  const chosen = candidateSorts(study.entryKeys).includes(sort) ? [] : criteria.filter(({ name }) => name === sort);
  if (chosen.length === 0) return store.candidates(study, { ...query, ranking: inOrder });
  const by = compareLexicographic(chosen);
  const values = (candidate: CandidateRecord) => rankingValues(candidate, target, criteria);
  const ranking: CandidateRanking = (a, b) => by(values(a), values(b)) || inOrder(a, b);
  return store.candidates(study, { ...query, sort: undefined, ranking });
}
