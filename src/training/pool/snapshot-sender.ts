import { decodeSnapshot, encodeSnapshot, notResumable, type TrainingSnapshot, trainingKey } from '../snapshot.ts';
import type { TrainingJob } from '../trainer.ts';
import type { PoolTask, SnapshotMessage } from './messages.ts';

/** Within an epoch a snapshot is made this often: what an interruption loses at most. */
export const SNAPSHOT_EVERY_MS = 120_000;

/** At most this share of a training's time goes to its snapshots: 1 in 20. After an expensive one the next has to wait. */
const LEAST_REST = 20;

/** Above this size none is made where a training is stopped: the answer must not take a second. The last one stands. */
const MOST_BYTES_AT_STOP = 2 ** 25;

type SnapshotTask = Pick<PoolTask, 'dataset' | 'settings' | 'runsOn' | 'keep'>;

const keyOf = (job: TrainingJob, { dataset, settings, runsOn }: SnapshotTask) =>
  trainingKey(job, dataset.digest, settings, runsOn);

/**
 * The snapshot that a job brings, where it is one of this training; else null, and why is told.
 * @param tell hears of a snapshot that is damaged or another training's
 */
export function snapshotOf(
  job: TrainingJob,
  task: SnapshotTask,
  tell: (message: SnapshotMessage) => void,
): TrainingSnapshot | null {
  if (job.snapshot === undefined) return null;
  const read = decodeSnapshot(job.snapshot, keyOf(job, task));
  if (read.ok) return read.value;
  tell({ kind: 'warning', job: job.id, message: `${read.message}; it starts again at epoch 1` });
  return null;
}

/**
 * Decides when snapshots of jobs that are trained together are made, and sends them. By the clock, but what is made changes no bit of
 * the training: the engines read their weights between two steps and go on.
 */
export class SnapshotSender {
  readonly #task: SnapshotTask;
  readonly #tell: (message: SnapshotMessage) => void;
  readonly #bytes: number;
  readonly #leastRest: number;
  readonly #keys = new Map<string, string>();
  #last = performance.now();
  #costMs = 0;

  /**
   * @param bytes of the snapshots of all jobs that are trained together, `snapshotBytes` of each
   * @param senders in this thread, this one among them, which all take of its time
   */
  constructor(
    task: SnapshotTask,
    jobs: readonly TrainingJob[],
    bytes: number,
    tell: (message: SnapshotMessage) => void,
    senders = 1,
  ) {
    this.#leastRest = LEAST_REST * senders;
    this.#task = task;
    this.#tell = tell;
    this.#bytes = bytes;
    const lack = task.keep === null ? null : notResumable(bytes);
    if (lack !== null) for (const { id } of jobs) tell({ kind: 'warning', job: id, message: lack });
  }

  get #wanted(): boolean {
    return this.#task.keep !== null && notResumable(this.#bytes) === null;
  }

  /** Whether time enough has passed, and nothing waits to be stored. */
  #rested(leastMs: number): boolean {
    const { keep } = this.#task;
    if (keep === null || !this.#wanted || Atomics.load(keep.storing, 0) > 0) return false;
    const costMs = this.#costMs + Atomics.load(keep.storing, 1);
    return performance.now() - this.#last >= Math.max(leastMs, this.#leastRest * costMs);
  }

  /** Whether to make one between two batches. */
  withinEpoch(): boolean {
    const { keep } = this.#task;
    return keep !== null && this.#rested(keep.everyMs);
  }

  /** Whether to make one at the end of an epoch. */
  afterEpoch(): boolean {
    return this.#rested(0);
  }

  /** Whether to make one where the training is stopped. */
  atStop(): boolean {
    return this.#wanted && this.#bytes <= MOST_BYTES_AT_STOP;
  }

  /** Makes the jobs' snapshots and sends them. */
  async send(jobs: readonly TrainingJob[], make: (job: TrainingJob) => Promise<TrainingSnapshot>): Promise<void> {
    const { keep } = this.#task;
    if (keep === null) return;
    const begun = performance.now();
    for (const job of jobs) {
      const bytes = encodeSnapshot(this.#keyOf(job), await make(job));
      Atomics.add(keep.storing, 0, 1);
      this.#tell({ kind: 'snapshot', job: job.id, bytes });
    }
    this.#last = performance.now();
    this.#costMs = this.#last - begun;
  }

  #keyOf(job: TrainingJob): string {
    const key = this.#keys.get(job.id) ?? keyOf(job, this.#task);
    this.#keys.set(job.id, key);
    return key;
  }
}
