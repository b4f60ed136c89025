import { InvalidValueError } from '../base/caller-errors.ts';
import { type Failure, failure, type Outcome, success, unwrap } from '../base/failure.ts';
import type { Architecture } from '../pattern/architecture.ts';
import { type Claims, studyInUse } from './claims.ts';
import { type Connection, jsonText, now } from './connection.ts';
import type { StudyRecord, StudyStatus } from './records.ts';
import { readStudyRow, SELECT_STUDY, type StudyRow, studyDamage } from './study-row.ts';

export interface NewStudy {
  /** null: `baseName-1`, `baseName-2`, … */
  readonly name: string | null;
  readonly baseName: string;
  readonly kind: StudyRecord['kind'];
  readonly architecture: Architecture;
  readonly metric: string;
  readonly entryKeys: readonly string[];
  readonly seed: number;
  /** plain JSON values */
  readonly settings: unknown;
}

export interface StudySummary extends StudyRecord {
  /** kept candidates */
  readonly candidates: number;
  /** of them, those with a finished evaluation */
  readonly trained: number;
}

/** What can be told of a study even where its row is damaged. */
export interface StudyName {
  readonly id: number;
  readonly name: string;
}

/** A study whose row cannot be read: it can be renamed and removed, and nothing else. */
export interface DamagedStudy extends StudyName {
  /** what cannot be read, and why */
  readonly why: string;
}

export interface StudyEnd {
  readonly status: Exclude<StudyStatus, 'running'>;
  /** plain JSON values; left out: the result stays as it was */
  readonly result?: unknown;
}

const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,99}$/u;

const NUMBER = /^\d+$/;

/** Digits of any script: whoever reads them in a table would type the number. */
const DIGITS = /^\p{Nd}+$/u;

/** What commands call the first candidate of a study. */
const TAKEN_WORD = /^best$/i;

/** A study's name is also a folder under reports/, and must not be taken for the number of another study, or for a candidate. */
function requireName(name: string): void {
  if (TAKEN_WORD.test(name)) {
    throw new InvalidValueError(
      `a study must not be named ${JSON.stringify(name)}, which stands for the best candidate of a study`,
    );
  }
  if (DIGITS.test(name)) {
    throw new InvalidValueError(
      `a study's name must not be a number, since studies are named by their numbers too; got ${JSON.stringify(name)}, expected at least one letter, such as "study-${name}"`,
    );
  }
  if (NAME.test(name) && !name.endsWith('.')) return;
  throw new InvalidValueError(
    `a study's name must start with a letter or digit and go on with up to 99 letters, digits, ".", "_" or "-"; got ${JSON.stringify(name)}`,
  );
}

const nameTaken = (name: string): Failure =>
  failure('name-taken', `there is already a study named "${name}"`, 'Give another name, or remove that study first.');

const noStudy = (name: string | number): Failure =>
  failure('no-such-study', `there is no study "${name}"`, 'List the studies with: scattershot studies');

/** The studies themselves: made, claimed, found, renamed, ended, removed. */
export class Studies {
  readonly #connection: Connection;
  readonly #claims: Claims;

  constructor(connection: Connection, claims: Claims) {
    this.#connection = connection;
    this.#claims = claims;
  }

  /** Makes a study and claims it for this process. Failure 'name-taken'. @throws RangeError for a name that cannot be a folder's */
  create(study: NewStudy): Outcome<StudyRecord> {
    requireName(study.name ?? study.baseName);
    return this.#claiming(() => {
      const name = study.name ?? this.#autoName(study.baseName);
      return this.#rowByName(name) === undefined ? success(this.#insert(study, name)) : nameTaken(name);
    });
  }

  /**
   * Makes this process the study's only writer. `resume` sets it running again; `add` leaves its status (to train one more
   * candidate of a finished study). A dead owner's claim lapses. Failures 'study-in-use', 'no-such-study', 'damaged-study'.
   */
  claim(study: number, purpose: 'resume' | 'add' = 'resume'): Outcome<StudyRecord> {
    return this.#claiming(() => {
      const row = this.#row(study);
      if (row === undefined) return noStudy(study);
      if (this.#claims.isOthers(row)) return studyInUse(row);
      const sound = readStudyRow(row);
      if (!sound.ok) return sound;
      if (purpose === 'resume')
        this.#connection.run(`UPDATE studies SET status = 'running' WHERE id = @study`, { study });
      return success(study);
    });
  }

  /** @param settings plain JSON values */
  changeSettings(study: number, settings: unknown): void {
    this.#connection.write(() => {
      this.#claims.require(study);
      this.#connection.run('UPDATE studies SET settings = @settings WHERE id = @study', {
        study,
        settings: jsonText(settings, 'settings'),
      });
    });
  }

  /** The name and number of a study, damaged or not. Failure 'no-such-study'. */
  find(name: string | number): Outcome<StudyName> {
    return this.#connection.read(() => {
      const row = this.#rowBy(name);
      return row === undefined ? noStudy(name) : success({ id: row.id, name: row.name });
    });
  }

  /** By name or number; null: the newest. Failures 'no-such-study', 'no-study', 'damaged-study'. */
  get(name: string | number | null): Outcome<StudyRecord> {
    return this.#connection.read(() => {
      const row = name === null ? this.#newestRow() : this.#rowBy(name);
      if (row !== undefined) return readStudyRow(row);
      if (name !== null) return noStudy(name);
      return failure(
        'no-study',
        `${this.#connection.path} holds no study yet`,
        'Make one with: scattershot demo, or scattershot search',
      );
    });
  }

  /** Those whose rows cannot be read, oldest first. */
  damaged(): DamagedStudy[] {
    const rows = this.#connection.read(() => this.#connection.all<StudyRow>(`${SELECT_STUDY} ORDER BY studies.id`));
    return rows.flatMap((row) => {
      const why = studyDamage(row);
      return why === null ? [] : [{ id: row.id, name: row.name, why }];
    });
  }

  /** Those that are not damaged, oldest first. */
  list(): StudySummary[] {
    return this.#connection.read(() => {
      const rows = this.#connection.all<StudyRow & { candidates: number; trained: number }>(
        `SELECT studies.*, version, node, platform,
           (SELECT count(*) FROM candidates WHERE study_id = studies.id) AS candidates,
           (SELECT count(DISTINCT candidate) FROM evaluations
             WHERE study_id = studies.id AND evaluations.status = 'finished') AS trained
         FROM studies LEFT JOIN makers ON makers.id = made_by ORDER BY studies.id`,
      );
      return rows.flatMap((row) => {
        const study = readStudyRow(row);
        return study.ok ? [{ ...study.value, candidates: row.candidates, trained: row.trained }] : [];
      });
    });
  }

  /** Failures 'no-such-study', 'name-taken', 'study-in-use'. @throws RangeError for a name that cannot be a folder's */
  rename(study: number, name: string): Outcome<StudyName> {
    requireName(name);
    return this.#connection.write(() => {
      const row = this.#row(study);
      if (row === undefined) return noStudy(study);
      if (this.#claims.isOthers(row)) return studyInUse(row);
      const holder = this.#rowByName(name);
      if (holder !== undefined && holder.id !== study) return nameTaken(name);
      this.#connection.run('UPDATE studies SET name = @name, updated_at = @at WHERE id = @study', {
        study,
        name,
        at: now(),
      });
      return success({ id: study, name });
    });
  }

  /**
   * With its candidates and evaluations; the file gives their space back. Failures 'no-such-study', 'study-in-use'.
   * @returns how many candidates it had
   */
  remove(study: number): Outcome<number> {
    const outcome = this.#connection.write((): Outcome<number> => {
      const row = this.#row(study);
      if (row === undefined) return noStudy(study);
      if (this.#claims.isOthers(row)) return studyInUse(row);
      const had = this.#connection.get<{ n: number }>('SELECT count(*) AS n FROM candidates WHERE study_id = @study', {
        study,
      });
      this.#connection.run('DELETE FROM studies WHERE id = @study', { study });
      return success(had?.n ?? 0);
    });
    if (outcome.ok) {
      this.#claims.forget(study);
      this.#connection.pragma('incremental_vacuum');
    }
    return outcome;
  }

  /** Ends the study and the claim of this process, in one transaction. */
  finish(study: number, end: StudyEnd): void {
    const result = end.result === undefined ? null : jsonText(end.result, 'a result');
    this.#connection.writeDurably(() => {
      this.#claims.require(study);
      this.#connection.run(
        'UPDATE studies SET status = @status, result = coalesce(@result, result), owner_token = NULL WHERE id = @study',
        { study, status: end.status, result },
      );
    });
    this.#claims.forget(study);
  }

  /** Claims the study that `find` names, in one transaction with what `find` does; the claim counts after the commit. */
  #claiming(find: () => Outcome<number>): Outcome<StudyRecord> {
    const claimed = this.#connection.write((): Outcome<{ readonly record: StudyRecord; readonly token: string }> => {
      const found = find();
      if (!found.ok) return found;
      const token = this.#claims.writeToken(found.value);
      return success({ record: unwrap(readStudyRow(this.#row(found.value) as StudyRow)), token });
    });
    if (!claimed.ok) return claimed;
    this.#claims.confirm(claimed.value.record.id, claimed.value.token);
    return success(claimed.value.record);
  }

  #insert(study: NewStudy, name: string): number {
    const { lastInsertRowid } = this.#connection.run(
      `INSERT INTO studies (name, kind, status, created_at, updated_at, architecture, metric, entry_keys, seed, settings, made_by)
       VALUES (@name, @kind, 'running', @at, @at, @architecture, @metric, @entryKeys, @seed, @settings, @madeBy)`,
      {
        name,
        kind: study.kind,
        at: now(),
        architecture: jsonText(study.architecture, 'an architecture'),
        metric: study.metric,
        entryKeys: jsonText(study.entryKeys, 'entry keys'),
        seed: study.seed,
        settings: jsonText(study.settings, 'settings'),
        madeBy: this.#connection.makerId(),
      },
    );
    return Number(lastInsertRowid);
  }

  #row(study: number): StudyRow | undefined {
    return this.#connection.get<StudyRow>(`${SELECT_STUDY} WHERE studies.id = @study`, { study });
  }

  #newestRow(): StudyRow | undefined {
    return this.#connection.get<StudyRow>(`${SELECT_STUDY} ORDER BY studies.id DESC LIMIT 1`);
  }

  /** Older versions let names be numbers: such a name counts before another study's number. */
  #rowBy(name: string | number): StudyRow | undefined {
    if (typeof name === 'number') return this.#row(name);
    const text = name.trim();
    return this.#rowByName(text) ?? (NUMBER.test(text) ? this.#row(Number(text)) : undefined);
  }

  #rowByName(name: string): StudyRow | undefined {
    return this.#connection.get<StudyRow>(`${SELECT_STUDY} WHERE name = @name`, { name });
  }

  /** One above the highest number in use. */
  #autoName(baseName: string): string {
    const taken = this.#connection.all<{ name: string }>('SELECT name FROM studies');
    const prefix = `${baseName}-`.toLowerCase();
    const numbers = taken
      .filter(({ name }) => name.toLowerCase().startsWith(prefix))
      .map(({ name }) => name.slice(prefix.length))
      .filter((rest) => /^[1-9]\d{0,8}$/.test(rest))
      .map(Number);
    return `${baseName}-${Math.max(0, ...numbers) + 1}`;
  }
}
