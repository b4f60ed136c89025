import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { failure, type Outcome } from '../../base/failure.ts';
import { type Dataset, type Split, type SplitName, splitNames } from '../datasets/dataset.ts';
import { stopRequested } from './ending.ts';
import type { PoolTask, StartedBackend, TaskRunner, WorkerMessage } from './messages.ts';
import { resultWithout } from './result-without.ts';
import type { PoolOptions } from './training-pool.ts';

/** The words that a task's thread shares with the study; between processes they are told. */
export interface SharedWords {
  readonly stop: number;
  /** snapshots that were stored, of those that came */
  readonly stored: number;
  /** what the last one took to store, in milliseconds */
  readonly costMs: number;
}

/** A task as it crosses: its data set by digest, its shared words apart. */
export type SentTask = Omit<PoolTask, 'dataset' | 'stop' | 'keep'> & {
  readonly digest: string;
  readonly keepEveryMs: number | null;
};

export type ProcessRequest =
  | {
      readonly kind: 'start';
      readonly workerUrl: string;
      readonly backend: PoolOptions['backend'];
      readonly softwareAllowed: boolean;
      readonly otherwise: string;
    }
  | { readonly kind: 'data'; readonly head: Omit<Dataset, SplitName> }
  | { readonly kind: 'split'; readonly name: SplitName; readonly split: Split }
  | { readonly kind: 'train'; readonly number: number; readonly task: SentTask }
  | { readonly kind: 'words'; readonly number: number; readonly words: SharedWords };

export type ProcessAnswer =
  | { readonly kind: 'started'; readonly outcome: Outcome<StartedBackend> }
  | { readonly kind: 'message'; readonly number: number; readonly message: WorkerMessage }
  | { readonly kind: 'done'; readonly number: number };

const processChild = new URL(
  import.meta.url.endsWith('.ts') ? './training-process-child.ts' : './training-process-child.js',
  import.meta.url,
);

/** How often the words are told, where they changed. */
const WORDS_MS = 50;
const MOST_HEARD = 4096;

/** Without its shared memory, which does not cross between processes. */
const plainSplit = ({ examples, inputs, labels }: Split): Split => ({
  examples,
  inputs: new Float32Array(inputs),
  labels: new Uint8Array(labels),
});

/**
 * One process of its own that holds a started backend, for one whose library writes on stderr whatever it is told, or may abort: neither
 * reaches the study. As `TrainingPool` otherwise, with one task at a time.
 */
export class TrainingProcess implements TaskRunner {
  readonly #options: PoolOptions;
  #child: ChildProcess | null = null;
  #heard = '';
  #sentDigest: string | null = null;
  #tasks = 0;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  async start(): Promise<Outcome<StartedBackend>> {
    const { backend, softwareAllowed, workerUrl, otherwise } = this.#options;
    // In a group of its own: a key that interrupts the study ends no step halfway.
    const child = fork(processChild, [], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
      detached: true,
    });
    this.#child = child;
    this.#heard = '';
    this.#sentDigest = null;
    child.on('error', () => {});
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#heard = (this.#heard + text).slice(-MOST_HEARD);
    });
    child.once('exit', () => {
      if (this.#child === child) this.#child = null;
    });
    const started = this.#answer(child, (answer) => answer.kind === 'started');
    this.#send(child, { kind: 'start', workerUrl: workerUrl.href, backend, softwareAllowed, otherwise });
    const answer = await started;
    if (answer?.kind === 'started') return answer.outcome;
    return failure('worker-lost', `the process for the backend ${backend} ended${this.#lastWords()}`, otherwise);
  }

  /** Never fails: a child that is gone is told of by its exit. */
  #send(child: ChildProcess, request: ProcessRequest): void {
    if (child.connected) child.send(request, () => {});
  }

  /** The first answer that fits; null where the process ends before. */
  #answer(child: ChildProcess, fits: (answer: ProcessAnswer) => boolean): Promise<ProcessAnswer | null> {
    return new Promise((resolve) => {
      const hear = (answer: ProcessAnswer) => {
        if (!fits(answer)) return;
        done(answer);
      };
      const gone = () => done(null);
      const done = (answer: ProcessAnswer | null) => {
        child.off('message', hear);
        child.off('close', gone);
        resolve(answer);
      };
      child.on('message', hear);
      child.on('close', gone);
    });
  }

  #lastWords(): string {
    const line = this.#heard.trim().split('\n').at(-1) ?? '';
    return line === '' ? '' : ` (${line})`;
  }

  #sendData(child: ChildProcess, dataset: Dataset): void {
    if (this.#sentDigest === dataset.digest) return;
    const { train: _, validation: __, test: ___, ...head } = dataset;
    this.#send(child, { kind: 'data', head });
    for (const name of splitNames) this.#send(child, { kind: 'split', name, split: plainSplit(dataset[name]) });
    this.#sentDigest = dataset.digest;
  }

  /** As `TrainingPool.train`. */
  async train(task: PoolTask, emit: (message: WorkerMessage) => void, abandoned: Promise<void>): Promise<void> {
    const waiting = new Map(task.jobs.map((job) => [job.id, job]));
    const endAll = (status: 'stopped' | 'failed', reason: string, lost = false) => {
      for (const job of waiting.values()) {
        emit({ ...resultWithout(job, task.runsOn, status, reason), ...(lost ? { workerLost: true as const } : {}) });
      }
    };
    if (this.#child === null && !this.#closed) await this.start();
    const child = this.#child;
    if (child === null) return endAll('failed', `its process could not be started${this.#lastWords()}`);
    const end = await this.#run(child, task, waiting, emit, abandoned);
    if (end === 'abandoned') {
      // It is in the middle of a step that nobody waits for; the next task gets another process.
      this.#kill();
      endAll('stopped', 'it was stopped in the middle of a step');
    } else if (end === 'lost') {
      if (stopRequested(task)) endAll('stopped', 'it was stopped');
      else endAll('failed', `its process was lost${this.#lastWords()}`, true);
    }
  }

  async #run(
    child: ChildProcess,
    task: PoolTask,
    waiting: Map<string, unknown>,
    emit: (message: WorkerMessage) => void,
    abandoned: Promise<void>,
  ): Promise<'done' | 'abandoned' | 'lost'> {
    this.#tasks += 1;
    const number = this.#tasks;
    const { dataset, stop, keep, ...rest } = task;
    let received = 0;
    const hear = (answer: ProcessAnswer) => {
      if (answer.kind !== 'message' || answer.number !== number) return;
      const { message } = answer;
      if (message.kind === 'snapshot' && keep !== null) {
        received += 1;
        Atomics.add(keep.storing, 0, 1);
      }
      if (message.kind === 'result') waiting.delete(message.job);
      emit(message);
    };
    child.on('message', hear);
    const done = this.#answer(child, (answer) => answer.kind === 'done' && answer.number === number);
    let told = '';
    const tell = () => {
      const stored = keep === null ? 0 : received - Atomics.load(keep.storing, 0);
      const costMs = keep === null ? 0 : Atomics.load(keep.storing, 1);
      const words: SharedWords = { stop: Atomics.load(stop, 0), stored, costMs };
      const text = Object.values(words).join();
      if (text !== told) this.#send(child, { kind: 'words', number, words });
      told = text;
    };
    const timer = setInterval(tell, WORDS_MS);
    try {
      this.#sendData(child, dataset);
      this.#send(child, {
        ...{ kind: 'train', number },
        task: { ...rest, digest: dataset.digest, keepEveryMs: keep?.everyMs ?? null },
      });
      const answer = await Promise.race([done, abandoned.then(() => 'abandoned' as const)]);
      if (answer === 'abandoned') return answer;
      return answer === null ? 'lost' : 'done';
    } finally {
      clearInterval(timer);
      child.off('message', hear);
    }
  }

  #kill(): ChildProcess | null {
    const child = this.#child;
    this.#child = null;
    child?.kill('SIGKILL');
    return child;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const child = this.#kill();
    if (child !== null && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}
