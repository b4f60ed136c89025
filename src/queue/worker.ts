import type { Executor } from './executor.ts';
import { Leftovers, SWEEP_MS } from './leftovers.ts';
import { Pieces } from './pieces.ts';
import { StudyLink } from './study-link.ts';
import type { Clock, Transport } from './transport.ts';
import { currentStudies, type HostNotice, RENEWAL_MS, readToWorker, STUDIES, WORKERS, workerMailbox } from './wire.ts';

const LOOK_MS = 2_000;
/** No more than this of the time between two looks counts as a study's absence. */
const DEAF_MS = 3 * LOOK_MS;
/** A worker that drains waits so long for its last results to be had. */
const LAST_ACKS_MS = 30_000;

export type WorkerCard = Omit<HostNotice, 'studies' | 'jobs' | 'done' | 'samplesPerSecond' | 'draining' | 'atMs'>;

export interface WorkerOptions {
  /** aborted: finish what is begun, take no more */
  readonly drain: AbortSignal;
  /** aborted: give back what is begun */
  readonly stop: AbortSignal;
  /** the time that other hosts have too, in milliseconds since 1970 */
  readonly wallMs?: () => number;
  readonly trouble?: (sentence: string) => void;
  readonly random?: () => string;
}

/** Finds studies on the board and does their jobs, until drained or stopped. */
export class Worker {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #executor: Executor;
  readonly #card: WorkerCard;
  readonly #options: WorkerOptions;
  readonly #pieces: Pieces;
  readonly #leftovers: Leftovers;
  readonly #links = new Map<string, StudyLink>();
  #done = 0;
  /** when the board was last read */
  #lookedMs: number;
  #troubled = false;

  constructor(transport: Transport, clock: Clock, executor: Executor, card: WorkerCard, options: WorkerOptions) {
    this.#transport = transport;
    this.#clock = clock;
    this.#executor = executor;
    this.#card = card;
    this.#options = options;
    this.#pieces = new Pieces(transport, clock, workerMailbox(card.id));
    this.#leftovers = new Leftovers(transport, clock);
    this.#lookedMs = clock.now();
  }

  /** Resolves when drained or stopped, and what it had is told or given back. */
  async run(): Promise<void> {
    const { drain, stop } = this.#options;
    const mail = this.#transport.receive(workerMailbox(this.#card.id), (text) => this.#read(text));
    const over = new AbortController();
    const ending = AbortSignal.any([drain, stop]);
    const renewals = this.#every(RENEWAL_MS, over.signal, () => this.#renew());
    const sweeps = this.#every(SWEEP_MS, over.signal, () => this.#leftovers.sweep());
    await this.#every(LOOK_MS, ending, () => this.#look());
    const links = [...this.#links.values()];
    await Promise.all(links.map((link) => link.drain(stop)));
    const untilMs = this.#clock.now() + LAST_ACKS_MS;
    while (!stop.aborted && links.some(({ owes }) => owes) && this.#clock.now() < untilMs) {
      await this.#clock.sleep(200, stop);
    }
    over.abort();
    // One that tells a server that is away may take long.
    await Promise.race([Promise.all([renewals, sweeps]), this.#clock.sleep(1_000)]);
    await Promise.all(links.map((link) => link.close()));
    const leave = async () => {
      await this.#transport.retract(WORKERS, this.#card.id);
      await mail.close();
      await this.#transport.remove(workerMailbox(this.#card.id));
    };
    await Promise.race([leave().catch(() => {}), this.#clock.sleep(1_000)]);
  }

  async #every(ms: number, signal: AbortSignal, act: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      try {
        await act();
        this.#troubled = false;
      } catch {
        if (!this.#troubled) this.#options.trouble?.('the queue does not answer; trying on');
        this.#troubled = true;
      }
      await this.#clock.sleep(ms, signal);
    }
  }

  async #renew(): Promise<void> {
    const links = [...this.#links.values()];
    for (const link of links) await link.tell();
    const rates = links.flatMap(({ samplesPerSecond }) => samplesPerSecond ?? []);
    const notice: HostNotice = {
      ...this.#card,
      studies: links.filter(({ isOpen }) => isOpen).map(({ study }) => study.name),
      jobs: links.reduce((sum, { jobs }) => sum + jobs, 0),
      done: this.#done,
      samplesPerSecond: rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0),
      draining: this.#options.drain.aborted,
      atMs: (this.#options.wallMs ?? Date.now)(),
    };
    await this.#transport.announce(WORKERS, { id: this.#card.id, text: JSON.stringify(notice) });
  }

  async #look(): Promise<void> {
    const notices = await this.#transport.notices(STUDIES);
    const now = this.#clock.now();
    // Who has not looked for long does not know who was gone meanwhile.
    const unseenMs = Math.max(0, now - this.#lookedMs - DEAF_MS);
    for (const link of this.#links.values()) link.seenMs += unseenMs;
    this.#lookedMs = now;
    for (const study of currentStudies(notices, (this.#options.wallMs ?? Date.now)())) {
      const link = this.#links.get(study.token);
      if (link === undefined) this.#open(study);
      else void link.comeBack(this.#executor, now);
    }
    for (const [token, link] of this.#links) {
      if (await link.leaveIfGone(now)) this.#links.delete(token);
    }
  }

  #open(study: StudyLink['study']): void {
    const link = new StudyLink(this.#transport, this.#clock, study, {
      pieces: this.#pieces,
      me: this.#card,
      finished: () => {
        this.#done += 1;
      },
      random: this.#options.random,
    });
    this.#links.set(study.token, link);
    this.#leftovers.expect(study.token);
    void link.open(this.#executor);
  }

  async #read(text: string): Promise<void> {
    const message = readToWorker(text);
    if (message === null) return;
    if (message.kind === 'ack') for (const link of this.#links.values()) link.forget(message.runs);
    else if (message.kind === 'cancel') this.#links.get(message.study)?.cancel(message.jobs);
    else await this.#pieces.handle(message);
  }
}
