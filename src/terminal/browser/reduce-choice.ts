import { commandOf } from '../keys/key-table.ts';
import { columnsOf, shownColumns } from './columns.ts';
import { choiceKeys } from './keys.ts';
import { isListing, visibleRows } from './reduce-listing.ts';
import type { TypedKey } from './reduce-prompt.ts';
import { type BrowserState, type BrowserStep, type ColumnChoice, levelOf } from './state.ts';

const still = (state: BrowserState): BrowserStep => ({ state, effects: [] });

/** The columns of the listing that is shown, to choose from. */
export function openChoice(state: BrowserState): BrowserState {
  const level = levelOf(state);
  if (!isListing(level)) return state;
  const shown = shownColumns(state, level.listing).map(({ name }) => name);
  const others = columnsOf(state, level.listing)
    .map(({ name }) => name)
    .filter((name) => !shown.includes(name));
  return { ...state, choice: { index: 0, shown, names: [...shown, ...others] } };
}

function moved(choice: ColumnChoice, by: number): ColumnChoice {
  return { ...choice, index: Math.min(choice.names.length - 1, Math.max(0, choice.index + by)) };
}

/** The column and the one before or after it change places. */
function carried({ index, shown, names }: ColumnChoice, by: number): ColumnChoice {
  const to = index + by;
  if (to < 0 || to >= names.length) return { index, shown, names };
  const swapped = names.with(index, names[to]).with(to, names[index]);
  return { index: to, names: swapped, shown: swapped.filter((name) => shown.includes(name)) };
}

function toggled({ index, shown, names }: ColumnChoice): ColumnChoice {
  const name = names[index];
  const kept = shown.includes(name) ? shown.filter((each) => each !== name) : [...shown, name];
  return { index, names, shown: names.filter((each) => kept.includes(each)) };
}

function chosen(state: BrowserState, choice: ColumnChoice): BrowserStep {
  const level = levelOf(state);
  if (!isListing(level) || choice.shown.length === 0) return still({ ...state, choice: null });
  const shown = { ...state.shown, [level.listing.kind]: choice.shown };
  return { state: { ...state, choice: null, shown }, effects: [{ kind: 'keep-columns', shown }] };
}

/** Back to the usual columns. */
function reset(state: BrowserState): BrowserStep {
  const level = levelOf(state);
  if (!isListing(level)) return still(state);
  const { [level.listing.kind]: _left, ...shown } = state.shown;
  return { state: { ...state, choice: null, shown }, effects: [{ kind: 'keep-columns', shown }] };
}

/** A key while columns are chosen. */
export function reduceChoice(state: BrowserState, choice: ColumnChoice, key: TypedKey): BrowserStep {
  const changed = (next: ColumnChoice) => still({ ...state, choice: next });
  switch (commandOf(choiceKeys, key)) {
    case 'up':
      return changed(moved(choice, -1));
    case 'down':
      return changed(moved(choice, 1));
    case 'page-up':
      return changed(moved(choice, -visibleRows(state)));
    case 'page-down':
      return changed(moved(choice, visibleRows(state)));
    case 'earlier':
      return changed(carried(choice, -1));
    case 'later':
      return changed(carried(choice, 1));
    case 'toggle':
      return changed(toggled(choice));
    case 'keep':
      return chosen(state, choice);
    case 'usual':
      return reset(state);
    case 'cancel':
      return still({ ...state, choice: null });
    case 'leave':
      return { state, effects: [{ kind: 'leave' }] };
    case null:
      return still(state);
  }
}
