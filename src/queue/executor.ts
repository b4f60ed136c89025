import type { Outcome } from '../base/failure.ts';
import type { BlobReference, StudyNotice } from './wire.ts';

/** What does the jobs of a study on a worker: there is one for each kind of study. */
export interface Executor {
  /**
   * Makes ready for a study's jobs: its data loaded, its engine started.
   * @returns a Failure where this worker cannot do them; its message names both sides ("it trains with sparse revision 2; this worker
   *   has revision 3"), and the study is told it
   */
  open(study: StudyNotice, tools: OpenTools): Promise<Outcome<ExecutorSession>>;
}

export interface OpenTools {
  /** Bytes that the study's host keeps. */
  pull(reference: BlobReference): Promise<Outcome<Uint8Array>>;
  /** aborted when the study is gone, or the worker ends */
  readonly signal: AbortSignal;
}

export interface ExecutorSession {
  /** jobs that it likes to have at once */
  readonly atOnce: number;
  /** `run` gets them gathered, up to `atOnce`; else each by itself, up to `atOnce` calls at a time */
  readonly together: boolean;
  /** @returns the jobs' bodies, JSON values, in their order. What it throws is the end of all of these jobs, told as a failure */
  run(jobs: readonly SessionJob[]): Promise<readonly unknown[]>;
  /** of all that it trains now; null where it trains nothing, or nothing is known yet */
  samplesPerSecond?(): number | null;
  close(): Promise<void>;
}

export interface SessionJob {
  readonly id: string;
  /** from the wire: JSON, not yet checked; undefined where it was none */
  readonly payload: unknown;
  /** aborted when nobody wants it any more: whatever `run` then gives or throws is not told */
  readonly signal: AbortSignal;
  /** Tells the study; may be lost, so `body` stands in the result too. */
  progress(body: unknown): void;
  pull(reference: BlobReference): Promise<Outcome<Uint8Array>>;
  /** What the study's host has up under that name now (`Pieces.putUp`); null where there is nothing. */
  look(name: string): Promise<Uint8Array | null>;
  /** Keeps bytes for the study to pull until it has the job's result. */
  keepBlob(bytes: Uint8Array): BlobReference;
  /** Bytes that nobody needs any more: another snapshot has taken their place. */
  dropBlob(reference: BlobReference): void;
}
