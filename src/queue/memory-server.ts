import { ScattershotError } from '../base/failure.ts';
import { QueueLine } from './memory-line.ts';
import { type Clock, LEASE_MS } from './transport.ts';

/**
 * A queue server that lives in this process: what `MemoryTransport`s connect to. It can be stopped and can forget, as a real one.
 */
export class MemoryServer {
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly #lines = new Map<string, QueueLine>();
  readonly #boards = new Map<string, Map<string, string>>();
  #running: Promise<void> | null = null;
  #start = () => {};
  #messages = 0;

  constructor(clock: Clock, leaseMs = LEASE_MS) {
    this.clock = clock;
    this.leaseMs = leaseMs;
  }

  get stopped(): boolean {
    return this.#running !== null;
  }

  /** Answers nobody until `start`. What lies in it stays. */
  stop(): void {
    this.#running ??= new Promise((resolve) => {
      this.#start = resolve;
    });
  }

  start(): void {
    this.#running = null;
    this.#start();
    for (const line of this.#lines.values()) line.deal();
  }

  /** Resolves when it answers. */
  async running(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  /** Forgets all: waiting, taken, and boards. Who listens goes on listening. */
  forget(): void {
    for (const line of this.#lines.values()) line.clear();
    this.#boards.clear();
  }

  /** An id no other message has. */
  nextMessage(): string {
    this.#messages += 1;
    return `${this.#messages}`;
  }

  line(name: string): QueueLine {
    const line = this.#lines.get(name) ?? new QueueLine();
    this.#lines.set(name, line);
    return line;
  }

  /** Gives out what waits there. */
  deal(name: string): void {
    const line = this.line(name);
    if (!this.stopped) line.deal();
    if (line.empty) this.#lines.delete(name);
  }

  board(name: string): Map<string, string> {
    const board = this.#boards.get(name) ?? new Map<string, string>();
    this.#boards.set(name, board);
    return board;
  }

  /** @throws ScattershotError 'queue-unreachable' while it is stopped */
  answer(): void {
    if (!this.stopped) return;
    throw new ScattershotError({
      reason: 'queue-unreachable',
      message: 'the queue in memory is stopped',
      nextStep: 'Start it again.',
    });
  }
}
