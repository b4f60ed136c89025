import { unwrap } from '../base/failure.ts';
import type { SearchEnding } from '../search/events.ts';
import { TARGET_TOLERANCE } from '../search/strategy.ts';
import type { Store, StudyRecord } from '../store/index.ts';
import { type FoundCandidate, judgeOf } from './found-candidate.ts';
import { rankedCandidates, studyRanking } from './leaderboard.ts';
import { describeSearchEnd, searchEndOf } from './search-end.ts';
import { storedSettings } from './settings.ts';

/** How far a search for a certain scatter came. */
export interface TargetResult {
  readonly wanted: number;
  /** |S − wanted| up to which it counts as reached */
  readonly tolerance: number;
  /** |S − wanted| of the best; null where nothing was found */
  readonly offBy: number | null;
  readonly reached: boolean;
}

/** What a search has found. */
export interface SearchResult {
  readonly study: string;
  readonly evaluated: number;
  readonly seconds: number;
  /** why the search ended; null while it did not, or where an older version did not note it */
  readonly ended: SearchEnding | null;
  /** the same in words; null where there is nothing to explain */
  readonly endedBecause: string | null;
  /** null where the highest scatter was wanted */
  readonly target: TargetResult | null;
  /** entries that are 1 for every pattern; where all are, scatter tells nothing */
  readonly vacuous: readonly string[];
  /** what candidates are ranked by, in words */
  readonly order: string;
  /** first in the order; null where nothing was found */
  readonly best: FoundCandidate | null;
  readonly top: readonly FoundCandidate[];
}

/** @param best S of the best; null where nothing was found */
export function targetResult(wanted: number | null, best: number | null): TargetResult | null {
  if (wanted === null) return null;
  const offBy = best === null ? null : Math.abs(best - wanted);
  return { wanted, tolerance: TARGET_TOLERANCE, offBy, reached: offBy !== null && offBy <= TARGET_TOLERANCE };
}

/** What a search found, from the store alone. @param top how many candidates to list */
export function searchResult(store: Store, study: StudyRecord, top: number): SearchResult {
  const settings = unwrap(storedSettings(study));
  const judge = judgeOf(settings);
  const listed = rankedCandidates(store, study, { limit: Math.max(1, top) }).map(judge.found);
  const ended = searchEndOf(study);
  return {
    study: study.name,
    evaluated: study.evaluated,
    seconds: study.searchSeconds,
    ended,
    endedBecause: ended === null ? null : describeSearchEnd(ended, settings),
    target: targetResult(settings.target, listed[0]?.scatter ?? null),
    vacuous: judge.vacuous,
    order: studyRanking(study).description,
    best: listed[0] ?? null,
    top: listed.slice(0, top),
  };
}
