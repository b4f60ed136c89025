import { messageOf } from '../base/failure.ts';
import { Assignment, type DispatchEnd, type DispatchListener } from './assignment.ts';
import { Pieces } from './pieces.ts';
import type { Clock, Consumer, QueuedJob, Transport } from './transport.ts';
import {
  queueOf,
  RENEWAL_MS,
  readToStudy,
  STUDIES,
  type StudyNotice,
  studyMailbox,
  type ToStudy,
  workerMailbox,
} from './wire.ts';

/** Jobs that lie in the queue or are being done; the rest waits here. */
const MOST_OFFERED = 1000;
/** A job of which nothing was heard for so long is offered again. */
const UNHEARD_MS = 60_000;
/** An abort waits so long for the queue to hear of it. */
const ABORT_MS = 1_000;

/**
 * A study's side of a queue: offers its jobs, and offers again what was lost, until each has ended. Jobs and what became of them are
 * the caller's to keep; the queue may forget anything at any time. Every job ends once, whatever comes twice.
 */
export class Dispatcher {
  readonly pieces: Pieces;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #notice: Omit<StudyNotice, 'atMs'>;
  readonly #wallMs: () => number;
  readonly #assignments = new Map<string, Assignment>();
  readonly #mail: Consumer;
  readonly #closed = new AbortController();
  readonly #renewals: Promise<void>;
  #troubled = false;
  #lastTickMs: number;

  /** @param wallMs the time that other hosts have too, in milliseconds since 1970 */
  constructor(transport: Transport, clock: Clock, notice: Omit<StudyNotice, 'atMs'>, wallMs: () => number = Date.now) {
    this.#transport = transport;
    this.#clock = clock;
    this.#notice = notice;
    this.#wallMs = wallMs;
    this.#lastTickMs = clock.now();
    const mailbox = studyMailbox(notice.token);
    this.pieces = new Pieces(transport, clock, mailbox);
    this.#mail = transport.receive(mailbox, (text) => this.#read(text));
    this.#renewals = this.#renew();
  }

  /**
   * Resolves when all have ended and `listener.ended` of each has resolved; within a second where `signal` is aborted: those that have
   * not ended then are nobody's any more. Rejects with what `listener.ended` rejected with.
   * @param jobs ids that this dispatcher has not now
   */
  async run(jobs: readonly QueuedJob[], listener: DispatchListener, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return;
    const mine = jobs.map((job) => new Assignment(job, listener));
    for (const assignment of mine) this.#assignments.set(assignment.job.id, assignment);
    let abort = () => {};
    const aborted = new Promise<void>((resolve) => {
      abort = resolve;
    });
    signal?.addEventListener('abort', abort);
    try {
      void this.#offer();
      await Promise.race([aborted, Promise.all(mine.map(({ ended }) => ended))]);
    } finally {
      signal?.removeEventListener('abort', abort);
      await this.#withdraw(mine.filter(({ hasEnded }) => !hasEnded));
      for (const { job } of mine) this.#assignments.delete(job.id);
    }
  }

  /** Leaves: its notice, queue and mailbox are removed where the queue answers. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#renewals;
    const { token } = this.#notice;
    const leave = async () => {
      await this.#transport.retract(STUDIES, token);
      await this.#transport.remove(queueOf(token));
      await this.#mail.close();
      await this.#transport.remove(studyMailbox(token));
    };
    await Promise.race([leave().catch(() => {}), this.#clock.sleep(ABORT_MS)]);
  }

  async #withdraw(unended: readonly Assignment[]): Promise<void> {
    if (unended.length === 0) return;
    const ids = unended.map(({ job }) => job.id);
    for (const assignment of unended) assignment.abandon();
    const workers = new Set(unended.flatMap(({ runners }) => runners.map(({ worker }) => worker)));
    const tell = async () => {
      await this.#transport.withdraw(queueOf(this.#notice.token), ids);
      for (const worker of workers) await this.#send(worker, { kind: 'cancel', jobs: ids.slice(0, 10_000) });
    };
    await Promise.race([tell().catch(() => {}), this.#clock.sleep(ABORT_MS)]);
  }

  async #renew(): Promise<void> {
    while (!this.#closed.signal.aborted) {
      try {
        const notice: StudyNotice = { ...this.#notice, atMs: this.#wallMs() };
        await this.#transport.announce(STUDIES, { id: notice.token, text: JSON.stringify(notice) });
        this.#hearSilence();
        await this.#offer();
        this.#troubled = false;
      } catch (error) {
        this.#trouble(error);
      }
      await this.#clock.sleep(RENEWAL_MS, this.#closed.signal);
    }
  }

  /** Silence counts only while this process runs and the queue answers: else all workers would be lost at once. */
  #hearSilence(): void {
    const now = this.#clock.now();
    const wasDeaf = this.#troubled || now - this.#lastTickMs > 3 * RENEWAL_MS;
    this.#lastTickMs = now;
    for (const assignment of this.#assignments.values()) {
      if (assignment.hasEnded) continue;
      if (wasDeaf) assignment.excuseSilence(now);
      const poisoned = assignment.loseSilent(now - UNHEARD_MS);
      // Who runs the jobs hears of it where it could not be kept.
      if (poisoned !== null) void this.#end(assignment, poisoned).catch(() => {});
    }
  }

  /** Offers what is not on offer, as far as there is room. */
  async #offer(): Promise<void> {
    const open = [...this.#assignments.values()].filter(({ hasEnded }) => !hasEnded);
    const room = MOST_OFFERED - open.filter(({ heardMs }) => heardMs !== null).length;
    const offered = open.filter(({ heardMs }) => heardMs === null).slice(0, Math.max(0, room));
    if (offered.length === 0) return;
    for (const assignment of offered) assignment.heardMs = this.#clock.now();
    try {
      const jobs = offered.map(({ job }) => job);
      await this.#transport.offer(queueOf(this.#notice.token), jobs);
    } catch (error) {
      for (const assignment of offered) assignment.heardMs = null;
      this.#trouble(error);
    }
  }

  #trouble(error: unknown): void {
    if (this.#troubled) return;
    this.#troubled = true;
    const listeners = new Set([...this.#assignments.values()].map(({ listener }) => listener));
    for (const { trouble } of listeners) trouble?.(`the queue does not answer; trying on (${messageOf(error)})`);
  }

  async #read(text: string): Promise<void> {
    const message = readToStudy(text);
    if (message === null) return;
    if (message.kind === 'ask' || message.kind === 'piece' || message.kind === 'lacks') {
      return this.pieces.handle(message);
    }
    if (message.kind === 'refused') {
      const listeners = new Set([...this.#assignments.values()].map(({ listener }) => listener));
      for (const { refused } of listeners) refused?.(message);
    } else if (message.kind === 'pulse') {
      for (const { job, run } of message.doing) this.#hear(job, run, message);
      for (const { listener } of new Set(message.doing.flatMap(({ job }) => this.#assignments.get(job) ?? []))) {
        listener.pulse?.(message);
      }
    } else this.#hearOf(message);
  }

  #hearOf(message: Exclude<ToStudy, { kind: 'ask' | 'piece' | 'lacks' | 'refused' | 'pulse' }>): void {
    const assignment = this.#assignments.get(message.job);
    if (message.kind === 'begun') this.#hear(message.job, message.run, message);
    else if (message.kind === 'progress') assignment?.progress(message, this.#clock.now());
    else if (message.kind === 'returned') assignment?.giveBack(message, this.#clock.now());
    else {
      const { failure, body, worker, host, device } = message;
      const end = failure === null ? { body } : { failure };
      // Not waited for: keeping it may need blobs, which come by this same mailbox.
      void this.#finish(assignment, { ...end, by: { worker, host, device } }, message.run);
    }
  }

  /** Only what is kept here is said to be had; what has ended already, or is nobody's, is as well. */
  async #finish(assignment: Assignment | undefined, end: DispatchEnd, run: string): Promise<void> {
    try {
      if (assignment !== undefined) await this.#end(assignment, end, run);
      if (end.by !== null) await this.#send(end.by.worker, { kind: 'ack', runs: [run] });
    } catch {
      // Not kept, or the queue does not answer: its worker tells it again. Who runs the jobs hears of the first by `run`.
    }
  }

  #hear(job: string, run: string, { worker, host, device }: { worker: string; host: string; device: string }): void {
    const assignment = this.#assignments.get(job);
    if (assignment === undefined || assignment.hasEnded) return;
    assignment.hear(run, { worker, host, device }, this.#clock.now());
  }

  /** Rejects where the caller could not keep it. */
  async #end(assignment: Assignment, end: DispatchEnd, run?: string): Promise<void> {
    const first = !assignment.hasEnded;
    await assignment.end(end, run);
    if (first) void this.#offer();
  }

  async #send(worker: string, message: object): Promise<void> {
    await this.#transport.send(workerMailbox(worker), [JSON.stringify(message)]);
  }
}
