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
  /** by mailbox: when the last request for it left */
  readonly #leftMs = new Map<string, number>();

  constructor(transport: Transport, clock: Clock) {
    this.#transport = transport;
    this.#clock = clock;
  }

  /**
   * Resolves when the server has it.
   * @param message an object is told as JSON
   * @param apartMs it may wait for others until so long after the last request: the first of a while goes at once
   * @throws as `Transport.send` does, for all that were in the same request
   */
  send(mailbox: string, message: object | string, apartMs = 0): Promise<void> {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    // Refused, and not to take others with it.
    if (text.length > MOST_MESSAGE_CHARACTERS) return this.#transport.send(mailbox, [text]);
    const dueMs = (this.#leftMs.get(mailbox) ?? Number.NEGATIVE_INFINITY) + apartMs;
    const waiting = this.#outgoing.get(mailbox);
    if (waiting === undefined) return this.#open(mailbox, text, dueMs).sent;
    waiting.texts.push(text);
    if (dueMs < waiting.dueMs) {
      waiting.dueMs = dueMs;
      waiting.hurry.abort();
    }
    return waiting.sent;
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
    this.#leftMs.set(mailbox, this.#clock.now());
    const request = this.#transport.send(mailbox, outgoing.texts);
    this.#busy.set(mailbox, request);
    try {
      await request;
    } finally {
      this.#busy.delete(mailbox);
    }
  }
}
