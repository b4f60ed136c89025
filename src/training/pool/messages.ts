import type { MessagePort } from 'node:worker_threads';
import type { Outcome } from '../../base/failure.ts';
import type { Dataset } from '../datasets/dataset.ts';
import type { BackendName, FeatureChunk, RunsOn, TrainingEvent, TrainingJob, TrainingSettings } from '../trainer.ts';
import type { DeviceLimits } from './population-size.ts';

/**
 * Jobs for one worker thread: one, or a few that take turns (sparse/lockstep.ts), or a population of one architecture, which is trained
 * together.
 */
export interface PoolTask {
  readonly jobs: readonly TrainingJob[];
  readonly dataset: Dataset;
  readonly settings: TrainingSettings;
  readonly runsOn: RunsOn;
  /** one shared word; 1 asks to stop */
  readonly stop: Int32Array;
  /** null on a processor */
  readonly limits: DeviceLimits | null;
  /** null: no snapshots are wanted */
  readonly keep: KeepRequest | null;
}

/** How a task's snapshots are to be made. */
export interface KeepRequest {
  /** within an epoch, milliseconds from one to the next */
  readonly everyMs: number;
  /**
   * Two shared words: how many were sent that are not stored yet, and what the last one took to store, in milliseconds. Two for a
   * population; else two for each job of the task, in their order (`keepOf`).
   */
  readonly storing: Int32Array;
}

/** What is kept of one of a task's jobs, by its place there, where they are no population. */
export const keepOf = ({ everyMs, storing }: KeepRequest, place: number): KeepRequest => ({
  everyMs,
  storing: storing.subarray(2 * place, 2 * place + 2),
});

export type FeaturesMessage = { readonly kind: 'features' } & FeatureChunk;

/** What a worker thread says beside its events, through their port. */
export type SnapshotMessage =
  | { readonly kind: 'snapshot'; readonly job: string; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'warning'; readonly job: string; readonly message: string };

export type WorkerMessage = TrainingEvent | SnapshotMessage | FeaturesMessage;

const transferOf = (message: WorkerMessage): ArrayBuffer[] => {
  if (message.kind === 'snapshot') return [message.bytes.buffer];
  return message.kind === 'features' ? [message.values.buffer] : [];
};

/** Posts a worker's messages, snapshots and features without a copy. */
export const sendTo =
  (port: MessagePort) =>
  (message: WorkerMessage): void =>
    port.postMessage(message, transferOf(message));

/** What a worker thread is asked for. */
export type WorkerRequest =
  | { readonly kind: 'start'; readonly backend: BackendName; readonly softwareAllowed: boolean }
  | {
      readonly kind: 'train';
      readonly backend: BackendName;
      readonly softwareAllowed: boolean;
      readonly task: PoolTask;
      /** every event of the jobs goes here, each job's result last, and their snapshots */
      readonly events: MessagePort;
    };

/** What holds a started backend and trains tasks on it: threads of this process, or a process of its own. */
export interface TaskRunner {
  /** Starts the backend, to see whether it does. */
  start(): Promise<Outcome<StartedBackend>>;
  /**
   * Trains a task's jobs. Each one's messages come in order, its result last and exactly once, also when what trained them is lost; then
   * the promise resolves. It never rejects.
   * @param abandoned resolves where a task that was asked to stop is no longer waited for: it is in the middle of a long step
   */
  train(task: PoolTask, emit: (message: WorkerMessage) => void, abandoned: Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** What a backend that started says of itself. */
export interface StartedBackend {
  readonly device: string | null;
  readonly detail: string | null;
  readonly gpu: boolean;
  /** the largest tensor that a device can bind, in bytes; only devices that train populations have one */
  readonly maxTensorBytes?: number;
  /** libraries that it looked for and did not find, and what else it complained of while it started */
  readonly complaints?: readonly string[];
}
