import { InvalidValueError } from '../base/caller-errors.ts';
import type { CandidateRecord, StudyRecord } from './records.ts';

/** 'scatter', 'accuracy', 'number', 'strategy', or the key of a vector entry ("1:2 backward"). */
export type CandidateSort = string;

export interface CandidateFilter {
  readonly strategies?: readonly string[];
  /** with (or without) a finished evaluation */
  readonly trained?: boolean;
  /** S at least, S at most */
  readonly leastScatter?: number;
  readonly mostScatter?: number;
}

/** Better first; 0 for no two different candidates. */
export type CandidateRanking = (a: CandidateRecord, b: CandidateRecord) => number;

/** Highest first, null last. */
const descending = (a: number | null, b: number | null) => (b ?? -Infinity) - (a ?? -Infinity) || 0;

const named: Readonly<Record<string, CandidateRanking>> = {
  scatter: () => 0,
  accuracy: (a, b) => descending(a.accuracy?.mean ?? null, b.accuracy?.mean ?? null),
  number: (a, b) => a.number - b.number,
  strategy: (a, b) => Number(a.strategy > b.strategy) - Number(a.strategy < b.strategy),
};

/** The ranking where a caller gives none: S descending, then the other metric's S descending, then the lower number. */
const byScatter: CandidateRanking = (a, b) =>
  descending(a.scatter, b.scatter) || descending(a.otherScatter, b.otherScatter) || a.number - b.number;

/** What candidates can be sorted by. */
export const candidateSorts = (entryKeys: readonly string[]): readonly CandidateSort[] => [
  ...Object.keys(named),
  ...entryKeys,
];

function orderBy(sort: CandidateSort, entryKeys: readonly string[]): CandidateRanking {
  const entry = entryKeys.indexOf(sort);
  if (entry >= 0) return (a, b) => descending(a.vector[entry], b.vector[entry]);
  if (Object.hasOwn(named, sort)) return named[sort];
  const expected = candidateSorts(entryKeys)
    .map((key) => `"${key}"`)
    .join(', ');
  throw new InvalidValueError(`candidates cannot be sorted by "${sort}"; expected one of ${expected}`);
}

/** A new array, best first; every tie ends in the ranking. @throws RangeError for an unknown sort, naming those there are */
export function sortedCandidates(
  candidates: readonly CandidateRecord[],
  sort: CandidateSort,
  entryKeys: StudyRecord['entryKeys'],
  ranking: CandidateRanking = byScatter,
): CandidateRecord[] {
  const order = orderBy(sort, entryKeys);
  return candidates.toSorted((a, b) => order(a, b) || ranking(a, b));
}

export function passes(candidate: CandidateRecord, filter: CandidateFilter): boolean {
  const { strategies, trained, leastScatter = 0, mostScatter = 1 } = filter;
  if (strategies !== undefined && !strategies.includes(candidate.strategy)) return false;
  if (trained !== undefined && trained !== (candidate.accuracy !== null)) return false;
  return candidate.scatter >= leastScatter && candidate.scatter <= mostScatter;
}
