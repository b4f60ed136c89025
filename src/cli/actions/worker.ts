import { randomBytes } from 'node:crypto';
import { availableParallelism, hostname } from 'node:os';
import { resolve } from 'node:path';
import { version } from '../../base/version.ts';
import { realClock } from '../../queue/clock.ts';
import { openQueue } from '../../queue/open-queue.ts';
import { Worker, type WorkerCard } from '../../queue/worker.ts';
import type { Offers } from '../../remote/offers.ts';
import { type Context, type GlobalOptions, makeContext, printJson } from '../context.ts';
import { EXIT } from '../errors.ts';
import { type Equipment, lookAtMachine } from '../machine.ts';
import { openTypedQueue } from '../open-typed-queue.ts';
import { queueUrlOf } from '../queue-option.ts';
import { ExecutorByKind, ToldExecutor } from '../told-executor.ts';
import { ownTrainerFrom, type TypedTrainer } from '../trainer-options.ts';
import { DEFAULT_GRACE_SECONDS, WorkerEnd } from '../worker-end.ts';
import { countsText, type WorkerListener, workerListener } from '../worker-events.ts';

interface WorkerCommandOptions extends GlobalOptions, TypedTrainer {
  readonly queue?: string;
  readonly threads?: number;
  /** seconds */
  readonly grace?: number;
  readonly strategies?: readonly string[];
  readonly idle?: number;
}

function cardOf(machine: Equipment): WorkerCard {
  const { engines, backends, device, threads, memoryBytes } = machine;
  const id = randomBytes(6).toString('hex');
  const offers: Offers = { engines: [...engines], backends: [...backends] };
  return { id, host: hostname(), pid: process.pid, version, threads, memoryBytes, device, offers };
}

/** What does the work, loaded when the first study of its kind comes. */
function executorsOf(options: WorkerCommandOptions, context: Context, tell: WorkerListener): ExecutorByKind {
  const { threads = availableParallelism(), strategies = ['.'] } = options;
  const trainer = ownTrainerFrom(options);
  const onNote = (message: string) => tell({ kind: 'note', message });
  return new ExecutorByKind({
    training: async () => {
      const { trainingExecutor } = await import('../../remote/training-executor.ts');
      return trainingExecutor({ cacheFolder: context.cacheFolder, threads, onNote, trainer });
    },
    search: async () => {
      const { searchExecutor } = await import('../../remote/search-executor.ts');
      return searchExecutor({ threads, strategyFolders: strategies.map((folder) => resolve(folder)) });
    },
  });
}

/** Ends the worker once it has had nothing to do for so long. */
function watchIdleness(executor: ToldExecutor, seconds: number, end: WorkerEnd): NodeJS.Timeout {
  return setInterval(() => {
    if (executor.idleMs >= 1000 * seconds) end.leave();
  }, 200);
}

/** Works until it is asked to end; everything it began has then been done or given back. */
async function work(
  run: (executor: ToldExecutor, end: WorkerEnd) => Promise<void>,
  executor: ToldExecutor,
  { grace = DEFAULT_GRACE_SECONDS, idle }: WorkerCommandOptions,
  tell: WorkerListener,
): Promise<void> {
  const end = new WorkerEnd(1000 * grace, {
    onDrain: (graceMs) =>
      tell({ kind: 'draining', jobs: executor.running, graceSeconds: graceMs === null ? null : graceMs / 1000 }),
    onGiveBack: () => tell({ kind: 'giving-back', jobs: executor.running }),
  });
  const timer = idle === undefined ? undefined : watchIdleness(executor, idle, end);
  try {
    await run(executor, end);
  } finally {
    clearInterval(timer);
    end.release();
  }
  if (end.wasAsked) process.exitCode = EXIT.interrupted;
}

export async function workerAction(options: WorkerCommandOptions): Promise<void> {
  const context = makeContext(options);
  const tell = workerListener(context);
  const executors = executorsOf(options, context, tell);
  const { transport, shown, close } = await openTypedQueue(queueUrlOf(options.queue ?? true), context, openQueue);
  try {
    const machine = await lookAtMachine(options.threads ?? availableParallelism(), options.trainer !== undefined);
    const card = cardOf(machine);
    const { id, host, pid } = card;
    const trouble = () => tell({ kind: 'trouble', message: `the queue ${shown} does not answer; trying on` });
    tell({ kind: 'ready', worker: id, host, pid, queue: shown, version, ...machine });
    const executor = new ToldExecutor(executors, tell);
    const run = (done: ToldExecutor, { drain, stop }: WorkerEnd) =>
      new Worker(transport, realClock, done, card, { drain, stop, trouble }).run();
    await work(run, executor, options, tell);
    if (context.json) printJson(context, { worker: id, host, ...executor.counts });
    else context.say(`The worker has left: ${countsText(executor.counts)}.`);
  } finally {
    await executors.close();
    await close();
  }
}
