import { describeArchitecture } from '../pattern/architecture.ts';
import type { DamagedStudy, StoreFault, StudyRecord } from '../store/index.ts';
import { MISSING, printable, type TextOptions } from './format.ts';
import { type Column, tableLines } from './table.ts';

/** A study and what the store holds of it, or the name of one whose row is damaged. */
export type StudyOverview =
  | {
      readonly study: StudyRecord;
      /** candidates kept */
      readonly candidates: number;
      /** candidates with at least one finished evaluation */
      readonly trained: number;
    }
  | { readonly damaged: DamagedStudy };

type SoundOverview = Exclude<StudyOverview, { readonly damaged: DamagedStudy }>;

const nameOf = (row: StudyOverview) => ('damaged' in row ? row.damaged : row.study);

/** What is not known of a damaged study is missing. */
const ofSound = (text: (row: SoundOverview) => string) => (row: StudyOverview) =>
  'damaged' in row ? MISSING : text(row);

/** "2026-11-22 15:40" of an ISO time in UTC. */
const shortTime = (iso: string) => iso.slice(0, 16).replace('T', ' ');

const studyColumns: readonly Column<StudyOverview>[] = [
  { title: 'id', align: 'right', priority: 0, text: (row) => String(nameOf(row).id) },
  {
    title: 'study',
    align: 'left',
    priority: 0,
    least: 10,
    text: (row) => nameOf(row).name,
  },
  { title: 'kind', align: 'left', priority: 5, text: ofSound(({ study }) => study.kind) },
  {
    ...{ title: 'status', align: 'left', priority: 1, least: 11 },
    text: (row) => ('damaged' in row ? `damaged (${row.damaged.why})` : row.study.status),
  },
  {
    title: 'architecture',
    align: 'left',
    priority: 3,
    text: ofSound(({ study }) => describeArchitecture(study.architecture)),
  },
  { title: 'candidates', align: 'right', priority: 2, text: ofSound(({ candidates }) => String(candidates)) },
  { title: 'trained', align: 'right', priority: 2, text: ofSound(({ trained }) => String(trained)) },
  { title: 'evaluated', align: 'right', priority: 6, text: ofSound(({ study }) => String(study.evaluated)) },
  { title: 'updated (UTC)', align: 'left', priority: 4, text: ofSound(({ study }) => shortTime(study.updatedAt)) },
];

/** A table that fits `options.width`, a line a study; one sentence where there is none. */
export function studiesTable(studies: readonly StudyOverview[], options: TextOptions): string {
  if (studies.length === 0) return 'No studies yet.\n';
  return `${tableLines(studyColumns, studies, options).join('\n')}\n`;
}

/** One row of `studies --json`; of a damaged study everything except its name and number is null. */
export interface StudyJsonRow {
  /** the study's number */
  readonly id: number;
  /** its name */
  readonly study: string;
  /** 'running', 'finished', 'interrupted', 'failed', or 'damaged' */
  readonly status: string;
  /** why it cannot be read; null where it can */
  readonly damaged: string | null;
  readonly architecture: string | null;
  readonly evaluated: number | null;
  readonly candidates: number | null;
  readonly trained: number | null;
  readonly kind: string | null;
  readonly layers: readonly number[] | null;
  readonly fanOuts: readonly number[] | null;
  readonly metric: string | null;
  readonly seed: number | null;
  readonly searchSeconds: number | null;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
}

const damagedRow = ({ id, name, why }: DamagedStudy): StudyJsonRow => ({
  ...{ id, study: name, status: 'damaged', damaged: why },
  ...{ architecture: null, evaluated: null, candidates: null, trained: null, kind: null, layers: null, fanOuts: null },
  ...{ metric: null, seed: null, searchSeconds: null, createdAt: null, updatedAt: null },
});

function soundRow({ study, candidates, trained }: SoundOverview): StudyJsonRow {
  const { id, name, status, architecture, kind, metric, seed, evaluated, searchSeconds, createdAt, updatedAt } = study;
  const { layers, fanOuts } = architecture;
  return {
    ...{ id, study: name, status, damaged: null, architecture: describeArchitecture(architecture) },
    ...{ evaluated, candidates, trained, kind, layers, fanOuts, metric, seed, searchSeconds, createdAt, updatedAt },
  };
}

export const studiesJson = (studies: readonly StudyOverview[]): StudyJsonRow[] =>
  studies.map((row) => ('damaged' in row ? damagedRow(row.damaged) : soundRow(row)));

/** `studies check --json` */
export interface StudiesCheckJson {
  readonly database: string;
  readonly sound: boolean;
  /** studies that can be read */
  readonly studies: number;
  readonly faults: readonly {
    /** the study's number and name; null where it belongs to none */
    readonly id: number | null;
    readonly study: string | null;
    readonly what: string;
    readonly why: string;
  }[];
}

export const studiesCheckJson = (
  database: string,
  studies: number,
  faults: readonly StoreFault[],
): StudiesCheckJson => ({
  ...{ database, sound: faults.length === 0, studies },
  faults: faults.map(({ study, what, why }) => ({ id: study?.id ?? null, study: study?.name ?? null, what, why })),
});

/** A line a fault: "study 3, demo-1: candidate 7: scatter: …". */
export function studiesCheckText(faults: readonly StoreFault[], options: TextOptions): string {
  const lines = faults.map(({ study, what, why }) => {
    const where = study === null ? '' : `study ${study.id}, ${study.name}: `;
    return printable(`${where}${what}: ${why}`, options.unicode);
  });
  return `${lines.join('\n')}\n`;
}
