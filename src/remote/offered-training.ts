import { createHash } from 'node:crypto';
import { packPattern } from '../pattern/formats/packed.ts';
import type { Runner } from '../queue/assignment.ts';
import type { Pieces } from '../queue/pieces.ts';
import type { QueuedJob } from '../queue/transport.ts';
import { type BlobReference, workerMailbox } from '../queue/wire.ts';
import { SNAPSHOT_EVERY_MS } from '../training/pool/snapshot-sender.ts';
import { decodeSnapshot, snapshotBytes, type TrainingSnapshot } from '../training/snapshot.ts';
import type { RunsOn, SnapshotKeeper, TrainingJob, TrainingSettings } from '../training/trainer.ts';
import { packWeights } from './packed-training.ts';
import { ToldTraining } from './told-training.ts';
import { mutable, type TrainingPayload } from './training-wire.ts';

interface Offering {
  readonly job: TrainingJob;
  /** `trainingKey`: a snapshot of another is of no use */
  readonly key: string;
  readonly settings: TrainingSettings;
  readonly runsOn: RunsOn;
  readonly keeper: SnapshotKeeper | null;
  /** as the queue knows it */
  readonly id: string;
  /** hears of what the keeper throws */
  readonly fail: (error: unknown) => void;
}

/** Memory for the newest snapshots of all jobs, in bytes: a job that finds none left begins again where the last one stood. */
export interface SnapshotRoom {
  free: number;
}

/** A snapshot holds its epochs beside its arrays. */
const BYTES_OF_AN_EPOCH = 400;

/** One job on offer: what it says to who takes it, what was heard of it, and its newest snapshot for who takes it next. */
export class OfferedTraining {
  readonly told: ToldTraining;
  readonly queued: QueuedJob;
  /** it has its result */
  isOver = false;
  /** results that were of no use */
  unsound = 0;
  readonly #offering: Offering;
  readonly #pieces: Pieces;
  readonly #room: SnapshotRoom;
  readonly #abandoned = new AbortController();
  /** kept for who takes it */
  readonly #blobs: string[] = [];
  readonly #snapshotName: string;
  #snapshot: { readonly reference: BlobReference; readonly sizeBytes: number } | null = null;
  /** came while the one before was being stored */
  #next: BlobReference | null = null;
  #saving: Promise<void> | null = null;
  #runner: Runner | null = null;

  constructor(offering: Offering, pieces: Pieces, room: SnapshotRoom) {
    const { job, settings, runsOn, id } = offering;
    this.#offering = offering;
    this.#pieces = pieces;
    this.#room = room;
    this.told = new ToldTraining(job, settings, runsOn);
    this.#snapshotName = createHash('sha256').update(`snapshot of ${id}`).digest('hex');
    this.#putUpGiven();
    this.queued = { id, payload: JSON.stringify(this.#payload()) };
  }

  get id(): string {
    return this.queued.id;
  }

  get job(): TrainingJob {
    return this.#offering.job;
  }

  /** aborted once it is offered no more */
  get signal(): AbortSignal {
    return this.#abandoned.signal;
  }

  get settings(): TrainingSettings {
    return this.#offering.settings;
  }

  get runsOn(): RunsOn {
    return this.#offering.runsOn;
  }

  /** @param runner null: nobody does it any more */
  begunBy(runner: Runner | null): void {
    this.#runner = runner;
  }

  abandon(): void {
    this.#abandoned.abort();
  }

  #keep(bytes: Uint8Array): BlobReference {
    const reference = this.#pieces.keep(bytes);
    if (reference.inline === undefined) this.#blobs.push(reference.digest);
    return reference;
  }

  #payload(): TrainingPayload {
    const { job, settings, keeper } = this.#offering;
    const everyMs = keeper?.everyMs ?? SNAPSHOT_EVERY_MS;
    const snapshots = {
      name: this.#snapshotName,
      wanted: keeper !== null,
      everyMs: Number.isFinite(everyMs) ? everyMs : null,
    };
    return {
      architecture: mutable(job.architecture),
      pattern: this.#keep(packPattern(job.pattern)),
      seed: job.seed,
      settings,
      startWeights: job.startWeights === undefined ? null : this.#keep(packWeights(job.startWeights)),
      wantWeights: job.wantWeights === true,
      snapshots: keeper === null && this.#snapshot === null ? null : snapshots,
    };
  }

  /** The snapshot that the job brings, where it is one of this training. */
  #putUpGiven(): void {
    const { job, key, keeper } = this.#offering;
    if (job.snapshot === undefined) return;
    const read = decodeSnapshot(job.snapshot, key);
    if (read.ok) {
      this.told.hasSnapshot(read.value.progress);
      this.#putUp(job.snapshot, read.value);
    } else keeper?.warn(job.id, `${read.message}; it starts again at epoch 1`);
  }

  /** In the place of the one before, which stays where there is no room for this one. */
  #putUp(bytes: Uint8Array, { progress }: TrainingSnapshot): void {
    const held = this.#snapshot?.sizeBytes ?? 0;
    if (bytes.length - held > this.#room.free) return;
    const reference = this.#pieces.keep(bytes);
    this.#takeDown();
    this.#room.free -= bytes.length;
    this.#snapshot = { reference, sizeBytes: bytes.length };
    this.#pieces.putUp(this.#snapshotName, Buffer.from(JSON.stringify(reference)));
    this.told.putUp(progress);
  }

  #takeDown(): void {
    if (this.#snapshot === null) return;
    this.#pieces.putUp(this.#snapshotName, null);
    if (this.#snapshot.reference.inline === undefined) this.#pieces.drop(this.#snapshot.reference.digest);
    this.#room.free += this.#snapshot.sizeBytes;
    this.#snapshot = null;
  }

  /** Gets a snapshot that a worker has, hands it to the keeper, and has it ready for who takes the job next. */
  takeSnapshot(reference: BlobReference): void {
    const { keeper, settings, job } = this.#offering;
    const most = 2 * snapshotBytes(job, settings) + BYTES_OF_AN_EPOCH * settings.epochs + 2 ** 16;
    if (keeper === null || reference.sizeBytes > most) return;
    this.#next = reference;
    this.#saving ??= this.#saveAll()
      .catch((error: unknown) => this.#offering.fail(error))
      .finally(() => {
        this.#saving = null;
      });
  }

  async #saveAll(): Promise<void> {
    for (let reference = this.#next; reference !== null; reference = this.#next) {
      this.#next = null;
      const mailbox = this.#runner === null ? '' : workerMailbox(this.#runner.worker);
      if (mailbox === '' && reference.inline === undefined) continue;
      const pulled = await this.#pieces.pull(reference, mailbox, this.signal);
      if (!pulled.ok || pulled.value.length !== reference.sizeBytes) continue;
      const read = decodeSnapshot(pulled.value, this.#offering.key);
      if (!read.ok) continue;
      this.told.hasSnapshot(read.value.progress);
      // One that has ended, and was not stopped, needs none.
      if (this.isOver && !this.signal.aborted) return;
      if (!this.isOver) this.#putUp(pulled.value, read.value);
      await this.#offering.keeper?.save(this.job.id, pulled.value);
    }
  }

  /** Resolves when no snapshot is on its way to the keeper. */
  async saved(): Promise<void> {
    await this.#saving;
  }

  /** Nobody takes it any more. */
  close(): void {
    this.#takeDown();
    for (const digest of this.#blobs.splice(0)) this.#pieces.drop(digest);
  }
}
