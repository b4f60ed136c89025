import { InvalidValueError } from '../base/caller-errors.ts';
import type { CandidateRecord, StudyRecord } from './records.ts';

/** A column: 'scatter', 'accuracy', 'number', 'strategy', or the key of a vector entry ("1:2 backward"). */
export type CandidateSort = string;

export interface CandidateFilter {
  readonly strategies?: readonly string[];
  /** with (or without) a finished evaluation */
  readonly trained?: boolean;
  /** S at least, S at most */
  readonly leastScatter?: number;
  readonly mostScatter?: number;
}

/** A comparison that a caller brings, better first; 0 for no two different candidates. */
export type CandidateRanking = (a: CandidateRecord, b: CandidateRecord) => number;

/** Highest first, null last. */
const descending = (a: number | null, b: number | null) => (b ?? -Infinity) - (a ?? -Infinity) || 0;

/** 0: every training finished; 1: some diverged, and what finished flatters the candidate; 2: none finished. */
function doubtOf({ accuracy, diverged }: CandidateRecord): number {
  if (accuracy === null) return 2;
  return diverged === 0 ? 0 : 1;
}

const columns: Readonly<Record<string, CandidateRanking>> = {
  scatter: (a, b) => descending(a.scatter, b.scatter),
  accuracy: (a, b) => doubtOf(a) - doubtOf(b) || descending(a.accuracy?.mean ?? null, b.accuracy?.mean ?? null),
  number: (a, b) => a.number - b.number,
  strategy: (a, b) => Number(a.strategy > b.strategy) - Number(a.strategy < b.strategy),
};

/** What candidates can be sorted by. */
export const candidateSorts = (entryKeys: readonly string[]): readonly CandidateSort[] => [
  ...Object.keys(columns),
  ...entryKeys,
];

function orderBy(sort: CandidateSort, entryKeys: readonly string[]): CandidateRanking {
  const entry = entryKeys.indexOf(sort);
  if (entry >= 0) return (a, b) => descending(a.vector[entry], b.vector[entry]);
  if (Object.hasOwn(columns, sort)) return columns[sort];
  const expected = candidateSorts(entryKeys)
    .map((key) => `"${key}"`)
    .join(', ');
  throw new InvalidValueError(`candidates cannot be sorted by "${sort}"; expected one of ${expected}`);
}

/**
 * A new array: by the column, if one is given, and what is equal in it by the ranking, or by number where none is given.
 * @throws RangeError for an unknown column, naming those there are
 */
export function sortedCandidates(
  candidates: readonly CandidateRecord[],
  entryKeys: StudyRecord['entryKeys'],
  sort: CandidateSort | undefined,
  ranking: CandidateRanking = columns.number,
): CandidateRecord[] {
  const byColumn = sort === undefined ? ranking : orderBy(sort, entryKeys);
  return candidates.toSorted((a, b) => byColumn(a, b) || ranking(a, b));
}

export function passes(candidate: CandidateRecord, filter: CandidateFilter): boolean {
  const { strategies, trained, leastScatter = 0, mostScatter = 1 } = filter;
  if (strategies !== undefined && !strategies.includes(candidate.strategy)) return false;
  if (trained !== undefined && trained !== (candidate.accuracy !== null)) return false;
  return candidate.scatter >= leastScatter && candidate.scatter <= mostScatter;
}
