import { unwrap } from '../base/failure.ts';
import { type CandidateRecord, parseFilter, parseSort, type Store } from '../store/index.ts';
import { rankedCandidates } from './leaderboard.ts';

/** Which candidates of a study are listed, and in what order: texts as `leaderboard` takes them. */
export interface CandidateList {
  /** columns with commas between, a minus turns one around: "accuracy,-scatter"; default: the study's own order */
  readonly sort?: string;
  /** conditions with spaces between: "scatter>0.9 strategy=anneal"; default: all */
  readonly filter?: string;
  /** how many at most; default: all */
  readonly limit?: number;
}

/**
 * The candidates that a study keeps, best first.
 *
 * ```ts
 * const store = openStore('cache/scattershot.db', 'read');
 * for (const { number, scatter, accuracy } of listCandidates(store, 'morse-1', { sort: 'accuracy', limit: 5 })) {
 *   console.log(number, scatter, accuracy?.mean);
 * }
 * store.close();
 * ```
 *
 * @param study its name or number; null: the newest
 * @throws ScattershotError 'no-such-study', 'no-study', 'bad-sort' and 'bad-filter'
 */
export function listCandidates(
  store: Store,
  study: string | number | null,
  { sort, filter, limit }: CandidateList = {},
): readonly CandidateRecord[] {
  return rankedCandidates(store, unwrap(store.getStudy(study)), {
    ...(sort === undefined ? {} : { sort: unwrap(parseSort(sort)) }),
    ...(filter === undefined ? {} : { filter: unwrap(parseFilter(filter)) }),
    ...(limit === undefined ? {} : { limit }),
  });
}
