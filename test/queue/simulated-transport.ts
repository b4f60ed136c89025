import { ScattershotError } from '../../src/base/failure.ts';
import type { Random } from '../../src/base/random.ts';
import {
  type BoardNotice,
  type Clock,
  type Consumer,
  LEASE_MS,
  type QueuedJob,
  type TakenJob,
  type TakenOutcome,
  type Transport,
} from '../../src/queue/transport.ts';
import type { FalseClock } from './false-clock.ts';

const NEVER = new Promise<never>(() => {});

export interface Faults {
  /** probabilities of a message */
  readonly lose: number;
  readonly double: number;
  readonly delay: number;
}

interface Item {
  readonly job: QueuedJob;
  lost: number;
  takenBy: SimulatedProcess | null;
  taking: number;
}

interface Taker {
  readonly process: SimulatedProcess;
  readonly atOnce: number;
  held: number;
  closed: boolean;
  readonly handle: (job: TakenJob) => Promise<TakenOutcome>;
}

/** A queue server that loses, doubles, delays and reorders, may be down, and may forget all. */
export class SimulatedServer {
  readonly clock: FalseClock;
  readonly random: Random;
  readonly faults: Faults;
  down = false;
  /** what became of messages; reordered: came after one that was sent later */
  readonly counts = { messages: 0, lost: 0, doubled: 0, delayed: 0, reordered: 0 };
  readonly #newest = new Map<string, number>();
  /** how often a job was given to somebody */
  readonly given = new Map<string, number>();
  readonly queues = new Map<string, Map<string, Item>>();
  readonly takers = new Map<string, Set<Taker>>();
  readonly mail = new Map<string, string[]>();
  readonly readers = new Map<string, { process: SimulatedProcess; handle: (text: string) => Promise<void> }>();
  readonly boards = new Map<string, Map<string, string>>();

  constructor(clock: FalseClock, random: Random, faults: Faults) {
    this.clock = clock;
    this.random = random;
    this.faults = faults;
  }

  forget(): void {
    this.queues.clear();
    this.mail.clear();
    this.boards.clear();
  }

  chance(probability: number): boolean {
    return this.random.float() < probability;
  }

  deal(name: string): void {
    if (this.down) return;
    for (const item of this.queues.get(name)?.values() ?? []) {
      if (item.takenBy !== null) continue;
      const free = [...(this.takers.get(name) ?? [])].filter(
        ({ closed, held, atOnce, process }) => !closed && held < atOnce && process.awake,
      );
      if (free.length === 0) return;
      void this.#give(name, item, free[this.random.below(free.length)]);
    }
  }

  async #give(name: string, item: Item, taker: Taker): Promise<void> {
    const { process } = taker;
    item.takenBy = process;
    item.taking += 1;
    this.given.set(item.job.id, (this.given.get(item.job.id) ?? 0) + 1);
    const { taking } = item;
    taker.held += 1;
    void this.#lease(name, item, process, taking);
    await process.step();
    const outcome = await taker.handle({ ...item.job, lostBefore: item.lost });
    await process.step();
    taker.held -= 1;
    if (item.takenBy === process && item.taking === taking && this.queues.get(name)?.get(item.job.id) === item) {
      if (outcome === 'done') this.queues.get(name)?.delete(item.job.id);
      else item.takenBy = null;
    }
    this.deal(name);
  }

  /** Takes the item back from a process that does not renew. */
  async #lease(name: string, item: Item, process: SimulatedProcess, taking: number): Promise<void> {
    let renewedMs = this.clock.now();
    while (item.takenBy === process && item.taking === taking) {
      await this.clock.sleep(LEASE_MS / 3);
      if (process.awake) renewedMs = this.clock.now();
      if (this.queues.get(name)?.get(item.job.id) !== item) return;
      if (this.clock.now() - renewedMs < LEASE_MS || item.takenBy !== process || item.taking !== taking) continue;
      item.takenBy = null;
      item.lost += 1;
      this.deal(name);
    }
  }

  async post(mailbox: string, text: string): Promise<void> {
    const { faults } = this;
    const copies = this.chance(faults.lose) ? 0 : this.chance(faults.double) ? 2 : 1;
    const { counts } = this;
    const sent = counts.messages;
    counts.messages += 1;
    if (copies === 0) counts.lost += 1;
    if (copies === 2) counts.doubled += 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const late = this.chance(faults.delay);
      if (late) counts.delayed += 1;
      const delayMs = late ? this.random.below(120_000) : this.random.below(100);
      void this.clock.sleep(delayMs).then(() => {
        const newest = this.#newest.get(mailbox) ?? -1;
        if (sent < newest) counts.reordered += 1;
        else this.#newest.set(mailbox, sent);
        const letters = this.mail.get(mailbox) ?? [];
        letters.push(text);
        this.mail.set(mailbox, letters);
        this.read(mailbox);
      });
    }
  }

  read(mailbox: string): void {
    const reader = this.readers.get(mailbox);
    const letters = this.mail.get(mailbox);
    if (this.down || !reader?.process.awake || letters === undefined) return;
    this.mail.delete(mailbox);
    for (const text of letters) void reader.process.step().then(() => reader.handle(text));
  }
}

/** A process with its own view of time and queue: killed, it stays for ever at the await where it was. */
export class SimulatedProcess implements Clock, Transport {
  readonly #server: SimulatedServer;
  #steps = 0;
  readonly #lastStep: number;
  #dead = false;
  #haltedUntilMs = 0;
  readonly #onDeath: () => void;

  /** @param lastStep the await at which it is killed */
  constructor(server: SimulatedServer, lastStep: number, onDeath: () => void) {
    this.#server = server;
    this.#lastStep = lastStep;
    this.#onDeath = onDeath;
  }

  get awake(): boolean {
    return !this.#dead && this.#server.clock.now() >= this.#haltedUntilMs;
  }

  kill(): void {
    if (this.#dead) return;
    this.#dead = true;
    this.#onDeath();
  }

  /** As SIGSTOP, and SIGCONT so much later. */
  halt(ms: number): void {
    this.#haltedUntilMs = this.#server.clock.now() + ms;
    void this.#server.clock.sleep(ms).then(() => {
      for (const name of this.#server.takers.keys()) this.#server.deal(name);
      for (const name of this.#server.readers.keys()) this.#server.read(name);
    });
  }

  /** An await: here it may be killed or stopped. */
  async step(): Promise<void> {
    this.#steps += 1;
    if (this.#steps === this.#lastStep) this.kill();
    while (!this.#dead && !this.awake) await this.#server.clock.sleep(this.#haltedUntilMs - this.#server.clock.now());
    if (this.#dead) await NEVER;
  }

  now(): number {
    return this.#server.clock.now();
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await this.#server.clock.sleep(ms, signal);
    await this.step();
  }

  /** One request to the server and its answer. */
  async #ask<T>(act: () => T): Promise<T> {
    await this.step();
    await this.#server.clock.sleep(1 + this.#server.random.below(30));
    if (this.#server.down) {
      await this.step();
      throw new ScattershotError({ reason: 'queue-unreachable', message: 'it is down', nextStep: 'Start it again.' });
    }
    const answer = act();
    await this.step();
    return answer;
  }

  offer(queue: string, jobs: readonly QueuedJob[]): Promise<void> {
    return this.#ask(() => {
      const items = this.#server.queues.get(queue) ?? new Map<string, Item>();
      this.#server.queues.set(queue, items);
      for (const job of jobs) if (!items.has(job.id)) items.set(job.id, { job, lost: 0, takenBy: null, taking: 0 });
      this.#server.deal(queue);
    });
  }

  withdraw(queue: string, ids: readonly string[]): Promise<void> {
    return this.#ask(() => {
      const items = this.#server.queues.get(queue);
      for (const id of ids) if (items?.get(id)?.takenBy === null) items.delete(id);
    });
  }

  take(queue: string, atOnce: number, handle: Taker['handle']): Consumer {
    const taker: Taker = { process: this, atOnce, held: 0, closed: false, handle };
    const takers = this.#server.takers.get(queue) ?? new Set<Taker>();
    this.#server.takers.set(queue, takers.add(taker));
    this.#server.deal(queue);
    return {
      close: async () => {
        taker.closed = true;
        while (taker.held > 0) await this.sleep(50);
        takers.delete(taker);
      },
    };
  }

  send(mailbox: string, messages: readonly string[]): Promise<void> {
    return this.#ask(() => {
      for (const text of messages) void this.#server.post(mailbox, text);
    });
  }

  receive(mailbox: string, handle: (message: string) => Promise<void>): Consumer {
    this.#server.readers.set(mailbox, { process: this, handle });
    this.#server.read(mailbox);
    return {
      close: async () => {
        this.#server.readers.delete(mailbox);
      },
    };
  }

  announce(board: string, { id, text }: BoardNotice): Promise<void> {
    return this.#ask(() => {
      const notices = this.#server.boards.get(board) ?? new Map<string, string>();
      this.#server.boards.set(board, notices.set(id, text));
    });
  }

  retract(board: string, id: string): Promise<void> {
    return this.#ask(() => void this.#server.boards.get(board)?.delete(id));
  }

  notices(board: string): Promise<readonly BoardNotice[]> {
    return this.#ask(() => [...(this.#server.boards.get(board) ?? [])].map(([id, text]) => ({ id, text })));
  }

  remove(name: string): Promise<void> {
    return this.#ask(() => {
      this.#server.queues.delete(name);
      this.#server.mail.delete(name);
    });
  }

  async close(): Promise<void> {}
}
