import { paragraph, type TextOptions } from './format.ts';
import { type Column, tableLines } from './table.ts';

/** One thing that this machine can or cannot do. */
export interface DoctorRow {
  /** "tfjs", "webgpu", "worker threads" */
  readonly name: string;
  readonly kind: 'engine' | 'backend' | 'device' | 'system';
  readonly available: boolean;
  /** the device or version that was found, or why there is none */
  readonly detail: string;
  /** what the user can do to get it; null where nothing is to be done */
  readonly howToGet: string | null;
  /** what is wrong with something that works: a GPU backend without a GPU */
  readonly caveat?: string | null;
}

const columns: readonly Column<DoctorRow>[] = [
  { title: 'what', align: 'left', priority: 0, text: ({ name }) => name },
  { title: 'kind', align: 'left', priority: 3, text: ({ kind }) => kind },
  { title: 'works', align: 'left', priority: 0, text: ({ available }) => (available ? 'yes' : 'no') },
  {
    ...{ title: 'found', align: 'left', priority: 2, least: 12 },
    text: ({ available, detail }) => (available ? detail : 'see below'),
  },
];

const asSentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

/** A table of what works here and what does not; then, in full, why something does not, or not as it should, and how to get it. */
export function doctorText(rows: readonly DoctorRow[], options: TextOptions): string {
  const lines = [...tableLines(columns, rows, options)];
  const faulty = rows.flatMap(({ name, available, detail, caveat = null, howToGet }) => {
    const fault = available ? caveat : detail;
    return fault === null ? [] : [{ name, fault: available ? `works, but ${fault}` : fault, howToGet }];
  });
  if (faulty.length > 0) lines.push('');
  for (const { name, fault, howToGet } of faulty) {
    const next = howToGet === null ? '' : ` ${asSentence(howToGet)}`;
    lines.push(...paragraph(`${name}: ${asSentence(fault)}${next}`, options));
  }
  return `${lines.join('\n')}\n`;
}
