import { success } from '../../src/base/failure.ts';
import { Random } from '../../src/base/random.ts';
import type { DispatchEnd } from '../../src/queue/assignment.ts';
import { Dispatcher } from '../../src/queue/dispatcher.ts';
import type { Executor, SessionJob } from '../../src/queue/executor.ts';
import type { QueuedJob } from '../../src/queue/transport.ts';
import { type BlobReference, blobSchema, workerMailbox } from '../../src/queue/wire.ts';
import { Worker } from '../../src/queue/worker.ts';
import { FalseClock } from './false-clock.ts';
import { SimulatedProcess, SimulatedServer } from './simulated-transport.ts';

const FAULTS_UNTIL_MS = 10 * 60_000;
const LATEST_MS = 6 * 3_600_000;
const NEVER_KILLED = Number.POSITIVE_INFINITY;
const POISON = 'job-0';

/** What a seed's run came to; `wrong`: sentences, empty where every job was counted once with the right result. */
export interface Simulated {
  readonly wrong: readonly string[];
  readonly endedMs: number;
  readonly kills: { study: number; worker: number };
  readonly halts: number;
  readonly flushes: number;
  readonly outages: number;
  /** outages after which the server has forgotten all */
  readonly restarts: number;
  readonly messages: SimulatedServer['counts'];
  /** jobs begun, and jobs */
  readonly begun: number;
  readonly jobs: number;
  readonly poisoned: number;
  readonly again: number;
}

/** A study with its queue, its workers and its store (a Map) in one process; every fault and every moment of it comes from the seed. */
export async function simulate(seed: number): Promise<Simulated> {
  const lab = new Lab(seed);
  return lab.run();
}

class Lab {
  readonly #random: Random;
  readonly #clock = new FalseClock();
  readonly #server: SimulatedServer;
  readonly #jobs: readonly QueuedJob[];
  readonly #hasPoison: boolean;
  readonly #store = new Map<string, number | 'poisoned'>();
  readonly #wrong: string[] = [];
  readonly #counts = {
    kills: { study: 0, worker: 0 },
    halts: 0,
    flushes: 0,
    outages: 0,
    restarts: 0,
    poisoned: 0,
    again: 0,
  };
  readonly #workers = new Set<SimulatedProcess>();
  #study: SimulatedProcess | null = null;
  #tokens = 0;
  #over = false;

  constructor(seed: number) {
    this.#random = Random.fromSeed(seed);
    const draw = (most: number) => (this.#chance(0.5) ? this.#random.float() * most : 0);
    const faults = { lose: draw(0.4), double: draw(0.4), delay: draw(0.3) };
    this.#server = new SimulatedServer(this.#clock, this.#random.fork(1), faults);
    this.#hasPoison = this.#chance(0.25);
    this.#jobs = Array.from({ length: 1 + this.#random.below(20) }, (_, number) => ({
      id: `job-${number}`,
      payload: JSON.stringify({ number, tookMs: 100 + this.#random.below(90_000), blob: this.#chance(0.1) }),
    }));
  }

  async run(): Promise<Simulated> {
    this.#startStudy();
    const workers = 1 + this.#random.below(5);
    for (let worker = 0; worker < workers; worker += 1) this.#startWorker();
    for (let fault = this.#random.below(6); fault > 0; fault -= 1) void this.#faultLater();
    if (!(await this.#clock.goUntil(() => this.#over, LATEST_MS))) {
      this.#wrong.push(`not over: ${this.#store.size} of ${this.#jobs.length} jobs have ended`);
    }
    this.#check();
    const begun = [...this.#server.given.values()].reduce((sum, starts) => sum + starts, 0);
    const endedMs = this.#clock.now();
    const { counts: messages } = this.#server;
    return { ...this.#counts, messages, wrong: this.#wrong, endedMs, begun, jobs: this.#jobs.length };
  }

  #check(): void {
    for (const { id } of this.#jobs) {
      const value = this.#store.get(id);
      const starts = this.#server.given.get(id) ?? 0;
      if (value === undefined) this.#wrong.push(`${id} was not counted`);
      else if (value === 'poisoned' && starts < 3) this.#wrong.push(`${id} is called poisoned after ${starts} workers`);
      else if (value !== 'poisoned' && value !== resultOf(id)) this.#wrong.push(`${id} has the result ${value}`);
      else if (value !== 'poisoned' && this.#hasPoison && id === POISON) this.#wrong.push('poison did no harm');
    }
    if (this.#store.size > this.#jobs.length) this.#wrong.push('a job was invented');
  }

  #chance(probability: number): boolean {
    return this.#random.float() < probability;
  }

  #token(): string {
    this.#tokens += 1;
    return `t${this.#tokens}`;
  }

  /** The await at which a process is killed. */
  #lastStep(): number {
    return this.#clock.now() < FAULTS_UNTIL_MS && this.#chance(0.5) ? 1 + this.#random.below(600) : NEVER_KILLED;
  }

  #startStudy(): void {
    const process = new SimulatedProcess(this.#server, this.#lastStep(), () => {
      this.#counts.kills.study += 1;
      void this.#clock.sleep(this.#random.below(120_000)).then(() => this.#startStudy());
    });
    this.#study = process;
    const token = this.#token();
    const notice = { token, name: 'a study', host: 'laptop', kind: 'training' as const, version: '1', needs: null };
    const dispatcher = new Dispatcher(process, process, notice, () => process.now());
    const pending = this.#jobs.filter(({ id }) => !this.#store.has(id));
    const ended = (job: string, end: DispatchEnd) => this.#keep(process, dispatcher, job, end);
    void dispatcher.run(pending, { ended }).then(
      async () => {
        await dispatcher.close();
        await process.step();
        this.#over = true;
      },
      (error: unknown) => this.#wrong.push(`the study threw ${error}`),
    );
  }

  async #keep(process: SimulatedProcess, dispatcher: Dispatcher, job: string, end: DispatchEnd) {
    await process.sleep(this.#random.below(50));
    if ('failure' in end) {
      if (end.failure.reason !== 'poisoned') this.#wrong.push(`${job} failed: ${end.failure.message}`);
      this.#counts.poisoned += 1;
      return this.#count(job, 'poisoned');
    }
    const { value, blob } = end.body as { value: number; blob: unknown };
    if (blob !== null && end.by !== null) {
      const pulled = await dispatcher.pieces.pull(blobSchema.parse(blob), workerMailbox(end.by.worker));
      if (!pulled.ok) {
        this.#counts.again += 1;
        return 'again' as const;
      }
      if (pulled.value[0] !== value % 251) this.#wrong.push(`${job} has another's blob`);
    }
    await process.sleep(this.#random.below(50));
    return this.#count(job, value);
  }

  #count(job: string, value: number | 'poisoned') {
    if (this.#store.has(job)) this.#wrong.push(`${job} was counted twice`);
    this.#store.set(job, value);
    return 'kept' as const;
  }

  #startWorker(): void {
    const process = new SimulatedProcess(this.#server, this.#lastStep(), () => {
      this.#counts.kills.worker += 1;
      this.#workers.delete(process);
      void this.#clock.sleep(this.#random.below(90_000)).then(() => this.#startWorker());
    });
    this.#workers.add(process);
    const id = this.#token();
    const card = {
      id,
      host: `host-${id}`,
      pid: 1,
      version: '1',
      threads: 1,
      memoryBytes: 1,
      device: 'cpu',
      offers: null,
    };
    const never = new AbortController().signal;
    const wallMs = () => process.now();
    const executor = this.#executor(process);
    const options = { drain: never, stop: never, wallMs, random: () => this.#token() };
    void new Worker(process, process, executor, card, options).run();
  }

  #executor(process: SimulatedProcess): Executor {
    const atOnce = 1 + this.#random.below(3);
    const together = this.#chance(0.3);
    const run = (jobs: readonly SessionJob[]) => Promise.all(jobs.map((job) => this.#do(process, job)));
    return {
      open: async () => {
        await process.sleep(this.#random.below(2_000));
        return success({ atOnce, together, run, close: async () => {} });
      },
    };
  }

  async #do(process: SimulatedProcess, job: SessionJob): Promise<unknown> {
    const { number, tookMs, blob } = job.payload as { number: number; tookMs: number; blob: boolean };
    await process.sleep(tookMs / 2, job.signal);
    if (this.#hasPoison && job.id === POISON) process.kill();
    job.progress({ half: true });
    await process.sleep(tookMs / 2, job.signal);
    const value = resultOf(`job-${number}`);
    const kept: BlobReference | null = blob ? job.keepBlob(new Uint8Array(600_000).fill(value % 251)) : null;
    return { value, blob: kept };
  }

  async #faultLater(): Promise<void> {
    await this.#clock.sleep(this.#random.below(FAULTS_UNTIL_MS));
    const kind = this.#random.below(5);
    if (kind === 0) {
      this.#server.forget();
      this.#counts.flushes += 1;
    } else if (kind === 1) {
      this.#server.down = true;
      this.#counts.outages += 1;
      await this.#clock.sleep(this.#random.below(180_000));
      if (this.#chance(0.5)) {
        this.#server.forget();
        this.#counts.restarts += 1;
      }
      this.#server.down = false;
    } else if (kind === 2) this.#halt(this.#study);
    else this.#halt([...this.#workers][this.#random.below(Math.max(1, this.#workers.size))] ?? null);
  }

  #halt(process: SimulatedProcess | null): void {
    process?.halt(this.#random.below(180_000));
    this.#counts.halts += 1;
  }
}

const resultOf = (id: string): number => 1000 + 7 * Number(id.slice('job-'.length));
