import { type Clock, MOST_MESSAGE_CHARACTERS, type Transport } from './transport.ts';

/** Messages that wait for the request that takes them. */
interface Outgoing {
  readonly texts: string[];
  /** when it has to go at the latest */
  dueMs: number;
  /** aborted when it has to go earlier */
  hurry: AbortController;
  sent: Promise<void>;
}

interface LastRequest {
  readonly leftMs: number;
  /** how long the server took; 0 until that is known */
  readonly tookMs: number;
}

/** What may wait leaves a server so many times a request's own time for other work, */
const SPARED = 20;
/** and waits for that no longer than so. */
const MOST_SPARED_MS = 1_000;

/**
 * Sends one party's messages. What is sent to a mailbox while a request for it is under way, or while what is there may wait, goes with
 * it, all in one: many small messages cost little more than one.
 */
export class Mailer {
  readonly #transport: Transport;
  readonly #clock: Clock;
  /** by mailbox: what waits, and the request under way */
  readonly #outgoing = new Map<string, Outgoing>();
  readonly #busy = new Map<string, Promise<void>>();
  readonly #last = new Map<string, LastRequest>();

  constructor(transport: Transport, clock: Clock) {
    this.#transport = transport;
    this.#clock = clock;
  }

  /**
   * Resolves when the server has it.
   * @param message an object is told as JSON
   * @param apartMs above 0 it may wait for others until so long after the last request, or longer where the server is slow, a second
   *   at most: the first of a while goes at once
   * @throws as `Transport.send` does, for all that were in the same request
   */
  send(mailbox: string, message: object | string, apartMs = 0): Promise<void> {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    // Refused, and not to take others with it.
    if (text.length > MOST_MESSAGE_CHARACTERS) return this.#transport.send(mailbox, [text]);
    const dueMs = this.#dueMs(mailbox, apartMs);
    const waiting = this.#outgoing.get(mailbox);
    if (waiting === undefined) return this.#open(mailbox, text, dueMs).sent;
    waiting.texts.push(text);
    if (dueMs < waiting.dueMs) {
      waiting.dueMs = dueMs;
      waiting.hurry.abort();
    }
    return waiting.sent;
  }

  #dueMs(mailbox: string, apartMs: number): number {
    const last = this.#last.get(mailbox);
    if (last === undefined || apartMs <= 0) return Number.NEGATIVE_INFINITY;
    return last.leftMs + Math.max(apartMs, Math.min(MOST_SPARED_MS, SPARED * last.tookMs));
  }

  /** Resolves when all that was sent until now is with the server, or was refused. */
  async flush(): Promise<void> {
    for (const outgoing of this.#outgoing.values()) {
      outgoing.dueMs = 0;
      outgoing.hurry.abort();
    }
    const sent = [...this.#outgoing.values()].map((outgoing) => outgoing.sent);
    await Promise.allSettled([...sent, ...this.#busy.values()]);
  }

  #open(mailbox: string, text: string, dueMs: number): Outgoing {
    const outgoing: Outgoing = { texts: [text], dueMs, hurry: new AbortController(), sent: Promise.resolve() };
    this.#outgoing.set(mailbox, outgoing);
    outgoing.sent = this.#depart(mailbox, outgoing);
    return outgoing;
  }

  async #depart(mailbox: string, outgoing: Outgoing): Promise<void> {
    await this.#busy.get(mailbox)?.catch(() => {});
    while (this.#clock.now() < outgoing.dueMs) {
      await this.#clock.sleep(outgoing.dueMs - this.#clock.now(), outgoing.hurry.signal);
      if (outgoing.hurry.signal.aborted) outgoing.hurry = new AbortController();
    }
    this.#outgoing.delete(mailbox);
    const leftMs = this.#clock.now();
    const before = this.#last.get(mailbox);
    this.#last.set(mailbox, { leftMs, tookMs: before?.tookMs ?? 0 });
    const request = this.#transport.send(mailbox, outgoing.texts);
    this.#busy.set(mailbox, request);
    try {
      await request;
    } finally {
      this.#last.set(mailbox, { leftMs, tookMs: this.#clock.now() - leftMs });
      this.#busy.delete(mailbox);
    }
  }
}
