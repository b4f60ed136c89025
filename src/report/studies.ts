import { describeArchitecture } from '../pattern/architecture.ts';
import type { StudyRecord } from '../store/records.ts';
import type { TextOptions } from './format.ts';
import { type Column, tableLines } from './table.ts';

/** A study and what the store holds of it. */
export interface StudyOverview {
  readonly study: StudyRecord;
  /** candidates kept */
  readonly candidates: number;
  /** candidates with at least one finished evaluation */
  readonly trained: number;
}

/** "2026-11-22 15:40" of an ISO time in UTC. */
const shortTime = (iso: string) => iso.slice(0, 16).replace('T', ' ');

const studyColumns: readonly Column<StudyOverview>[] = [
  { title: 'id', align: 'right', priority: 0, text: ({ study }) => String(study.id) },
  {
    title: 'study',
    align: 'left',
    priority: 0,
    least: 10,
    text: ({ study }) => study.name,
  },
  { title: 'kind', align: 'left', priority: 5, text: ({ study }) => study.kind },
  { title: 'status', align: 'left', priority: 1, text: ({ study }) => study.status },
  {
    title: 'architecture',
    align: 'left',
    priority: 3,
    text: ({ study }) => describeArchitecture(study.architecture),
  },
  { title: 'candidates', align: 'right', priority: 2, text: ({ candidates }) => String(candidates) },
  { title: 'trained', align: 'right', priority: 2, text: ({ trained }) => String(trained) },
  { title: 'evaluated', align: 'right', priority: 6, text: ({ study }) => String(study.evaluated) },
  { title: 'updated (UTC)', align: 'left', priority: 4, text: ({ study }) => shortTime(study.updatedAt) },
];

/** A table that fits `options.width`, a line a study; one sentence where there is none. */
export function studiesTable(studies: readonly StudyOverview[], options: TextOptions): string {
  if (studies.length === 0) return 'No studies yet.\n';
  return `${tableLines(studyColumns, studies, options).join('\n')}\n`;
}

/** One row of `studies --json`. */
export interface StudyJsonRow {
  /** the study's number */
  readonly id: number;
  /** its name */
  readonly study: string;
  readonly status: string;
  readonly architecture: string;
  readonly candidates: number;
  readonly trained: number;
  readonly kind: string;
  readonly layers: readonly number[];
  readonly fanOuts: readonly number[];
  readonly metric: string;
  readonly seed: number;
  readonly evaluated: number;
  readonly searchSeconds: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export function studiesJson(studies: readonly StudyOverview[]): StudyJsonRow[] {
  return studies.map(({ study, candidates, trained }) => ({
    id: study.id,
    study: study.name,
    status: study.status,
    architecture: describeArchitecture(study.architecture),
    candidates,
    trained,
    kind: study.kind,
    layers: study.architecture.layers,
    fanOuts: study.architecture.fanOuts,
    metric: study.metric,
    seed: study.seed,
    evaluated: study.evaluated,
    searchSeconds: study.searchSeconds,
    createdAt: study.createdAt,
    updatedAt: study.updatedAt,
  }));
}
