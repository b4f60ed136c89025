import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf, type Outcome } from '../../base/failure.ts';
import { makeFolders, writeWhole } from '../../base/file-access.ts';
import { isRecord } from '../../base/json.ts';
import type { ShownColumns } from './state.ts';

/** What the user chose, and what is to be said of it. */
export interface Preferences {
  readonly shown: ShownColumns;
  /** one sentence; null: nothing */
  readonly warning: string | null;
}

const preferencesFile = (folder: string): string => join(folder, 'leaderboard.json');

const VERSION = 1;

const LISTINGS = ['studies', 'families', 'candidates'] as const;

const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '');

/** The columns that a document says. @throws where it is no such document */
function columnsIn(document: unknown): ShownColumns {
  if (!isRecord(document) || document.version !== VERSION || !isRecord(document.columns)) {
    throw new Error(`expected {"version": ${VERSION}, "columns": {…}}`);
  }
  const { columns } = document;
  const found: Partial<Record<(typeof LISTINGS)[number], readonly string[]>> = {};
  for (const listing of LISTINGS) {
    const names = columns[listing];
    if (names === undefined) continue;
    if (!isNames(names)) throw new Error(`"${listing}" must be a list of columns`);
    found[listing] = names;
  }
  return found;
}

/** What was chosen before. A file that is damaged is told, and is as good as none. */
export function readPreferences(folder: string): Preferences {
  const file = preferencesFile(folder);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { shown: {}, warning: isMissing ? null : `The columns chosen before cannot be read (${messageOf(error)}).` };
  }
  try {
    return { shown: columnsIn(JSON.parse(text)), warning: null };
  } catch (error) {
    const why = `${file} is damaged (${messageOf(error)})`;
    return { shown: {}, warning: `${why}: the usual columns are shown; choose columns with c, or remove it.` };
  }
}

/** Keeps the columns. Failures of `writeWhole`. @throws the system's error where the folder cannot be made */
export async function keepColumns(folder: string, columns: ShownColumns): Promise<Outcome<void>> {
  const file = preferencesFile(folder);
  makeFolders(dirname(file));
  return writeWhole(file, [`${JSON.stringify({ version: VERSION, columns }, null, 2)}\n`]);
}
