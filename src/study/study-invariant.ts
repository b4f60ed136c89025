import { scatterEntries } from '../pattern/entries.ts';
import { invariantScatter, tellingEntries } from '../scatter/invariant.ts';
import { type Metric, metrics } from '../scatter/metric.ts';
import type { NumberedCandidate } from '../search/candidate.ts';
import type { StudyRecord } from '../store/index.ts';
import { entryOptionsOf } from './settings.ts';

/** Invariant scatter of a candidate (definitions §4.7); null where no entry of its study tells. */
export type InvariantOf = (candidate: Pick<NumberedCandidate, 'scatter' | 'vector'>) => number | null;

function entriesOf(study: StudyRecord) {
  const metric = metrics.find((name) => name === study.metric) as Metric;
  return { metric, entries: scatterEntries(study.architecture, entryOptionsOf(study), metric) };
}

/** Entries, counted from 0, of which the invariant scatter is the least. @throws ScattershotError 'unreadable-document' */
export function invariantEntriesOf(study: StudyRecord): readonly number[] {
  const { metric, entries } = entriesOf(study);
  return tellingEntries(entries, study.architecture, metric);
}

/** What a study's candidates score whatever their hidden neurons and classes are called. @throws ScattershotError 'unreadable-document' */
export function studyInvariant(study: StudyRecord): InvariantOf {
  const { metric, entries } = entriesOf(study);
  return ({ scatter, vector }) => invariantScatter({ metric, scatter, vector }, entries, study.architecture).value;
}
