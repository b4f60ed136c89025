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

type Order = (a: CandidateRecord, b: CandidateRecord) => number;

/** Highest first, null last. */
const descending = (a: number | null, b: number | null) => (b ?? -Infinity) - (a ?? -Infinity) || 0;

const named: Readonly<Record<string, Order>> = {
  scatter: () => 0,
  accuracy: (a, b) => descending(a.accuracy?.mean ?? null, b.accuracy?.mean ?? null),
  number: (a, b) => a.number - b.number,
  strategy: (a, b) => Number(a.strategy > b.strategy) - Number(a.strategy < b.strategy),
};

/** Every tie ends in the ranking: S descending, then the other metric's S descending, then the lower number. */
const ranking: Order = (a, b) =>
  descending(a.scatter, b.scatter) || descending(a.otherScatter, b.otherScatter) || a.number - b.number;

function orderBy(sort: CandidateSort, entryKeys: readonly string[]): Order {
  const entry = entryKeys.indexOf(sort);
  if (entry >= 0) return (a, b) => descending(a.vector[entry], b.vector[entry]);
  if (Object.hasOwn(named, sort)) return named[sort];
  const expected = [...Object.keys(named), ...entryKeys].map((key) => `"${key}"`).join(', ');
  throw new RangeError(`candidates cannot be sorted by "${sort}"; expected one of ${expected}`);
}

/** A new array, best first. @throws RangeError for an unknown sort, naming those there are */
export function sortedCandidates(
  candidates: readonly CandidateRecord[],
  sort: CandidateSort,
  entryKeys: StudyRecord['entryKeys'],
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
