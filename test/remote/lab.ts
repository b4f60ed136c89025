import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { version } from '../../src/base/version.ts';
import type { Executor } from '../../src/queue/executor.ts';
import { MemoryServer } from '../../src/queue/memory-server.ts';
import { MemoryTransport } from '../../src/queue/memory-transport.ts';
import type { Clock, Transport } from '../../src/queue/transport.ts';
import { Worker } from '../../src/queue/worker.ts';
import type { HostEvent } from '../../src/remote/host-events.ts';
import { StudyQueue } from '../../src/remote/study-queue.ts';
import { type TrainingExecutorOptions, trainingExecutor } from '../../src/remote/training-executor.ts';

/** Time that goes so many times as fast as this process's own. */
const fastClock = (times: number): Clock => ({
  now: () => times * performance.now(),
  sleep: (ms, signal) => setTimeout(ms / times, undefined, { signal }).catch(() => {}),
});

const SPEED = 20;

export interface LabWorker {
  readonly drain: AbortController;
  readonly stop: AbortController;
  /** As if its process were killed: nothing of it is heard any more. In memory only */
  kill(): void;
  /** resolves when it has left, and what it kept is closed */
  readonly ended: Promise<void>;
}

export interface Lab {
  readonly queue: StudyQueue;
  readonly heard: HostEvent[];
  /** where no other transport was asked for */
  readonly server: MemoryServer;
  startWorker(options?: WorkerChanges): Promise<LabWorker>;
  close(): Promise<void>;
}

export interface WorkerChanges extends Partial<TrainingExecutorOptions> {
  readonly host?: string;
  /** in place of the real one, or around it */
  readonly executor?: (own: Executor) => Executor;
}

export interface LabOptions {
  readonly clock?: Clock;
  /** a connection for each party; default: to one server in memory */
  readonly connect?: () => Promise<Transport>;
}

/** A study's queue and workers, all in this process. */
export async function trainingLab(options: LabOptions = {}): Promise<Lab> {
  const { clock = fastClock(SPEED) } = options;
  const server = new MemoryServer(clock);
  const connect = options.connect ?? (async () => new MemoryTransport(server));
  const heard: HostEvent[] = [];
  const own = await connect();
  const queue = new StudyQueue(own, 'redis://lab', 'a study', (event) => heard.push(event), clock);
  const workers: LabWorker[] = [];
  const startWorker = async ({ host = `lab-${workers.length + 1}`, executor, ...changes }: WorkerChanges = {}) => {
    const folder = mkdtempSync(join(tmpdir(), 'scattershot-worker-'));
    const trains = trainingExecutor({
      ...{ cacheFolder: folder, threads: 2, onNote: () => {} },
      ...changes,
    });
    const transport = await connect();
    const [drain, stop] = [new AbortController(), new AbortController()];
    const about = { pid: 1, version, threads: 2, memoryBytes: 1, device: `cpu of ${host}`, offers: null };
    const card = { id: `w${workers.length + 1}`, host, ...about };
    const signals = { drain: drain.signal, stop: stop.signal };
    const worker = new Worker(transport, clock, executor?.(trains) ?? trains, card, signals);
    const ended = worker.run().then(async () => {
      await trains.close();
      await transport.close();
      rmSync(folder, { recursive: true, force: true });
    });
    const kill = () => {
      if (transport instanceof MemoryTransport) transport.lose();
      const gone = async () => Promise.reject(new Error('it was killed'));
      Object.assign(transport, { send: gone, announce: gone, notices: gone });
    };
    const started = { drain, stop, kill, ended };
    workers.push(started);
    return started;
  };
  return {
    ...{ queue, heard, server, startWorker },
    close: async () => {
      for (const { stop, drain } of workers) {
        drain.abort();
        stop.abort();
      }
      await Promise.all(workers.map(({ ended }) => ended));
      await queue.close();
      await own.close();
    },
  };
}
