import type { Listing, ListingColumn } from './listing.ts';
import type { BrowserState, ListingLevel, ShownColumns } from './state.ts';

type ColumnDefinition = Pick<ListingColumn, 'name' | 'title'> & Partial<ListingColumn>;

const column = (definition: ColumnDefinition): ListingColumn => ({
  ...{ aliases: [], align: 'right', kind: 'number', first: 'high', isDefault: true },
  ...definition,
});

const text = (name: string, isDefault = true): ListingColumn =>
  column({ name, title: name, align: 'left', kind: 'text', first: 'low', isDefault });

export const studyColumns: readonly ListingColumn[] = [
  column({ name: 'id', title: '#', first: 'low' }),
  text('study'),
  text('status'),
  text('kind'),
  text('architecture'),
  column({ name: 'candidates', title: 'candidates' }),
  column({ name: 'trained', title: 'trained' }),
  column({ name: 'evaluated', title: 'evaluated' }),
  text('created'),
  text('updated', false),
  text('metric', false),
  text('verdict', false),
];

export const familyColumns: readonly ListingColumn[] = [
  text('family'),
  column({ name: 'candidates', title: 'candidates' }),
  column({ name: 'trained', title: 'trained' }),
  column({ name: 'best-scatter', title: 'best S', kind: 'fraction' }),
  column({ name: 'best-accuracy', title: 'best accuracy', kind: 'fraction' }),
];

/** Every column of a listing; none before its study is known. */
export function columnsOf({ infos }: Pick<BrowserState, 'infos'>, listing: Listing): readonly ListingColumn[] {
  if (listing.kind === 'studies') return studyColumns;
  if (listing.kind === 'families') return familyColumns;
  return infos.get(listing.study.id)?.columns ?? [];
}

/** Those that are shown: the user's choice as far as this listing has them, else the usual ones; never none. */
export function shownColumns(
  state: Pick<BrowserState, 'infos'> & { readonly shown: ShownColumns },
  listing: Listing,
): readonly ListingColumn[] {
  const all = columnsOf(state, listing);
  const usual = all.filter(({ isDefault }) => isDefault);
  const chosen = state.shown[listing.kind];
  if (chosen === undefined) return usual;
  const found = chosen.flatMap((name) => all.filter((known) => known.name === name));
  return found.length === 0 ? usual : found;
}

/** The column under the cursor; null where there is none yet. */
export function currentColumn(state: BrowserState, level: ListingLevel): ListingColumn | null {
  const shown = shownColumns(state, level.listing);
  return shown[Math.min(level.columnIndex, shown.length - 1)] ?? null;
}
