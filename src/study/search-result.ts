import { scatterEntries } from '../pattern/entries.ts';
import { certificate, scoreBound } from '../scatter/bound.ts';
import type { CandidateRecord, Store, StudyRecord } from '../store/index.ts';
import { rankedCandidates, studyRanking } from './leaderboard.ts';
import { describeSearchEnd, type SearchEnd, searchEndOf } from './search-end.ts';
import type { StudySettings } from './settings.ts';

export interface FoundCandidate {
  readonly candidate: number;
  readonly fingerprint: string;
  readonly scatter: number;
  readonly vector: readonly number[];
  /** highest S that degrees and windows allow */
  readonly bound: number;
  readonly certificate: 'optimal' | null;
  readonly strategy: string;
  readonly otherScatter: number | null;
  /** what tells it from others of equal S, by name, in the order that ranks; null where it was left out */
  readonly ties: Readonly<Record<string, number | null>>;
}

export interface SearchResult {
  readonly study: string;
  readonly evaluated: number;
  readonly seconds: number;
  /** why the search ended; null while it did not, or where an older version did not note it */
  readonly ended: SearchEnd | null;
  /** the same in words; null where there is nothing to explain */
  readonly endedBecause: string | null;
  /** entries that are 1 for every pattern; where all are, scatter tells nothing */
  readonly vacuous: readonly string[];
  /** what candidates are ranked by, in turn, in words */
  readonly order: string;
  /** first in the order; null where nothing was found */
  readonly best: FoundCandidate | null;
  readonly top: readonly FoundCandidate[];
}

/** What a search found, from the store alone. @param top how many candidates to list */
export function searchResult(store: Store, study: StudyRecord, top: number): SearchResult {
  const settings = study.settings as StudySettings;
  const { architecture, metric } = settings;
  const entries = scatterEntries(architecture, settings.entries);
  const bound = scoreBound(entries, architecture, metric);
  const found = (candidate: CandidateRecord): FoundCandidate => {
    const { number, fingerprint, scatter, vector, strategy, otherScatter, ties } = candidate;
    return {
      ...{ candidate: number, fingerprint, scatter, vector, bound, strategy, otherScatter, ties },
      certificate: certificate({ metric, scatter, vector }, entries, architecture),
    };
  };
  const listed = rankedCandidates(store, study, { limit: Math.max(1, top) }).map(found);
  const ended = searchEndOf(study);
  return {
    study: study.name,
    evaluated: study.evaluated,
    seconds: study.searchSeconds,
    ended,
    endedBecause: ended === null ? null : describeSearchEnd(ended, settings),
    vacuous: entries.filter((entry) => entry.vacuous).map((entry) => entry.key),
    order: studyRanking(study).description,
    best: listed[0] ?? null,
    top: listed.slice(0, top),
  };
}
