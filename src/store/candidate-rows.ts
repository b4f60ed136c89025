import type { z } from 'zod';
import { type ReadDocument, readBy } from '../base/documents.ts';
import type { Standing } from './accuracies.ts';
import type { CandidateRecord, StudyRecord } from './records.ts';
import { candidateRowSchema } from './row-schemas.ts';

/** Before it is known to be sound. */
export interface CandidateRow {
  readonly number: number;
  readonly fingerprint: string;
}

type SoundRow = z.infer<typeof candidateRowSchema>;

/** With the maker's columns, null where the maker is missing. */
export const SELECT_CANDIDATE =
  'SELECT candidates.*, version, node, platform FROM candidates LEFT JOIN makers ON makers.id = made_by';

export const candidateRowName = (number: number) => `candidate ${number}`;

/** The row, or why it is not what was stored. */
export function readCandidateRow(row: CandidateRow, { entryKeys }: StudyRecord): ReadDocument<SoundRow> {
  const read = readBy(candidateRowSchema, row);
  if (!read.ok) return read;
  const { vector, other_vector } = read.value;
  const wrong = [vector, other_vector].find((values) => values !== null && values.length !== entryKeys.length);
  if (wrong === undefined || wrong === null) return read;
  return { ok: false, why: `vector: ${wrong.length} entries; expected ${entryKeys.length}` };
}

export function candidateRecord(row: SoundRow, { accuracy, diverged }: Standing): CandidateRecord {
  return {
    number: row.number,
    fingerprint: row.fingerprint,
    strategy: row.strategy,
    family: row.family,
    island: row.island,
    round: row.round,
    scatter: row.scatter,
    vector: row.vector,
    otherScatter: row.other_scatter,
    otherVector: row.other_vector,
    ties: row.ties,
    audit: row.audit,
    createdAt: row.created_at,
    accuracy,
    diverged,
  };
}
