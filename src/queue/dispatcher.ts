import { messageOf } from '../base/failure.ts';
import { Assignment, type DispatchEnd, type DispatchListener, JobGroup } from './assignment.ts';
import { JobStages } from './job-stages.ts';
import { Mailer } from './mailer.ts';
import { Pieces } from './pieces.ts';
import { Refusals } from './refusals.ts';
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

/**
 * Jobs that lie in the queue for others to take: as many as are being done, but at least and at most so many, and no more payload than
 * that; the rest waits here. Refilled once half of them are taken, so that a request carries many.
 */
const LEAST_QUEUED = 2_000;
const MOST_QUEUED = 20_000;
const MOST_QUEUED_CHARACTERS = 64 * 2 ** 20;
/** A job of which nothing was heard for so long is offered again. */
const UNHEARD_MS = 60_000;
/** An abort waits so long for the queue to hear of it. */
const ABORT_MS = 1_000;
/** Jobs that a message cancels: their ids fit into it. */
const CANCELLED_AT_ONCE = 5_000;
/** That results are kept is said so long apart, of many together: a worker needs it only to forget them. */
const ACK_MS = 100;

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
  readonly #jobs = new JobStages();
  readonly #groups = new Set<JobGroup>();
  readonly #refusals = new Refusals();
  readonly #mailer: Mailer;
  readonly #mail: Consumer;
  readonly #closed = new AbortController();
  readonly #renewals: Promise<void>;
  #troubled = false;
  #offering = false;
  #lastTickMs: number;

  /** @param wallMs the time that other hosts have too, in milliseconds since 1970 */
  constructor(transport: Transport, clock: Clock, notice: Omit<StudyNotice, 'atMs'>, wallMs: () => number = Date.now) {
    this.#transport = transport;
    this.#mailer = new Mailer(transport, clock);
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
    const group = new JobGroup(listener, jobs.length);
    this.#groups.add(group);
    this.#refusals.tell(listener);
    for (const job of jobs) this.#jobs.add(new Assignment(job, group));
    let abort = () => {};
    const aborted = new Promise<void>((resolve) => {
      abort = resolve;
    });
    signal?.addEventListener('abort', abort);
    try {
      void this.#offer();
      await Promise.race([aborted, group.ended]);
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#groups.delete(group);
      await this.#withdraw(this.#remove(jobs, group));
    }
  }

  /** @returns those of them that have not ended */
  #remove(jobs: readonly QueuedJob[], group: JobGroup): Assignment[] {
    const unended: Assignment[] = [];
    for (const { id } of jobs) {
      const assignment = this.#jobs.get(id);
      if (assignment?.group !== group) continue;
      if (!assignment.hasEnded) unended.push(assignment);
      this.#jobs.remove(assignment);
    }
    return unended;
  }

  /** Leaves: its notice, queue and mailbox are removed where the queue answers. */
  async close(): Promise<void> {
    this.#closed.abort();
    const { token } = this.#notice;
    const leave = async () => {
      // Else one under way would put the notice there again.
      await this.#renewals;
      await this.#mailer.flush();
      await this.#transport.retract(STUDIES, token);
      await this.#transport.remove(queueOf(token));
      await this.#mail.close();
      await this.#transport.remove(studyMailbox(token));
    };
    await Promise.race([leave().catch(() => {}), this.#clock.sleep(ABORT_MS)]);
  }

  async #withdraw(unended: readonly Assignment[]): Promise<void> {
    const offered = unended.filter(({ stage }) => stage === 'queued' || stage === 'begun').map(({ job }) => job.id);
    const doing = new Map<string, string[]>();
    for (const assignment of unended) {
      for (const { worker } of assignment.runners) {
        const ids = doing.get(worker);
        if (ids === undefined) doing.set(worker, [assignment.job.id]);
        else ids.push(assignment.job.id);
      }
      assignment.abandon();
    }
    if (offered.length === 0 && doing.size === 0) return;
    const tell = async () => {
      for (const [worker, ids] of doing) await this.#cancel(worker, ids);
      await this.#transport.withdraw(queueOf(this.#notice.token), offered);
    };
    await Promise.race([tell().catch(() => {}), this.#clock.sleep(ABORT_MS)]);
  }

  async #cancel(worker: string, ids: readonly string[]): Promise<void> {
    const { token: study } = this.#notice;
    for (let from = 0; from < ids.length; from += CANCELLED_AT_ONCE) {
      await this.#send(worker, { kind: 'cancel', study, jobs: ids.slice(from, from + CANCELLED_AT_ONCE) });
    }
  }

  async #renew(): Promise<void> {
    while (!this.#closed.signal.aborted) {
      try {
        const notice: StudyNotice = { ...this.#notice, atMs: this.#wallMs() };
        await this.#transport.announce(STUDIES, { id: notice.token, text: JSON.stringify(notice) });
        this.#hearSilence();
        this.#troubled = false;
        await this.#offer();
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
    for (const assignment of this.#jobs.offered()) {
      if (assignment.hasEnded) continue;
      if (wasDeaf) assignment.excuseSilence(now);
      const poisoned = assignment.loseSilent(now - UNHEARD_MS);
      this.#jobs.sort(assignment);
      // Who runs the jobs hears of it where it could not be kept.
      if (poisoned !== null) void this.#end(assignment, poisoned).catch(() => {});
    }
  }

  /** Offers what is not on offer, as far as there is room. */
  async #offer(): Promise<void> {
    // Whoever is at it looks again.
    if (this.#offering) return;
    this.#offering = true;
    try {
      for (let next = this.#next(); next.length > 0; next = this.#next()) {
        if (!(await this.#put(next))) return;
      }
    } finally {
      this.#offering = false;
    }
  }

  /** Those to offer now: none while there is enough in the queue. */
  #next(): Assignment[] {
    const most = Math.min(MOST_QUEUED, Math.max(LEAST_QUEUED, this.#jobs.count('begun')));
    const room = most - this.#jobs.count('queued');
    let characters = MOST_QUEUED_CHARACTERS - this.#jobs.queuedCharacters;
    const next: Assignment[] = [];
    if (2 * room < most || 2 * characters < MOST_QUEUED_CHARACTERS) return next;
    for (const assignment of this.#jobs.waiting()) {
      characters -= assignment.job.payload.length;
      if (next.length === room || characters < 0) break;
      next.push(assignment);
    }
    return next;
  }

  /** @returns whether the queue has them */
  async #put(offered: readonly Assignment[]): Promise<boolean> {
    const place = (heardMs: number | null) => {
      for (const assignment of offered) {
        if (assignment.stage === 'begun' || assignment.hasEnded) continue;
        assignment.heardMs = heardMs;
        this.#jobs.sort(assignment);
      }
    };
    place(this.#clock.now());
    try {
      const jobs = offered.map(({ job }) => job);
      await this.#transport.offer(queueOf(this.#notice.token), jobs);
      return true;
    } catch (error) {
      place(null);
      this.#trouble(error);
      return false;
    }
  }

  #trouble(error: unknown): void {
    if (this.#troubled) return;
    this.#troubled = true;
    for (const { trouble } of this.#listeners()) {
      trouble?.(`the queue does not answer; trying on (${messageOf(error)})`);
    }
  }

  #listeners(): Set<DispatchListener> {
    return new Set([...this.#groups].map(({ listener }) => listener));
  }

  async #read(text: string): Promise<void> {
    const message = readToStudy(text);
    if (message === null) return;
    if (message.kind === 'ask' || message.kind === 'piece' || message.kind === 'lacks') {
      return this.pieces.handle(message);
    }
    if (message.kind === 'refused') {
      this.#refusals.add(message, this.#listeners());
    } else if (message.kind === 'pulse') {
      for (const { job, run } of message.doing) this.#hear(job, run, message);
      const listeners = new Set(message.doing.map(({ job }) => this.#jobs.get(job)?.listener));
      for (const listener of listeners) listener?.pulse?.(message);
    } else this.#hearOf(message);
  }

  #hearOf(message: Exclude<ToStudy, { kind: 'ask' | 'piece' | 'lacks' | 'refused' | 'pulse' }>): void {
    const assignment = this.#jobs.get(message.job);
    if (message.kind === 'begun') this.#hear(message.job, message.run, message);
    else if (message.kind === 'progress') assignment?.progress(message, this.#clock.now());
    else if (message.kind === 'returned') assignment?.giveBack(message, this.#clock.now());
    else {
      const { failure, body, worker, host, device } = message;
      const end = failure === null ? { body } : { failure };
      // Not waited for: keeping it may need blobs, which come by this same mailbox.
      void this.#finish(assignment, { ...end, by: { worker, host, device } }, message.run);
    }
    if (assignment === undefined) return;
    this.#jobs.sort(assignment);
    void this.#offer();
  }

  /** Only what is kept here is said to be had; what has ended already, or is nobody's, is as well. */
  async #finish(assignment: Assignment | undefined, end: DispatchEnd, run: string): Promise<void> {
    try {
      if (assignment !== undefined) await this.#end(assignment, end, run);
      if (end.by !== null) await this.#send(end.by.worker, { kind: 'ack', runs: [run] }, ACK_MS);
    } catch {
      // Not kept, or the queue does not answer: its worker tells it again. Who runs the jobs hears of the first by `run`.
    }
  }

  #hear(job: string, run: string, { worker, host, device }: { worker: string; host: string; device: string }): void {
    const assignment = this.#jobs.get(job);
    this.#refusals.forget(worker);
    if (assignment === undefined || assignment.hasEnded) return;
    assignment.hear(run, { worker, host, device }, this.#clock.now());
    this.#jobs.sort(assignment);
  }

  /** Rejects where the caller could not keep it. */
  async #end(assignment: Assignment, end: DispatchEnd, run?: string): Promise<void> {
    const over = assignment.end(end, run);
    this.#jobs.sort(assignment);
    if (await over) this.#jobs.remove(assignment);
    else this.#jobs.sort(assignment);
    void this.#offer();
  }

  #send(worker: string, message: object, apartMs = 0): Promise<void> {
    return this.#mailer.send(workerMailbox(worker), message, apartMs);
  }
}
