import { ScattershotError } from '../base/failure.ts';
import type { EvaluationKey, Store } from '../store/index.ts';
import type { SnapshotKeeper } from '../training/trainer.ts';

export interface SnapshotRequest {
  /** the study's id; claimed by this process */
  readonly study: number;
  readonly settingsDigest: string;
  /** by the id that the trainer has of them */
  readonly jobs: ReadonlyMap<string, { readonly candidate: number; readonly seed: number }>;
}

/** What snapshots need of where a study runs. */
export interface SnapshotHost {
  readonly store: Pick<Store, 'saveTrainingSnapshot' | 'trainingSnapshot'>;
  readonly signal: AbortSignal;
  readonly onWarning: (message: string) => void;
}

/**
 * Where the trainings of a study stand, in its store. What the world does to a snapshot (a full disk, a file that is gone) is a warning
 * and never a training's end: it goes on, and would lose more of itself if it were interrupted.
 */
export class StoredSnapshots implements SnapshotKeeper {
  readonly #request: SnapshotRequest;
  readonly #host: SnapshotHost;
  #failed = false;

  constructor(request: SnapshotRequest, host: SnapshotHost) {
    this.#request = request;
    this.#host = host;
  }

  #keyOf(job: string): EvaluationKey {
    const { jobs, settingsDigest } = this.#request;
    const found = jobs.get(job);
    if (found === undefined) throw new Error(`the trainer spoke of job "${job}", which it was not given`);
    return { candidate: found.candidate, seed: found.seed, settingsDigest };
  }

  /** The snapshot that a job has, as a part of it. */
  of(job: string): { readonly snapshot?: Uint8Array } {
    const stored = this.#host.store.trainingSnapshot(this.#request.study, this.#keyOf(job));
    if (stored === null) return {};
    if (stored.ok) return { snapshot: stored.value };
    this.warn(job, `${stored.message}; it starts again at epoch 1`);
    return {};
  }

  async save(job: string, snapshot: Uint8Array): Promise<void> {
    const { store, signal } = this.#host;
    try {
      await store.saveTrainingSnapshot(this.#request.study, this.#keyOf(job), snapshot, signal);
    } catch (error) {
      if (!(error instanceof ScattershotError)) throw error;
      if (!this.#failed) {
        this.warn(job, `where it stands cannot be stored (${error.message}); should it be interrupted, it loses more`);
      }
      this.#failed = true;
    }
  }

  warn(job: string, message: string): void {
    const { candidate, seed } = this.#keyOf(job);
    this.#host.onWarning(`training #${candidate} seed ${seed}: ${message}`);
  }
}
