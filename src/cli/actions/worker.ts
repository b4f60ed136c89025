import { randomBytes } from 'node:crypto';
import { availableParallelism, hostname } from 'node:os';
import { version } from '../../base/version.ts';
import { realClock } from '../../queue/clock.ts';
import { Worker, type WorkerCard } from '../../queue/worker.ts';
import type { Offers } from '../../remote/offers.ts';
import { type Context, type GlobalOptions, makeContext, printJson } from '../context.ts';
import { EXIT } from '../errors.ts';
import { type Equipment, lookAtMachine } from '../machine.ts';
import { type OpenedQueue, openQueue } from '../open-queue.ts';
import { queueUrlOf } from '../queue-option.ts';
import { executorByKind, ToldExecutor } from '../told-executor.ts';
import { DEFAULT_GRACE_SECONDS, WorkerEnd } from '../worker-end.ts';
import { countsText, type WorkerListener, workerListener } from '../worker-events.ts';

interface WorkerCommandOptions extends GlobalOptions {
  readonly queue?: string;
  readonly threads?: number;
  /** seconds */
  readonly grace?: number;
  readonly idle?: number;
}

function cardOf(machine: Equipment): WorkerCard {
  const { engines, backends, device, threads, memoryBytes } = machine;
  const id = randomBytes(6).toString('hex');
  const offers: Offers = { engines: [...engines], backends: [...backends] };
  return { id, host: hostname(), pid: process.pid, version, threads, memoryBytes, device, offers };
}

/** Ends the worker once it had nothing to do for so long. */
function watchIdleness(executor: ToldExecutor, seconds: number, end: WorkerEnd): NodeJS.Timeout {
  let busyMs = performance.now();
  return setInterval(() => {
    if (executor.running > 0) busyMs = performance.now();
    else if (performance.now() - busyMs >= 1000 * seconds) end.leave();
  }, 200);
}

async function work(
  queue: OpenedQueue,
  options: WorkerCommandOptions,
  context: Context,
  tell: WorkerListener,
): Promise<void> {
  const machine = await lookAtMachine(options.threads ?? availableParallelism());
  const card = cardOf(machine);
  const search = async () => {
    const { searchExecutor } = await import('../../remote/search-executor.ts');
    return searchExecutor({ threads: machine.threads });
  };
  const executor = new ToldExecutor(executorByKind({ search }), tell);
  const end = new WorkerEnd(1000 * (options.grace ?? DEFAULT_GRACE_SECONDS), {
    onDrain: (graceMs) =>
      tell({ kind: 'draining', jobs: executor.running, graceSeconds: graceMs === null ? null : graceMs / 1000 }),
    onGiveBack: () => tell({ kind: 'giving-back', jobs: executor.running }),
  });
  const { drain, stop } = end;
  const idle = options.idle === undefined ? undefined : watchIdleness(executor, options.idle, end);
  const { id, host, pid } = card;
  tell({ kind: 'ready', worker: id, host, pid, queue: queue.shown, version, ...machine });
  const trouble = () => tell({ kind: 'trouble', message: `the queue ${queue.shown} does not answer; trying on` });
  try {
    await new Worker(queue.transport, realClock, executor, card, { drain, stop, trouble }).run();
  } finally {
    clearInterval(idle);
    end.release();
  }
  if (end.wasAsked) process.exitCode = EXIT.interrupted;
  if (context.json) printJson(context, { worker: id, host, ...executor.counts });
  else context.say(`The worker has left: ${countsText(executor.counts)}.`);
}

export async function workerAction(options: WorkerCommandOptions): Promise<void> {
  const context = makeContext(options);
  const tell = workerListener(context);
  const queue = await openQueue(queueUrlOf(options.queue ?? true), context);
  try {
    await work(queue, options, context, tell);
  } finally {
    await queue.close();
  }
}
