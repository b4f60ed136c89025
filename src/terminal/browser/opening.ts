import type { ListingQuery, StudyRef } from './listing.ts';
import { newListing } from './reduce-listing.ts';
import type { BrowserState, ShownColumns } from './state.ts';

/** What the browser shows first. */
export interface OpeningView {
  /** null: the newest study */
  readonly study: string | null;
  readonly query: ListingQuery;
  /** options for every command that is run or copied: the database, where it is not the default one */
  readonly commandOptions: readonly string[];
}

/** The candidates of a study, with the way back above them. */
export function initialState(
  { query, commandOptions }: OpeningView,
  study: StudyRef,
  shown: ShownColumns,
): BrowserState {
  return {
    ...{ columns: 80, rows: 24, options: commandOptions, shown },
    levels: [
      newListing({ kind: 'studies' }, undefined, String(study.id)),
      newListing({ kind: 'families', study }, undefined, ''),
      newListing({ kind: 'candidates', study, family: null }, query),
    ],
    ...{ prompt: null, choice: null, helpScroll: null, notice: null, pendingRange: null },
    ...{ marks: new Map(), infos: new Map() },
  };
}
