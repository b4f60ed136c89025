import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { JobsOptions, Queue } from 'bullmq';
import { z } from 'zod';
import { BullmqConsumer, type Handle, NEVER } from './bullmq-consumer.ts';
import { answered, connectTo, type QueueConnection, queueError } from './connect.ts';
import { checkAtOnce, checkId, checkMessages, checkName, checkNotice, checkQueuedJobs } from './limits.ts';
import { readQueueUrl } from './queue-url.ts';
import {
  type BoardNotice,
  type Consumer,
  LEASE_MS,
  MOST_MESSAGE_CHARACTERS,
  type QueuedJob,
  type TakenJob,
  type TakenOutcome,
  type Transport,
} from './transport.ts';

export interface BullmqTransportOptions {
  readonly leaseMs?: number;
  /** told once each time the server does not answer any more; consumers go on trying */
  readonly onTrouble?: (sentence: string) => void;
}

type Bullmq = typeof import('bullmq');

/** Jobs or messages in one request; the server does nothing else meanwhile. */
const MOST_IN_BULK = 500;
/** How often a message is given to its reader whose handling of it fails. */
const MOST_TRIES = 3;
const MESSAGES_AT_ONCE = 32;
const CONNECTED_LOOK_MS = 100;
/** Jobs that are withdrawn at a time. */
const WITHDRAWN_AT_ONCE = 100;

// Ended jobs are of no use to anybody; kept, they would fill the server.
const kept: JobsOptions = { removeOnComplete: true, removeOnFail: true };

// BullMQ takes no id that is a whole number.
const idOf = (id: string) => `j-${id}`;
const shortId = (id: string) => id.slice(2);

/** Messages in bunches of what a request may hold, each a JSON array of texts. */
function bunches(messages: readonly string[]): string[] {
  const all: string[][] = [];
  let characters = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    characters += message.length;
    if (characters <= MOST_MESSAGE_CHARACTERS) all[all.length - 1].push(message);
    else {
      all.push([message]);
      characters = message.length;
    }
  }
  return all.map((bunch) => JSON.stringify(bunch));
}

// Escaped, a character may become six.
const bunchOf = z.string().max(6 * MOST_MESSAGE_CHARACTERS + 1000);
const messageTexts = z.array(z.string().max(MOST_MESSAGE_CHARACTERS));

/** The messages of a bunch, none of what is no bunch. */
function messagesOf(data: unknown): readonly string[] {
  const text = bunchOf.safeParse(data);
  if (!text.success) return [];
  try {
    return messageTexts.parse(JSON.parse(text.data));
  } catch {
    return [];
  }
}

/** Entries in requests of a size that does not hold up the server. */
function* requests<T extends { readonly data: string }>(entries: readonly T[]): Generator<T[]> {
  let request: T[] = [];
  let characters = 0;
  for (const entry of entries) {
    if (request.length === MOST_IN_BULK || (request.length > 0 && characters + entry.data.length > 8 * 2 ** 20)) {
      yield request;
      request = [];
      characters = 0;
    }
    request.push(entry);
    characters += entry.data.length;
  }
  if (request.length > 0) yield request;
}

/** `Transport` over BullMQ, on Redis or PostgreSQL. */
export class BullmqTransport implements Transport {
  readonly #bullmq: Bullmq;
  readonly #connection: QueueConnection;
  readonly #leaseMs: number;
  readonly #onTrouble: (sentence: string) => void;
  readonly #queues = new Map<string, Queue<string>>();
  readonly #consumers = new Set<BullmqConsumer>();
  #troubled = false;

  constructor(bullmq: Bullmq, connection: QueueConnection, options: BullmqTransportOptions) {
    this.#bullmq = bullmq;
    this.#connection = connection;
    this.#leaseMs = options.leaseMs ?? LEASE_MS;
    this.#onTrouble = options.onTrouble ?? (() => {});
  }

  async offer(queue: string, jobs: readonly QueuedJob[]): Promise<void> {
    checkQueuedJobs(queue, jobs);
    const options = { ...kept, attempts: NEVER };
    await this.#keepEventsFew(queue);
    const entries = jobs.map(({ id, payload }) => ({ data: payload, opts: { ...options, jobId: idOf(id) } }));
    await this.#add(queue, entries);
  }

  async withdraw(queue: string, ids: readonly string[]): Promise<void> {
    checkName(queue);
    for (const id of ids) checkId(id);
    // One that is taken has a lock, and stays.
    for (let from = 0; from < ids.length; from += WITHDRAWN_AT_ONCE) {
      const some = ids.slice(from, from + WITHDRAWN_AT_ONCE);
      await this.#answer(() => Promise.all(some.map((id) => this.#queue(queue).remove(idOf(id)))));
    }
  }

  take(queue: string, atOnce: number, handle: (job: TakenJob) => Promise<TakenOutcome>): Consumer {
    checkName(queue);
    checkAtOnce(atOnce);
    return this.#consume(queue, atOnce, async (job, token) => {
      // Nobody offers such a job; whoever could put it there is not to fill our memory.
      if (typeof job.data !== 'string' || job.data.length > MOST_MESSAGE_CHARACTERS) return;
      const lostBefore = job.stalledCounter + job.attemptsMade;
      const outcome = await handle({ id: shortId(job.id ?? ''), payload: job.data, lostBefore });
      if (outcome === 'done') return;
      await this.#answer(() => job.moveToWait(token));
      throw new this.#bullmq.WaitingError();
    });
  }

  async send(mailbox: string, messages: readonly string[]): Promise<void> {
    checkMessages(mailbox, messages);
    const entries = bunches(messages).map((data) => ({
      data,
      opts: { ...kept, attempts: MOST_TRIES, jobId: `m-${randomUUID()}` },
    }));
    await this.#add(mailbox, entries);
  }

  receive(mailbox: string, handle: (message: string) => Promise<void>): Consumer {
    checkName(mailbox);
    return this.#consume(mailbox, MESSAGES_AT_ONCE, async (job) => {
      const failed: string[] = [];
      const one = (message: string) => handle(message).catch(() => void failed.push(message));
      await Promise.all(messagesOf(job.data).map(one));
      if (failed.length === 0) return;
      await this.#answer(() => job.updateData(JSON.stringify(failed)));
      throw new Error(`${failed.length} messages were not handled`);
    });
  }

  async announce(board: string, { id, text }: BoardNotice): Promise<void> {
    checkNotice(board, { id, text });
    const queue = this.#queue(`board-${board}`);
    const put = async () => {
      const job = await queue.add('notice', text, { ...kept, jobId: idOf(id) });
      // One that was there has been left as it was.
      await job.updateData(text);
    };
    await this.#answer(put);
  }

  async retract(board: string, id: string): Promise<void> {
    checkName(board);
    checkId(id);
    await this.#answer(() => this.#queue(`board-${board}`).remove(idOf(id)));
  }

  async notices(board: string): Promise<readonly BoardNotice[]> {
    checkName(board);
    const jobs = await this.#answer(() => this.#queue(`board-${board}`).getJobs(['wait']));
    return jobs.map(({ id, data }) => ({ id: shortId(id ?? ''), text: data }));
  }

  async remove(name: string): Promise<void> {
    checkName(name);
    await this.#answer(() => this.#queue(name).obliterate({ force: true }));
    this.#queues.delete(name);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.close()));
    await this.#end();
  }

  /** As if this process ended now: what it has taken is another's after a lease, whatever its handlers come to. */
  async abandon(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.abandon()));
    await this.#end();
  }

  async #end(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close().catch(() => {})));
    await this.#connection.close();
  }

  /** A server that forgot everything would keep ten thousand events of each queue. */
  async #keepEventsFew(name: string): Promise<void> {
    const queue = this.#queue(name);
    await this.#answer(() => queue.getBackend().setQueueMeta(queue.metaValues));
  }

  async #add(name: string, entries: readonly { data: string; opts: JobsOptions }[]): Promise<void> {
    const queue = this.#queue(name);
    for (const request of requests(entries)) {
      await this.#answer(() => queue.addBulk(request.map((entry) => ({ name: 'job', ...entry }))));
    }
  }

  /** Asks once the server is connected to. A client keeps what it is asked meanwhile, for as long as the server is away. */
  async #answer<T>(ask: () => Promise<T>): Promise<T> {
    let given = true;
    const whenUp = async () => {
      while (!this.#connection.isUp()) {
        await setTimeout(CONNECTED_LOOK_MS);
        if (!given) throw new Error('nobody waits for it any more');
      }
      return ask();
    };
    try {
      const value = await answered(whenUp(), this.#connection.shown);
      this.#troubled = false;
      return value;
    } finally {
      given = false;
    }
  }

  #trouble(error: Error): void {
    // A lock that was lost is told by another's taking of the job.
    if (this.#troubled || /lock|missing key/i.test(error.message)) return;
    this.#troubled = true;
    this.#onTrouble(queueError(error, this.#connection.shown).message);
  }

  #queue(name: string): Queue<string> {
    const known = this.#queues.get(name);
    if (known !== undefined) return known;
    const queue = new this.#bullmq.Queue(
      `scattershot-${name}`,
      // Nobody reads BullMQ's stream of events.
      { connection: this.#connection.client as never, streams: { events: { maxLen: 100 } } },
      this.#connection.backend as never,
    ) as unknown as Queue<string>;
    queue.on('error', (error) => this.#trouble(error));
    this.#queues.set(name, queue);
    return queue;
  }

  #consume(name: string, atOnce: number, handle: Handle): Consumer {
    const consumer = new BullmqConsumer(this.#bullmq, this.#connection, {
      name: `scattershot-${name}`,
      atOnce,
      leaseMs: this.#leaseMs,
      handle: async (job, token) => {
        this.#troubled = false;
        await handle(job, token);
      },
      onError: (error) => this.#trouble(error),
    });
    this.#consumers.add(consumer);
    return {
      close: async () => {
        await consumer.close();
        this.#consumers.delete(consumer);
      },
    };
  }
}

/**
 * Connects to the queue of a URL (`readQueueUrl`). The packages for it are loaded only here.
 * @throws RangeError for a wrong URL; ScattershotError 'queue-unreachable', 'queue-refused'
 */
export async function connectQueue(url: string, options: BullmqTransportOptions = {}): Promise<BullmqTransport> {
  const where = readQueueUrl(url);
  const bullmq = await import('bullmq');
  return new BullmqTransport(bullmq, await connectTo(where), options);
}
