import type { MessagePort } from 'node:worker_threads';
import type { BackendName } from '../trainer.ts';
import type { TrainTask } from './train.ts';

/** What a worker thread is asked for. */
export type WorkerRequest =
  | { readonly kind: 'start'; readonly backend: BackendName; readonly softwareAllowed: boolean }
  | {
      readonly kind: 'train';
      readonly backend: BackendName;
      readonly softwareAllowed: boolean;
      readonly task: TrainTask;
      /** every event of the job goes here, the result last */
      readonly events: MessagePort;
    };

/** What a backend that started says of itself. */
export interface StartedBackend {
  readonly device: string | null;
  readonly detail: string | null;
  readonly gpu: boolean;
}
