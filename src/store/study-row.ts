import { type Owner, ownerIsAlive } from './owners.ts';
import type { Provenance, StudyRecord, StudyStatus } from './records.ts';

/** A row of `studies` with its maker's columns, as `SELECT_STUDY` gives it. */
export interface StudyRow {
  readonly id: number;
  readonly name: string;
  readonly kind: StudyRecord['kind'];
  readonly status: StudyStatus;
  readonly created_at: string;
  readonly updated_at: string;
  readonly architecture: string;
  readonly metric: string;
  readonly entry_keys: string;
  readonly seed: number;
  readonly settings: string;
  readonly evaluated: number;
  readonly search_seconds: number;
  readonly result: string | null;
  readonly owner_token: string | null;
  readonly owner_pid: number | null;
  readonly owner_host: string | null;
  readonly owner_space: string | null;
  readonly owner_started: string | null;
  readonly owner_seen_ms: number | null;
  readonly version: string;
  readonly node: string;
  readonly platform: string;
}

export const SELECT_STUDY = 'SELECT studies.*, version, node, platform FROM studies JOIN makers ON makers.id = made_by';

function ownerOf(row: StudyRow): Owner | null {
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

export function studyRecord(row: StudyRow): StudyRecord {
  const made: Provenance = { version: row.version, node: row.node, platform: row.platform };
  return {
    ...made,
    id: row.id,
    name: row.name,
    kind: row.kind,
    // Whoever ran it was killed before it could say so.
    status: row.status === 'running' && !hasLivingOwner(row) ? 'interrupted' : row.status,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    architecture: JSON.parse(row.architecture),
    metric: row.metric,
    entryKeys: JSON.parse(row.entry_keys),
    seed: row.seed,
    settings: JSON.parse(row.settings),
    evaluated: row.evaluated,
    searchSeconds: row.search_seconds,
    result: row.result === null ? null : JSON.parse(row.result),
  };
}
