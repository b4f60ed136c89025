import { Worker } from 'node:worker_threads';
import type { DataAnswer, DataRequest } from './data-requests.ts';

const workerFile = new URL(`./browser-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);

interface Reply {
  readonly id: number;
  readonly answer?: DataAnswer;
}

/** Asks a thread of its own. */
export class WorkerSource {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { readonly request: DataRequest; resolve(answer: DataAnswer): void }>();
  #asked = 0;
  #isReady = false;

  /** @param onReady the thread can answer from now on */
  constructor(database: string, onReady: () => void) {
    this.#worker = new Worker(workerFile, { workerData: { database }, stdout: true, stderr: true });
    this.#worker.unref();
    this.#worker.on('message', ({ id, answer }: Reply) => {
      if (answer === undefined) {
        this.#isReady = true;
        onReady();
        return;
      }
      this.#waiting.get(id)?.resolve(answer);
      this.#waiting.delete(id);
    });
    this.#worker.on('error', (error) => this.#end(error instanceof Error ? error.message : String(error)));
    this.#worker.on('exit', () => this.#end('the thread that reads the database ended'));
  }

  /** False before the thread has opened the database, and after it ended. */
  get isReady(): boolean {
    return this.#isReady;
  }

  answer(request: DataRequest): Promise<DataAnswer> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve) => {
      this.#waiting.set(id, { request, resolve });
      this.#worker.postMessage({ id, request });
    });
  }

  close(): void {
    void this.#worker.terminate();
  }

  #end(message: string): void {
    this.#isReady = false;
    for (const { request, resolve } of this.#waiting.values()) resolve({ kind: 'fault', request, message });
    this.#waiting.clear();
  }
}
