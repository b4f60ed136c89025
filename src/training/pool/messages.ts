import type { MessagePort } from 'node:worker_threads';
import type { Dataset } from '../datasets/dataset.ts';
import type { BackendName, RunsOn, TrainingJob, TrainingSettings } from '../trainer.ts';
import type { DeviceLimits } from './population-size.ts';

/** Jobs for one worker thread: one on a processor; on a device a population of one architecture, which it trains together. */
export interface PoolTask {
  readonly jobs: readonly TrainingJob[];
  readonly dataset: Dataset;
  readonly settings: TrainingSettings;
  readonly runsOn: RunsOn;
  /** one shared word; 1 asks to stop */
  readonly stop: Int32Array;
  /** null on a processor */
  readonly limits: DeviceLimits | null;
}

/** What a worker thread is asked for. */
export type WorkerRequest =
  | { readonly kind: 'start'; readonly backend: BackendName; readonly softwareAllowed: boolean }
  | {
      readonly kind: 'train';
      readonly backend: BackendName;
      readonly softwareAllowed: boolean;
      readonly task: PoolTask;
      /** every event of the jobs goes here, each job's result last */
      readonly events: MessagePort;
    };

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
