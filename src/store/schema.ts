/** "Scat": marks an SQLite file as ours (PRAGMA application_id), so that no other program's database is ever altered. */
export const APPLICATION_ID = 0x53636174;

/**
 * Version 1. Times are ISO 8601 in UTC, fractions 0 to 1, JSON columns UTF-8 text.
 *
 * `makers` says what made a row (version, Node, platform); every row points there, epochs through their evaluation.
 * Patterns lie apart from candidates, so that a leaderboard never pages through blobs.
 * `owner_*` is the one process that may write to a study: see owners.ts.
 */
export const SCHEMA_1 = `
CREATE TABLE makers (
  id INTEGER PRIMARY KEY,
  version TEXT NOT NULL,
  node TEXT NOT NULL,
  platform TEXT NOT NULL,
  UNIQUE (version, node, platform)
) STRICT;

CREATE TABLE studies (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  kind TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('running', 'finished', 'interrupted', 'failed')),
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  architecture TEXT NOT NULL,
  metric TEXT NOT NULL,
  entry_keys TEXT NOT NULL,
  seed INTEGER NOT NULL,
  settings TEXT NOT NULL,
  evaluated INTEGER NOT NULL DEFAULT 0,
  search_seconds REAL NOT NULL DEFAULT 0,
  result TEXT,
  owner_token TEXT,
  owner_pid INTEGER,
  owner_host TEXT,
  owner_space TEXT,
  owner_started TEXT,
  owner_seen_ms INTEGER,
  made_by INTEGER NOT NULL REFERENCES makers
) STRICT;

CREATE TABLE candidates (
  study_id INTEGER NOT NULL REFERENCES studies ON DELETE CASCADE,
  number INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  strategy TEXT NOT NULL,
  island INTEGER NOT NULL,
  round INTEGER NOT NULL,
  scatter REAL NOT NULL,
  vector TEXT NOT NULL,
  other_scatter REAL,
  other_vector TEXT,
  audit TEXT NOT NULL CHECK (audit IN ('whole', 'sampled')),
  created_at TEXT NOT NULL,
  made_by INTEGER NOT NULL REFERENCES makers,
  PRIMARY KEY (study_id, number),
  UNIQUE (study_id, fingerprint)
) STRICT, WITHOUT ROWID;

CREATE TABLE patterns (
  study_id INTEGER NOT NULL,
  candidate INTEGER NOT NULL,
  packed BLOB NOT NULL,
  PRIMARY KEY (study_id, candidate),
  FOREIGN KEY (study_id, candidate) REFERENCES candidates (study_id, number) ON DELETE CASCADE
) STRICT;

CREATE TABLE evaluations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  study_id INTEGER NOT NULL,
  candidate INTEGER NOT NULL,
  seed INTEGER NOT NULL,
  settings_digest TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('running', 'finished', 'diverged', 'stopped', 'failed')),
  reason TEXT,
  dataset TEXT NOT NULL,
  dataset_digest TEXT NOT NULL,
  training_settings TEXT NOT NULL,
  engine TEXT NOT NULL,
  backend TEXT NOT NULL,
  device TEXT NOT NULL,
  test_accuracy REAL,
  samples_per_second REAL,
  duration_ms REAL,
  started_at TEXT NOT NULL,
  finished_at TEXT,
  made_by INTEGER NOT NULL REFERENCES makers,
  UNIQUE (study_id, candidate, seed, settings_digest),
  FOREIGN KEY (study_id, candidate) REFERENCES candidates (study_id, number) ON DELETE CASCADE,
  CHECK ((status = 'finished') = (test_accuracy IS NOT NULL))
) STRICT;

CREATE TABLE epochs (
  evaluation_id INTEGER NOT NULL REFERENCES evaluations ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  loss REAL,
  accuracy REAL,
  validation_accuracy REAL,
  PRIMARY KEY (evaluation_id, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
  study_id INTEGER PRIMARY KEY REFERENCES studies ON DELETE CASCADE,
  state BLOB NOT NULL,
  state_digest BLOB NOT NULL,
  seen_bytes INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  made_by INTEGER NOT NULL REFERENCES makers
) STRICT;

CREATE TABLE seen_chunks (
  study_id INTEGER NOT NULL REFERENCES studies ON DELETE CASCADE,
  start_byte INTEGER NOT NULL,
  fingerprints BLOB NOT NULL,
  digest BLOB NOT NULL,
  made_by INTEGER NOT NULL REFERENCES makers,
  PRIMARY KEY (study_id, start_byte)
) STRICT;
`;

/**
 * Version 2: what decides between candidates of equal scatter: by name a number, or null where it was not measured. Candidates
 * of version 1 have none.
 */
export const SCHEMA_2 = `
ALTER TABLE candidates ADD COLUMN ties TEXT NOT NULL DEFAULT '{}';
`;

/** Version 3: families. Candidates of earlier versions are of the family that their strategy is, since their kind of start was not kept. */
export const SCHEMA_3 = `
ALTER TABLE candidates ADD COLUMN family TEXT;
UPDATE candidates SET family = strategy;
`;

/**
 * Version 4: where trainings stand that have not ended. A snapshot is a value here or, where it is large, a file beside the database,
 * named here: see training-snapshots.ts.
 */
export const SCHEMA_4 = `
CREATE TABLE training_snapshots (
  study_id INTEGER NOT NULL,
  candidate INTEGER NOT NULL,
  seed INTEGER NOT NULL,
  settings_digest TEXT NOT NULL,
  state BLOB,
  file TEXT,
  updated_at TEXT NOT NULL,
  made_by INTEGER NOT NULL REFERENCES makers,
  PRIMARY KEY (study_id, candidate, seed, settings_digest),
  FOREIGN KEY (study_id, candidate) REFERENCES candidates (study_id, number) ON DELETE CASCADE,
  CHECK ((state IS NULL) <> (file IS NULL))
) STRICT;
`;

/**
 * Version 5: what a board sorts by without reading its rows. `ranking_key` is how the study ranks the candidate, as bytes of which the
 * less are the better; null for candidates of earlier versions. Of the trainings, what accuracies are made of.
 */
export const SCHEMA_5 = `
ALTER TABLE candidates ADD COLUMN ranking_key BLOB;
CREATE INDEX candidates_by_rank ON candidates (study_id, ranking_key, number);
CREATE INDEX evaluations_by_settings ON evaluations (study_id, settings_digest, candidate, seed, status, test_accuracy);
`;

/**
 * Version 6: what a training was judged by, where a trainer of the user's own measured something else than accuracy: a JSON document
 * of name, unit and which way is better. The columns that are named for accuracy then hold it as it was told. Null: accuracy.
 */
export const SCHEMA_6 = `
ALTER TABLE evaluations ADD COLUMN score TEXT;
`;
