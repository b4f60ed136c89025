import { readBy } from '../base/documents.ts';
import { type Failure, failure, type Outcome, success } from '../base/failure.ts';
import { type Owner, ownerIsAlive } from './owners.ts';
import type { StudyRecord } from './records.ts';
import { studyRowSchema } from './row-schemas.ts';

/** The columns of a row of `studies` that are needed before the row is known to be sound. */
export interface StudyRow {
  readonly id: number;
  readonly name: string;
  readonly owner_token: string | null;
  readonly owner_pid: number | null;
  readonly owner_host: string | null;
  readonly owner_space: string | null;
  readonly owner_started: string | null;
  readonly owner_seen_ms: number | null;
}

/** With the maker's columns, null where the maker is missing: a study is not left out for that. */
export const SELECT_STUDY =
  'SELECT studies.*, version, node, platform FROM studies LEFT JOIN makers ON makers.id = made_by';

export function ownerOf(row: StudyRow): Owner | null {
  if (row.owner_token === null) return null;
  return {
    pid: row.owner_pid as number,
    host: row.owner_host as string,
    space: row.owner_space,
    started: row.owner_started,
  };
}

export function hasLivingOwner(row: StudyRow): boolean {
  const owner = ownerOf(row);
  return owner !== null && ownerIsAlive(owner, row.owner_seen_ms as number, Date.now());
}

const damagedStudy = ({ id, name }: StudyRow, why: string): Failure =>
  failure(
    'damaged-study',
    `study "${name}" is damaged (${why})`,
    `Restore a copy of the database, or remove the study with: scattershot studies remove ${id}`,
  );

/** Why the row of a study cannot be read; null for a sound one. */
export function studyDamage(row: StudyRow): string | null {
  const read = readBy(studyRowSchema, row);
  return read.ok ? null : read.why;
}

/** Failure 'damaged-study'. */
export function readStudyRow(row: StudyRow): Outcome<StudyRecord> {
  const read = readBy(studyRowSchema, row);
  if (!read.ok) return damagedStudy(row, read.why);
  const { created_at, updated_at, entry_keys, search_seconds, status, ...same } = read.value;
  return success({
    ...same,
    id: row.id,
    // Whoever ran it was killed before it could say so.
    status: status === 'running' && !hasLivingOwner(row) ? 'interrupted' : status,
    createdAt: created_at,
    updatedAt: updated_at,
    entryKeys: entry_keys,
    searchSeconds: search_seconds,
  });
}
