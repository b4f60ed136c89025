import { randomBytes } from 'node:crypto';
import { failure, messageOf } from '../base/failure.ts';
import type { Executor, ExecutorSession } from './executor.ts';
import { Gatherer } from './gatherer.ts';
import { KeptResults } from './kept-results.ts';
import { Mailer } from './mailer.ts';
import type { Pieces } from './pieces.ts';
import {
  type Clock,
  type Consumer,
  MOST_MESSAGE_CHARACTERS,
  type TakenJob,
  type TakenOutcome,
  type Transport,
} from './transport.ts';
import { type JobFailure, queueOf, readPayload, type StudyNotice, studyMailbox } from './wire.ts';

/** What a study that vanished had done for it is cancelled after so long; */
const GONE_MS = 60_000;
/** results for it are kept so long. */
const FORGOTTEN_MS = 600_000;
/** A study that could not be joined is tried again after so long, */
const OPEN_AGAIN_MS = 60_000;
/** unless it is for this: then one of the two would have to be started anew. */
const LASTING = new Set(['other-version', 'other-revision', 'other-code', 'other-trainer', 'other-engine']);
/** A study that is just being joined is waited for so long by who leaves it. */
const OPENING_MS = 10_000;
/**
 * A job that so many lost, as the queue's server counts, is not begun. Its study ends one after fewer, by its own count: to the server
 * workers are lost whenever they do not reach it for a while.
 */
const MOST_LOST_BEFORE = 12;
/** The beginnings and ends of jobs are told so long apart, those of many together. */
const TELL_MS = 50;
/** What is told at last is waited for so long. */
const LAST_WORDS_MS = 1_000;
/** Runs that a pulse names: they fit into a message. */
const RUNS_IN_A_PULSE = 4_000;
/** Why a job's signal is aborted that its study does not want any more; any other is given back. */
export const UNWANTED = 'unwanted';

interface WorkerRun {
  readonly token: string;
  readonly job: string;
  readonly stop: AbortController;
  readonly blobs: string[];
  outcome: Promise<TakenOutcome>;
  progress: number;
}

interface LinkTools {
  readonly pieces: Pieces;
  readonly me: { readonly id: string; readonly host: string; readonly device: string };
  readonly finished: () => void;
  /** a new run's token */
  readonly random?: () => string;
}

/** What a worker does for one study. */
export class StudyLink {
  readonly study: StudyNotice;
  /** when its notice was last on the board; later by the time in which nobody could look */
  seenMs: number;
  readonly #transport: Transport;
  readonly #mailer: Mailer;
  readonly #clock: Clock;
  readonly #tools: LinkTools;
  readonly #origin = `${randomBytes(8).toString('hex')}z`;
  #tokens = 0;
  /** by job: there is one run of a job here */
  readonly #runs = new Map<string, WorkerRun>();
  readonly #kept: KeptResults;
  /** aborted once it is let go of */
  #gone = new AbortController();
  #closing: Promise<void> | null = null;
  #isClosed = false;
  #opening: Promise<void> = Promise.resolve();
  #openAgainMs = Number.POSITIVE_INFINITY;
  #draining = false;
  #comesBack = false;
  #session: ExecutorSession | null = null;
  #consumer: Consumer | null = null;

  constructor(transport: Transport, clock: Clock, study: StudyNotice, tools: LinkTools) {
    this.#transport = transport;
    this.#mailer = new Mailer(transport, clock);
    this.#clock = clock;
    this.study = study;
    this.#tools = tools;
    this.#kept = new KeptResults(tools.pieces);
    this.seenMs = clock.now();
  }

  get isOpen(): boolean {
    return this.#session !== null;
  }

  /** that it does now */
  get jobs(): number {
    return this.#runs.size;
  }

  /** of what it trains; null where nothing is known of that */
  get samplesPerSecond(): number | null {
    return this.#session?.samplesPerSecond?.() ?? null;
  }

  /** its study has not said to have all results */
  get owes(): boolean {
    return this.#kept.count > 0;
  }

  get #me() {
    const { id, host, device } = this.#tools.me;
    return { worker: id, host, device };
  }

  /** Takes the study's jobs, or tells it why not. */
  open(executor: Executor): Promise<void> {
    this.#openAgainMs = Number.POSITIVE_INFINITY;
    this.#opening = this.#open(executor);
    return this.#opening;
  }

  async #open(executor: Executor): Promise<void> {
    const { signal } = this.#gone;
    const pull: Parameters<Executor['open']>[1]['pull'] = (reference) => this.#pull(reference, signal);
    const opened = await executor
      .open(this.study, { pull, signal })
      .catch((error: unknown) => failure('worker-failed', messageOf(error), 'Look at that machine.'));
    if (signal.aborted || this.#draining) return opened.ok ? opened.value.close().catch(() => {}) : undefined;
    if (!opened.ok) {
      if (!LASTING.has(opened.reason)) this.#openAgainMs = this.#clock.now() + OPEN_AGAIN_MS;
      return this.#send({ kind: 'refused', ...this.#me, why: opened.message });
    }
    const session = opened.value;
    this.#session = session;
    const gatherer = new Gatherer(session, this.#clock);
    this.#consumer = this.#transport.take(queueOf(this.study.token), session.atOnce, (job) =>
      this.#take(job, gatherer),
    );
  }

  /** Pulses, and results that were not acknowledged. */
  async tell(): Promise<void> {
    const now = this.#clock.now();
    const doing = [...this.#runs.values()].map(({ job, token }) => ({ job, run: token }));
    const body = { samplesPerSecond: this.samplesPerSecond };
    for (let from = 0; from < doing.length; from += RUNS_IN_A_PULSE) {
      await this.#send({ kind: 'pulse', doing: doing.slice(from, from + RUNS_IN_A_PULSE), ...this.#me, body });
    }
    // What nobody reads would fill the queue; it is told once the study is there again.
    if (now - this.seenMs > GONE_MS) return;
    for (const text of this.#kept.due(now)) await this.#send(text);
  }

  /** The study has these runs' results. */
  forget(runs: readonly string[]): void {
    this.#kept.forget(runs);
  }

  /** Nobody wants them any more. */
  cancel(jobs: readonly string[]): void {
    for (const job of jobs) this.#runs.get(job)?.stop.abort(UNWANTED);
  }

  /** Somebody else shall do them. */
  #giveBack(): void {
    for (const { stop } of this.#runs.values()) stop.abort();
  }

  /** Lets go of a study that is not on the board any more. @returns whether nothing is left of it here */
  async leaveIfGone(nowMs: number): Promise<boolean> {
    const goneMs = nowMs - this.seenMs;
    if (goneMs > GONE_MS && !this.#gone.signal.aborted) void this.close();
    if (goneMs > FORGOTTEN_MS) this.#kept.forget();
    return this.#isClosed && !this.#comesBack && this.#runs.size === 0 && !this.owes;
  }

  /** Takes no more; resolves when what it does is done, or given back once `stop` is aborted. */
  async drain(stop: AbortSignal): Promise<void> {
    this.#draining = true;
    const abort = () => this.#giveBack();
    stop.addEventListener('abort', abort);
    if (stop.aborted) abort();
    await this.#consumer?.close();
    stop.removeEventListener('abort', abort);
  }

  /** The study is on the board: it is joined again where it was let go of, or could not be joined some time ago. */
  async comeBack(executor: Executor, nowMs: number): Promise<void> {
    this.seenMs = nowMs;
    if (!this.#gone.signal.aborted && nowMs >= this.#openAgainMs) return this.open(executor);
    if (!this.#gone.signal.aborted || this.#comesBack) return;
    this.#comesBack = true;
    await this.#closing;
    this.#comesBack = false;
    this.#gone = new AbortController();
    this.#closing = null;
    this.#isClosed = false;
    await this.open(executor);
  }

  close(): Promise<void> {
    this.#gone.abort();
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#giveBack();
    await this.#consumer?.close();
    await Promise.race([this.#mailer.flush(), this.#clock.sleep(LAST_WORDS_MS)]);
    const session = this.#session;
    this.#session = null;
    this.#consumer = null;
    // A session that cannot be closed is of no more use either.
    await session?.close().catch(() => {});
    const limit = new AbortController();
    await Promise.race([this.#opening, this.#clock.sleep(OPENING_MS, limit.signal)]);
    limit.abort();
    this.#isClosed = true;
  }

  async #take(taken: TakenJob, gatherer: Gatherer): Promise<TakenOutcome> {
    // Taken from us while we still do it, and given to us again.
    const same = this.#runs.get(taken.id);
    if (same !== undefined && same.stop.signal.reason !== UNWANTED) return same.outcome;
    // One that was cancelled, and is wanted again before it has ended.
    if (same !== undefined) {
      await same.outcome;
      return this.#take(taken, gatherer);
    }
    const token = this.#tools.random?.() ?? this.#nextToken();
    const stop = new AbortController();
    const run: WorkerRun = { token, job: taken.id, stop, blobs: [], outcome: Promise.resolve('done'), progress: 0 };
    this.#runs.set(taken.id, run);
    run.outcome = this.#do(run, taken, gatherer);
    return run.outcome;
  }

  /** A token that no other run has, without asking the system for random bytes at every job. */
  #nextToken(): string {
    this.#tokens += 1;
    return `${this.#origin}${this.#tokens.toString(36)}`;
  }

  async #do(run: WorkerRun, taken: TakenJob, gatherer: Gatherer): Promise<TakenOutcome> {
    // Its pulses say the same, unless this job ends its workers: then the study must have heard of each to count them.
    const isHeard = taken.lostBefore > 0;
    const begun = this.#send({ kind: 'begun', job: run.job, run: run.token, ...this.#me }, isHeard ? 0 : TELL_MS);
    if (isHeard) await begun;
    try {
      if (taken.lostBefore >= MOST_LOST_BEFORE) {
        const message = `${taken.lostBefore} workers ended while they did it`;
        this.#end(run, { failure: { reason: 'poisoned', message } });
        return 'done';
      }
      const end = await this.#result(run, taken, gatherer);
      if (run.stop.signal.aborted) {
        for (const digest of run.blobs) this.#tools.pieces.drop(digest);
        if (run.stop.signal.reason === UNWANTED) return 'done';
        await this.#send({ kind: 'returned', job: run.job, run: run.token, reason: 'given back by its worker' });
        return 'given-back';
      }
      this.#end(run, end);
      return 'done';
    } finally {
      this.#runs.delete(run.job);
    }
  }

  async #result(
    run: WorkerRun,
    taken: TakenJob,
    gatherer: Gatherer,
  ): Promise<{ body: unknown } | { failure: JobFailure }> {
    const { signal } = run.stop;
    try {
      const body = await gatherer.run({
        id: taken.id,
        payload: readPayload(taken.payload),
        signal,
        progress: (progress) => {
          run.progress += 1;
          void this.#send({ kind: 'progress', job: run.job, run: run.token, number: run.progress, body: progress });
        },
        pull: (reference) => this.#pull(reference, signal),
        look: (name) => this.#tools.pieces.look(name, studyMailbox(this.study.token), signal),
        keepBlob: (bytes) => {
          const reference = this.#tools.pieces.keep(bytes);
          if (reference.inline === undefined) run.blobs.push(reference.digest);
          return reference;
        },
        dropBlob: ({ digest }) => {
          const at = run.blobs.indexOf(digest);
          if (at < 0) return;
          run.blobs.splice(at, 1);
          this.#tools.pieces.drop(digest);
        },
      });
      return { body };
    } catch (error) {
      return { failure: { reason: 'job-failed', message: messageOf(error) } };
    }
  }

  /** Tells a result, and keeps it until the study has it: should neither outlive this moment, the study has the job done again. */
  #end(run: WorkerRun, end: { body?: unknown; failure?: JobFailure }): void {
    const message = { kind: 'done', job: run.job, run: run.token, ...this.#me, failure: null, ...end };
    let text = JSON.stringify(message);
    if (text.length > MOST_MESSAGE_CHARACTERS) {
      const sentence = `its result has ${text.length} characters, and ${MOST_MESSAGE_CHARACTERS} can be told`;
      text = JSON.stringify({ ...message, body: null, failure: { reason: 'result-too-big', message: sentence } });
    }
    this.#kept.keep(run.token, text, run.blobs, this.#clock.now());
    this.#tools.finished();
    // A search waits for the last of its steps.
    void this.#send(text, this.study.kind === 'search' ? 0 : TELL_MS);
  }

  #pull(reference: Parameters<Pieces['pull']>[0], signal: AbortSignal) {
    return this.#tools.pieces.pull(reference, studyMailbox(this.study.token), signal);
  }

  /** What does not arrive is told again by pulses, or can be missed. */
  async #send(message: object | string, apartMs = 0): Promise<void> {
    await this.#mailer.send(studyMailbox(this.study.token), message, apartMs).catch(() => {});
  }
}
