import { type Outcome, ScattershotError, success } from '../base/failure.ts';
import { packPattern } from '../pattern/formats/packed.ts';
import type { Pattern } from '../pattern/pattern.ts';
import type { NumberedCandidate } from '../search/candidate.ts';
import { Accuracies, type AccuracyTraining } from './accuracies.ts';
import { Board, type BoardRanking } from './board/board.ts';
import { type CandidateQuery, Candidates, type RankingKey } from './candidates.ts';
import { StoreChecks, type StoreFault } from './check.ts';
import { Claims } from './claims.ts';
import type { Connection } from './connection.ts';
import {
  type BegunEvaluation,
  type EvaluationEnd,
  type EvaluationQuery,
  Evaluations,
  type NewEvaluation,
} from './evaluations.ts';
import { LiveStudies } from './live-studies.ts';
import { type OpenOptions, openConnection } from './open.ts';
import type {
  CandidateRecord,
  DamagedRow,
  EpochRecord,
  EvaluationKey,
  EvaluationRecord,
  StudyRecord,
} from './records.ts';
import { type Checkpoint, SearchStates } from './search-state.ts';
import {
  type DamagedStudy,
  type NewStudy,
  Studies,
  type StudyEnd,
  type StudyName,
  type StudySummary,
} from './studies.ts';
import { TrainingSnapshots } from './training-snapshots.ts';

/** One round of a search, as it is stored. */
export interface StoredRound {
  readonly added: readonly NumberedCandidate[];
  /** totals over the whole study so far */
  readonly evaluated: number;
  readonly seconds: number;
  /** plain values (structured-clonable), `seen` only ever growing at its end; null leaves the stored one */
  readonly checkpoint: Checkpoint | null;
  /** how the study ranks; absent: a board works it out whenever it is looked at */
  readonly rankingKey?: RankingKey;
}

/**
 * What we remember. Every method is one transaction; what the world does to it (disk full, locked too long, damaged file) is
 * thrown as a ScattershotError and leaves nothing half done. Methods that return an Outcome do so for what a user may have asked
 * wrongly. Writing to a study needs a claim; `createStudy` and `claimStudy` give it to one process at a time.
 */
export class Store {
  readonly #connection: Connection;
  readonly #claims: Claims;
  readonly #studies: Studies;
  readonly #accuracies: Accuracies;
  readonly #candidates: Candidates;
  readonly #evaluations: Evaluations;
  readonly #searchStates: SearchStates;
  /** for those who watch a study of another process */
  readonly live: LiveStudies;
  readonly #snapshots: TrainingSnapshots;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#claims = new Claims(connection);
    this.#studies = new Studies(connection, this.#claims);
    this.#accuracies = new Accuracies(connection, this.#claims);
    this.#candidates = new Candidates(connection, this.#accuracies);
    this.#snapshots = new TrainingSnapshots(connection, this.#claims);
    this.#evaluations = new Evaluations(connection, this.#claims, this.#snapshots);
    this.#searchStates = new SearchStates(connection);
    this.live = new LiveStudies(connection);
  }

  get path(): string {
    return this.#connection.path;
  }

  /** Where everything is saved, once the database's file was deleted, moved or replaced and writing has failed with 'database-vanished'. */
  get rescuedTo(): string | null {
    return this.#connection.rescuedTo;
  }

  /** Makes a study and claims it. Failure 'name-taken'. @throws RangeError for a name that cannot be a folder's */
  createStudy(study: NewStudy): Outcome<StudyRecord> {
    return this.#studies.create(study);
  }

  /**
   * Makes this process the study's only writer; the claim of a process that is gone lapses at once. `resume` sets the study
   * running again, `add` leaves its status. Failures 'study-in-use', 'no-such-study', 'damaged-study'.
   */
  claimStudy(study: number, purpose: 'resume' | 'add' = 'resume'): Outcome<StudyRecord> {
    return this.#studies.claim(study, purpose);
  }

  /** Gives the claim back; the status stays as it is (a study left 'running' reads as 'interrupted'). */
  releaseStudy(study: number): void {
    this.#claims.release(study);
  }

  /** A sign of life, wanted every 15 s or so while nothing else is written. @throws ScattershotError 'study-taken-over' */
  heartbeat(study: number): void {
    this.#connection.write(() => this.#claims.require(study));
  }

  /** By name or number; null: the newest. Text is a name first, and a number where no study has that name. Failures 'no-such-study', 'no-study', 'damaged-study'. */
  getStudy(name: string | number | null): Outcome<StudyRecord> {
    return this.#studies.get(name);
  }

  /** The name and number of a study, damaged or not, by either of them. Failure 'no-such-study'. */
  findStudy(name: string | number): Outcome<StudyName> {
    return this.#studies.find(name);
  }

  /** Studies whose rows are not what was stored; only their names are known, and they can be renamed and removed. */
  damagedStudies(): DamagedStudy[] {
    return this.#studies.damaged();
  }

  /** Candidates and evaluations of a study that are not what was stored, and are left out wherever these are listed. */
  damagedRows(study: StudyRecord): DamagedRow[] {
    return [...this.#candidates.damaged(study), ...this.#evaluations.damaged(study.id)];
  }

  /** Those that are not damaged, oldest first. */
  listStudies(): StudySummary[] {
    return this.#studies.list();
  }

  /** Failures 'no-such-study', 'name-taken', 'study-in-use'. @throws RangeError for a name that cannot be a folder's */
  renameStudy(study: number, name: string): Outcome<StudyName> {
    return this.#studies.rename(study, name);
  }

  /** With all it holds. Failures 'no-such-study', 'study-in-use'. @returns how many candidates it had */
  removeStudy(study: number): Outcome<number> {
    const removed = this.#studies.remove(study);
    if (removed.ok) this.#snapshots.removeFilesOfStudy(study);
    return removed;
  }

  /** Other settings for a claimed study, such as a larger budget. @param settings plain JSON values */
  changeSettings(study: number, settings: unknown): void {
    this.#studies.changeSettings(study, settings);
  }

  /** Status, result and the end of our claim, durably. */
  finishStudy(study: number, end: StudyEnd): void {
    this.#studies.finish(study, end);
  }

  /** A round's candidates, totals and checkpoint: all of it, or after a crash none. */
  recordRound(study: number, round: StoredRound): void {
    const added = round.added.map((candidate) => ({
      candidate,
      packed: packPattern(candidate.pattern),
      rankingKey: round.rankingKey?.(candidate) ?? null,
    }));
    this.#connection.write(() => {
      this.#claims.require(study);
      this.#candidates.insert(study, added);
      this.#connection.run('UPDATE studies SET evaluated = @evaluated, search_seconds = @seconds WHERE id = @study', {
        study,
        evaluated: round.evaluated,
        seconds: round.seconds,
      });
      if (round.checkpoint !== null) this.#searchStates.save(study, round.checkpoint);
    });
  }

  /** Puts a checkpoint in place of the stored one, whatever was stored. */
  replaceCheckpoint(study: number, checkpoint: Checkpoint): void {
    this.#connection.write(() => {
      this.#claims.require(study);
      this.#searchStates.replace(study, checkpoint);
    });
  }

  /** What the last round gave as its checkpoint, or null. The caller knows its type. */
  loadCheckpoint<T extends Checkpoint>(study: number): T | null {
    return this.#searchStates.load(study) as T | null;
  }

  /** All of them, by number, with accuracies. For less than all there is `board`. */
  candidates(study: StudyRecord, query: CandidateQuery = {}): CandidateRecord[] {
    return this.#candidates.list(study, query);
  }

  /** The candidates sorted, filtered and by pages, as the study ranks them. */
  board(study: StudyRecord, ranking: BoardRanking): Board {
    const parts = { connection: this.#connection, accuracies: this.#accuracies };
    return new Board({ ...parts, candidates: this.#candidates }, study, ranking);
  }

  /** A number that changes whenever another process has written to the database. */
  dataVersion(): number {
    const [row] = this.#connection.pragma('data_version') as { readonly data_version: number }[];
    return row.data_version;
  }

  /**
   * Which trainings the accuracies of `candidates` are of; null while none has finished.
   * @param settingsDigest default: that which most of the study's evaluations share that ended
   */
  accuracyTraining(study: number, settingsDigest?: string): AccuracyTraining | null {
    return this.#connection.read(() => this.#accuracies.training(study, settingsDigest));
  }

  /** By number, or by the start of a fingerprint. Failures 'no-such-candidate', 'ambiguous-candidate'. */
  findCandidate(study: StudyRecord, name: string): Outcome<CandidateRecord> {
    return this.#candidates.find(study, name);
  }

  /** Checked against its fingerprint. */
  loadPattern(study: number, candidate: number): Pattern {
    return this.#candidates.pattern(study, candidate);
  }

  /** Starts a training, or tells that it ended before; a row that a killed process left unfinished is replaced. */
  beginEvaluation(study: number, evaluation: NewEvaluation): BegunEvaluation {
    return this.#evaluations.begin(study, evaluation);
  }

  recordEpoch(evaluation: number, epoch: EpochRecord): void {
    this.#evaluations.recordEpoch(evaluation, epoch);
  }

  /** Once this returns the evaluation is on the disk: neither a kill nor a power cut loses it. */
  finishEvaluation(evaluation: number, end: EvaluationEnd): void {
    this.#evaluations.finish(evaluation, end);
  }

  /**
   * Keeps where a running training stands, in place of what was kept of it before. At once up to 1 MiB; a larger one goes to a file
   * beside the database, unless the signal comes first. It goes with the training's end, unless that is a stop.
   */
  saveTrainingSnapshot(
    study: number,
    key: EvaluationKey,
    bytes: Uint8Array,
    signal?: AbortSignal,
  ): void | Promise<void> {
    return this.#snapshots.save({ study, ...key }, bytes, signal);
  }

  /** What was kept of a training that has not ended, as it was given; null where nothing was. Failure 'snapshot-missing'. */
  trainingSnapshot(study: number, key: EvaluationKey): Outcome<Uint8Array> | null {
    return this.#snapshots.load({ study, ...key });
  }

  /** With their epochs, by candidate, then seed. */
  evaluations(study: number, query: EvaluationQuery = {}): EvaluationRecord[] {
    return this.#evaluations.list(study, query);
  }

  /** What is wrong with the file, in SQLite's words; empty for a sound one. Reads all of it. */
  integrityFaults(): string[] {
    return this.#checks().file();
  }

  /** Everything in the database that is not what was stored; empty where all is. Reads all of it. */
  check(): StoreFault[] {
    return this.#checks().all();
  }

  #checks(): StoreChecks {
    return new StoreChecks({
      ...{ connection: this.#connection, studies: this.#studies, candidates: this.#candidates },
      ...{ evaluations: this.#evaluations, searchStates: this.#searchStates },
    });
  }

  /** Gives all claims back and closes the file. A claim that a full disk keeps from being given back ends with the process. */
  close(): void {
    try {
      this.#claims.releaseAll();
    } catch (error) {
      if (!(error instanceof ScattershotError)) throw error;
    } finally {
      this.#connection.close();
    }
  }
}

/** See `openConnection` for its Failures. */
export function openStore(path: string, options: OpenOptions): Outcome<Store> {
  const connection = openConnection(path, options);
  return connection.ok ? success(new Store(connection.value)) : connection;
}
