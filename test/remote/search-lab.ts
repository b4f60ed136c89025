import { availableParallelism } from 'node:os';
import { success } from '../../src/base/failure.ts';
import { type ArchitectureRequest, defineArchitecture } from '../../src/pattern/architecture.ts';
import { type EntryOptions, scatterEntries } from '../../src/pattern/entries.ts';
import { realClock } from '../../src/queue/clock.ts';
import type { Executor, ExecutorSession, SessionJob } from '../../src/queue/executor.ts';
import { MemoryServer } from '../../src/queue/memory-server.ts';
import { MemoryTransport } from '../../src/queue/memory-transport.ts';
import type { Transport } from '../../src/queue/transport.ts';
import { Worker } from '../../src/queue/worker.ts';
import type { HostEvent } from '../../src/remote/host-events.ts';
import { queueIslands } from '../../src/remote/queue-islands.ts';
import { type SearchExecutorOptions, searchExecutor } from '../../src/remote/search-executor.ts';
import { StudyQueue } from '../../src/remote/study-queue.ts';
import type { Metric } from '../../src/scatter/metric.ts';
import type { SearchRequest } from '../../src/search/events.ts';
import type { IslandRunnerFactory } from '../../src/search/island-runner.ts';
import type { Problem } from '../../src/search/strategy.ts';
import { folder } from '../search/strategy-files.ts';

/** A problem as studies make it: its entries by its metric. */
function studyProblem(
  request: ArchitectureRequest,
  { metric = 'indicator', target = null }: { metric?: Metric; target?: number | null } = {},
): Problem {
  const architecture = defineArchitecture(request);
  return { architecture, entries: scatterEntries(architecture, {}, metric), metric, target };
}

/** One party's connection to a queue. */
export interface Party {
  readonly transport: Transport;
  /** as if its process ended now */
  readonly lose: () => void | Promise<void>;
}

/** A server that parties connect to. */
export interface LabServer {
  connect(): Promise<Party>;
  close(): Promise<void>;
}

export function memoryServer(leaseMs = 1000): LabServer & { readonly server: MemoryServer } {
  const server = new MemoryServer(realClock, leaseMs);
  const connect = async () => {
    const transport = new MemoryTransport(server);
    return { transport, lose: () => transport.lose() };
  };
  return { server, connect, close: async () => {} };
}

type WorkerChanges = Partial<SearchExecutorOptions> & {
  readonly change?: (own: Executor, lose: () => void) => Executor;
};

/** The executor with something else in the place of `run`. */
export const running =
  (run: (jobs: readonly SessionJob[], own: ExecutorSession) => Promise<readonly unknown[]>) =>
  (executor: Executor): Executor => ({
    open: async (study, tools) => {
      const opened = await executor.open(study, tools);
      if (!opened.ok) return opened;
      const own = opened.value;
      return success({
        atOnce: own.atOnce,
        together: own.together,
        run: (jobs) => run(jobs, own),
        close: () => own.close(),
      });
    },
  });

/** Ends only when nobody wants the job any more. */
export const never = ([{ signal }]: readonly SessionJob[]): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('given up'))));

/** Workers in this process, and a study's way to them. */
export class SearchLab {
  readonly events: HostEvent[] = [];
  readonly #server: LabServer;
  readonly #ends: (() => Promise<void>)[] = [];
  #workers = 0;

  constructor(server: LabServer) {
    this.#server = server;
  }

  /** @param change makes another executor of the search's own, which may lose its worker */
  async worker(options: WorkerChanges = {}) {
    const party = await this.#server.connect();
    const id = `w${++this.#workers}`;
    const card = {
      id,
      host: `lab-${id}`,
      pid: 1,
      version: '1',
      threads: 1,
      memoryBytes: 1,
      device: 'cpu',
      offers: null,
    };
    const [drain, stop] = [new AbortController(), new AbortController()];
    const { change = (own: Executor) => own, ...others } = options;
    let isLost = false;
    const lose = () => {
      isLost = true;
      void party.lose();
    };
    const executor = change(searchExecutor({ threads: 1, strategyFolders: [folder], ...others }), lose);
    const sessions: { close(): Promise<void> }[] = [];
    const watched: Executor = {
      open: async (study, tools) => {
        const opened = await executor.open(study, tools);
        if (opened.ok) sessions.push(opened.value);
        return opened;
      },
    };
    const signals = { drain: drain.signal, stop: stop.signal };
    const ended = new Worker(party.transport, realClock, watched, card, signals).run();
    this.#ends.push(async () => {
      stop.abort();
      if (!isLost) await ended;
      await Promise.all(sessions.map((session) => session.close()));
    });
    return { id, drain, stop, lose };
  }

  /** Searches by the lab's workers. */
  async runner(entries: EntryOptions = {}, clock = realClock): Promise<IslandRunnerFactory> {
    return queueIslands(await this.queue(clock), entries);
  }

  async queue(clock = realClock): Promise<StudyQueue> {
    const { transport } = await this.#server.connect();
    return new StudyQueue(transport, 'memory://lab', 'a study', (event) => void this.events.push(event), clock);
  }

  of<Kind extends HostEvent['kind']>(kind: Kind): Extract<HostEvent, { kind: Kind }>[] {
    return this.events.filter((event): event is Extract<HostEvent, { kind: Kind }> => event.kind === kind);
  }

  async close(): Promise<void> {
    await Promise.all(this.#ends.map((end) => end()));
    await this.#server.close();
  }
}

/** Every strategy that takes the problem, elites that are learned from, and a wanted scatter of an island's own. */
export function labRequest(changes: Partial<SearchRequest> = {}): SearchRequest {
  const strategies = ['uniform-random', 'permutation-grid', 'local', 'anneal', 'evolve', 'exact'];
  return {
    problem: studyProblem({ layers: [16, 64, 16], fanOuts: [16, 4] }, { metric: 'fair-share' }),
    islands: [...strategies.map((strategy) => ({ strategy })), { strategy: 'anneal', target: 0.8 }],
    seed: 7,
    budget: { kind: 'candidates', candidates: 200 },
    keep: 4,
    order: ['distinct-neighbourhoods', 'other-scatter', 'spectral-gap'],
    workers: Math.min(2, availableParallelism()),
    ...changes,
  };
}
