import { Piscina } from 'piscina';
import { FailureError, failure } from '../pattern/failure.ts';
import type { AuditResult } from '../scatter/audit.ts';
import type { AuditTask, StepResult, StepTask, WorkerSetup } from './tasks.ts';

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const workerFile = new URL(`./worker.${extension}`, import.meta.url);

/** What Node and Piscina call a thread that ended by itself, or by lack of memory. */
function isLostWorker(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY' || /worker exited/i.test(error.message);
}

function lostWorker(error: unknown): FailureError {
  const detail = error instanceof Error ? error.message : String(error);
  return new FailureError(
    failure(
      'worker-lost',
      `a search worker ended unexpectedly (${detail})`,
      'Resume the study, with fewer workers if memory ran out.',
    ),
  );
}

/** The worker threads of one search. The problem is sent to each once; patterns and states are moved, or lie in shared memory. */
export class SearchPool {
  readonly #piscina: Piscina;
  #broken: FailureError | null = null;

  /** @param file in place of the search's own worker: a module with the same functions */
  constructor(setup: WorkerSetup, workers: number, file: URL = workerFile) {
    this.#piscina = new Piscina({
      filename: file.href,
      name: 'step',
      workerData: setup,
      minThreads: workers,
      maxThreads: workers,
    });
    // A thread that fails with no task at hand: the tasks that wait for it would wait for ever.
    this.#piscina.on('error', (error: unknown) => {
      this.#broken ??= lostWorker(error);
      void this.#piscina.destroy();
    });
  }

  accepts(): Promise<(true | string)[]> {
    return this.#run(null, 'accepts');
  }

  step(task: StepTask): Promise<StepResult> {
    return this.#run(task, 'step');
  }

  audit(task: AuditTask): Promise<AuditResult> {
    return this.#run(task, 'audit');
  }

  /** Ends every thread, in the middle of its task too; tasks under way are rejected. */
  destroy(): Promise<void> {
    return this.#piscina.destroy();
  }

  async #run<Result>(task: unknown, name: string): Promise<Result> {
    try {
      return (await this.#piscina.run(task, { name })) as Result;
    } catch (error) {
      if (this.#broken !== null) throw this.#broken;
      throw isLostWorker(error) ? lostWorker(error) : error;
    }
  }
}
