import { type Dataset, emptySplit, type Split, type SplitName } from '../datasets/dataset.ts';
import type { KeepRequest } from './messages.ts';
import { TrainingPool } from './training-pool.ts';
import type { ProcessAnswer, ProcessRequest, SentTask } from './training-process.ts';

// The other end of `TrainingProcess`: a pool of one thread, so that words still come while it is in the middle of a training.

let pool: TrainingPool | null = null;
let head: Omit<Dataset, SplitName> | null = null;
const splits = new Map<SplitName, Split>();

/** Of the task that runs. */
interface Running {
  readonly number: number;
  readonly stop: Int32Array;
  readonly keep: KeepRequest | null;
  /** snapshots that were sent to the study */
  sent: number;
}

let current: Running | null = null;

const answer = (message: ProcessAnswer) => void process.send?.(message);

const sharedWords = (words: number) => new Int32Array(new SharedArrayBuffer(4 * words));

/** In shared memory again, for the thread. */
function sharedSplit({ examples, inputs, labels }: Split): Split {
  const split = emptySplit(examples, inputs.length / Math.max(1, examples));
  split.inputs.set(inputs);
  split.labels.set(labels);
  return split;
}

function datasetNow(): Dataset {
  const [train, validation, test] = [splits.get('train'), splits.get('validation'), splits.get('test')];
  if (head === null || train === undefined || validation === undefined || test === undefined) {
    throw new Error('a task came before its data');
  }
  return { ...head, train, validation, test };
}

async function train(number: number, { digest: _, keepEveryMs, ...task }: SentTask): Promise<void> {
  if (pool === null) throw new Error('a task came before the start');
  const keep = keepEveryMs === null ? null : { everyMs: keepEveryMs, storing: sharedWords(2) };
  const running: Running = { number, stop: sharedWords(1), keep, sent: 0 };
  current = running;
  const whole = { ...task, dataset: datasetNow(), stop: running.stop, keep };
  // Whether it is still waited for, the study decides.
  const never = new Promise<void>(() => {});
  await pool.train(
    whole,
    (message) => {
      if (message.kind === 'snapshot') running.sent += 1;
      answer({ kind: 'message', number, message });
    },
    never,
  );
  answer({ kind: 'done', number });
}

function hearWords({ number, words }: Extract<ProcessRequest, { kind: 'words' }>): void {
  if (current === null || current.number !== number) return;
  const { stop, keep, sent } = current;
  Atomics.store(stop, 0, words.stop);
  if (keep === null) return;
  Atomics.store(keep.storing, 0, sent - words.stored);
  Atomics.store(keep.storing, 1, words.costMs);
}

async function handle(request: ProcessRequest): Promise<void> {
  if (request.kind === 'start') {
    const { workerUrl, backend, softwareAllowed, otherwise } = request;
    pool = new TrainingPool({ workerUrl: new URL(workerUrl), backend, softwareAllowed, otherwise, threads: 1 });
    answer({ kind: 'started', outcome: await pool.start() });
  } else if (request.kind === 'data') {
    head = request.head;
    splits.clear();
  } else if (request.kind === 'split') splits.set(request.name, sharedSplit(request.split));
  else if (request.kind === 'train') await train(request.number, request.task);
  else hearWords(request);
}

process.on('message', (request: ProcessRequest) => {
  handle(request).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
});
// The study is gone: nobody wants the result.
process.on('disconnect', () => process.exit(0));
