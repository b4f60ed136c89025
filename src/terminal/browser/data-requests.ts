import type { CandidateAnalysis } from '../../study/candidate-analysis.ts';
import type { CandidateFacts } from '../../study/candidate-facts.ts';
import type { JunctionDifference } from '../../study/pattern-difference.ts';
import type { Listing, ListingQuery, ListingWindow, StudyRef, WantedRows } from './listing.ts';
import { isListing, isNearEdge, lacksRows, visibleRows } from './reduce-listing.ts';
import { type BrowserState, levelOf, type StudyInfo, studyOf } from './state.ts';

/** What the database, or a measurement, is asked for. */
export type DataRequest =
  | { readonly kind: 'study'; readonly study: number }
  | { readonly kind: 'rows'; readonly listing: Listing; readonly query: ListingQuery; readonly wanted: WantedRows }
  | {
      readonly kind: 'keys';
      readonly listing: Listing;
      readonly query: ListingQuery;
      readonly from: number;
      readonly to: number;
    }
  | { readonly kind: 'facts'; readonly study: number; readonly candidate: number }
  | { readonly kind: 'analysis'; readonly study: number; readonly candidate: number }
  | { readonly kind: 'difference'; readonly study: number; readonly first: number; readonly second: number };

/** What came of a request. */
export type DataAnswer =
  | { readonly kind: 'study'; readonly info: StudyInfo }
  | { readonly kind: 'rows'; readonly request: DataRequest & { kind: 'rows' }; readonly window: ListingWindow }
  | { readonly kind: 'keys'; readonly study: StudyRef; readonly keys: readonly string[] }
  | { readonly kind: 'facts'; readonly candidate: number; readonly facts: CandidateFacts }
  | { readonly kind: 'analysis'; readonly candidate: number; readonly analysis: CandidateAnalysis }
  | { readonly kind: 'difference'; readonly name: string; readonly difference: readonly JunctionDifference[] }
  | { readonly kind: 'fault'; readonly request: DataRequest; readonly message: string };

export const differenceName = (first: number, second: number): string => `${first} ${second}`;

/** Rows that are read before and after those on the screen, so that most keys need none: two pages, and no fewer than these. */
const ROWS_AROUND = 80;

/** What is needed to show the state, most wanted first. */
export function requestsOf(state: BrowserState): readonly DataRequest[] {
  const level = levelOf(state);
  const study = studyOf(level);
  const requests: DataRequest[] = [];
  if (study !== null && !state.infos.has(study.id)) requests.push({ kind: 'study', study: study.id });
  if (state.pendingRange !== null) requests.push({ kind: 'keys', ...state.pendingRange });
  if (isListing(level)) {
    const visible = visibleRows(state);
    const { listing, query, key, index, top, fault } = level;
    const margin = Math.max(ROWS_AROUND, 2 * visible);
    const around = { before: index - top + margin, after: visible + margin };
    if (fault === null && (level.isStale || lacksRows(level, visible) || isNearEdge(level, visible))) {
      requests.push({ kind: 'rows', listing, query, wanted: { key, index, ...around } });
    }
  } else if (level.kind === 'detail') {
    const about = { study: level.study.id, candidate: level.candidate };
    if (level.isStale) requests.push({ kind: 'facts', ...about });
    if (level.analysis === null && level.fault === null) requests.push({ kind: 'analysis', ...about });
  } else {
    const missing = level.candidates.filter((candidate) => !level.fresh.has(candidate));
    if (level.fault === null)
      for (const candidate of missing) requests.push({ kind: 'facts', study: level.study.id, candidate });
    const [first] = level.candidates;
    const second = level.candidates[level.other];
    const wanted = level.tab === 'edges' && level.fault === null && second !== undefined;
    if (wanted && !level.differences.has(differenceName(first, second))) {
      requests.push({ kind: 'difference', study: level.study.id, first, second });
    }
  }
  return requests;
}
