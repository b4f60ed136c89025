import { createHash } from 'node:crypto';
import type { DispatchEnd, DispatchListener, Runner } from '../queue/assignment.ts';
import type { Dispatcher } from '../queue/dispatcher.ts';
import type { Pieces } from '../queue/pieces.ts';
import type { Clock } from '../queue/transport.ts';
import type { Dataset } from '../training/datasets/dataset.ts';
import { resultWithout } from '../training/pool/result-without.ts';
import { trainingKey } from '../training/snapshot.ts';
import type { RunsOn, SnapshotKeeper, TrainingEvent, TrainingJob, TrainingSettings } from '../training/trainer.ts';
import type { HeardHosts } from './heard-hosts.ts';
import { OfferedTraining, type SnapshotRoom } from './offered-training.ts';
import { readEnd, readProgress } from './training-answers.ts';

/** Jobs of one call that are offered and nobody has begun: as many as are begun, but at least so many. */
const LEAST_UNBEGUN = 1_000;
/** All that are offered and have not ended: their patterns and payloads are held here. */
export const MOST_OPEN = 20_000;
/** A job whose results were of no use so often has failed. */
const MOST_UNSOUND = 3;
/** So long after its result was of no use a job is offered again. */
const AGAIN_MS = 1_000;
/** How often it is asked whether more may begin, and whether anybody works. */
const LOOK_MS = 1_000;

/** One call of `train`. */
export interface QueueRunRequest {
  readonly jobs: readonly TrainingJob[];
  readonly dataset: Dataset;
  readonly settings: TrainingSettings;
  readonly keeper: SnapshotKeeper | null;
  readonly beginsMore: () => boolean;
  readonly runsOn: RunsOn;
}

interface QueueRunTools {
  readonly hosts: HeardHosts;
  readonly clock: Clock;
  readonly room: SnapshotRoom;
  readonly emit: (event: TrainingEvent) => void;
}

/** Offers the jobs of one call of `train`, until each has its result. */
export class QueueRun {
  readonly #request: QueueRunRequest;
  readonly #tools: QueueRunTools;
  readonly #waiting: TrainingJob[];
  /** by the id that the queue knows a job by */
  readonly #open = new Map<string, OfferedTraining>();
  /** of these, those that somebody does */
  readonly #begun = new Set<OfferedTraining>();
  /** how often a job with equal key was offered, which makes its id another */
  readonly #twins = new Map<string, number>();
  readonly #runs = new Set<Promise<void>>();
  readonly #over = new AbortController();
  #fault: { readonly error: unknown } | null = null;
  #wake: () => void = () => {};

  constructor(request: QueueRunRequest, tools: QueueRunTools) {
    this.#request = request;
    this.#tools = tools;
    this.#waiting = [...request.jobs];
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** Ends all jobs that have not ended as stopped, now; their workers are told. */
  stop(): void {
    if (this.isOver) return;
    this.#over.abort();
    for (const offered of this.#open.values()) this.#finishWithout(offered, 'stopped', 'it was stopped');
    this.#stopWaiting('it was stopped before it began');
    this.#wake();
  }

  #stopWaiting(reason: string): void {
    for (const job of this.#waiting.splice(0)) {
      this.#tools.emit(resultWithout(job, this.#request.runsOn, 'stopped', reason));
    }
  }

  /** Resolves when every job has its result and all snapshots are stored. @throws what the keeper threw first */
  async work(dispatcher: Dispatcher): Promise<void> {
    const listener = this.#listener(dispatcher);
    this.#tools.hosts.waits();
    while (!this.isOver) {
      if (!this.#request.beginsMore()) this.#beginNoMore();
      for (let room = this.#room(); room > 0 && this.#waiting.length > 0; room -= 1) this.#begin(dispatcher, listener);
      if (this.#open.size === 0) break;
      await this.#change();
      if (this.#begun.size === 0) this.#tools.hosts.look();
    }
    if (!this.isOver) await Promise.all(this.#runs);
    for (const offered of this.#open.values()) await offered.saved();
    if (this.#fault !== null) throw this.#fault.error;
  }

  /** Resolves when the queue has been told of all that was stopped, or cannot be: then the same jobs may be offered again. */
  async settled(): Promise<void> {
    await Promise.all(this.#runs);
  }

  /** Resolves when something ended, or after a second. */
  async #change(): Promise<void> {
    const wake = new AbortController();
    this.#wake = () => wake.abort();
    if (this.isOver) return;
    await this.#tools.clock.sleep(LOOK_MS, wake.signal);
  }

  /** How many more may be offered now: what workers have begun makes room for as many others. */
  #room(): number {
    const begun = this.#begun.size;
    const unbegun = this.#open.size - begun;
    return Math.min(Math.max(LEAST_UNBEGUN, begun) - unbegun, MOST_OPEN - this.#open.size);
  }

  /** @param runner null: nobody does it any more */
  #takenBy(id: string, runner: Runner | null): void {
    const offered = this.#open.get(id);
    if (offered === undefined) return;
    offered.begunBy(runner);
    if (runner === null) this.#begun.delete(offered);
    else this.#begun.add(offered);
    this.#wake();
  }

  /** What nobody has begun is left. */
  #beginNoMore(): void {
    this.#stopWaiting('it was stopped before it began');
    for (const offered of this.#open.values()) {
      if (!this.#begun.has(offered)) this.#finishWithout(offered, 'stopped', 'it was stopped before it began');
    }
  }

  #begin(dispatcher: Dispatcher, listener: DispatchListener): void {
    const job = this.#waiting.shift() as TrainingJob;
    const { dataset, settings, runsOn, keeper } = this.#request;
    const key = trainingKey(job, dataset.digest, settings, runsOn);
    const twin = (this.#twins.get(key) ?? 0) + 1;
    this.#twins.set(key, twin);
    const offering = {
      job,
      key,
      settings,
      runsOn,
      keeper,
      id: idOf(key, twin),
      fail: (error: unknown) => this.#fail(error),
    };
    const offered = new OfferedTraining(offering, dispatcher.pieces, this.#tools.room);
    this.#open.set(offered.id, offered);
    const run = this.#run(offered, dispatcher, listener).finally(() => {
      this.#runs.delete(run);
      this.#wake();
    });
    this.#runs.add(run);
  }

  async #run(offered: OfferedTraining, dispatcher: Dispatcher, listener: DispatchListener): Promise<void> {
    try {
      await dispatcher.run([offered.queued], listener, offered.signal);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#open.delete(offered.id);
      this.#begun.delete(offered);
      offered.close();
    }
    await offered.saved();
  }

  #fail(error: unknown): void {
    this.#fault ??= { error };
    this.stop();
  }

  /** One for all jobs: a pulse speaks of many of them. */
  #listener({ pieces }: Dispatcher): DispatchListener {
    const { hosts } = this.#tools;
    const open = (id: string) => this.#open.get(id);
    return {
      ended: async (id, end) => {
        const offered = open(id);
        return offered === undefined ? 'kept' : this.#ended(offered, end, pieces);
      },
      begun: (id, runner) => {
        this.#takenBy(id, runner);
        hosts.begun(runner);
      },
      progress: (id, body) => {
        const offered = open(id);
        if (offered !== undefined) this.#progress(offered, body);
      },
      returned: (id, runner, why, goesOn) => {
        this.#takenBy(id, goesOn);
        hosts.returned(id, runner, why);
      },
      refused: (refusal) => hosts.refused(refusal),
      pulse: (pulse) => hosts.pulse(pulse),
      trouble: (sentence) => hosts.trouble(sentence),
    };
  }

  #progress(offered: OfferedTraining, body: unknown): void {
    const progress = readProgress(body);
    if (progress === null || offered.isOver) return;
    for (const warning of progress.warnings) this.#request.keeper?.warn(offered.job.id, warning);
    // Before its events: who hears of an epoch may end the training.
    if (progress.snapshot !== null) offered.takeSnapshot(progress.snapshot);
    for (const event of offered.told.progress(progress)) this.#tools.emit(event);
  }

  async #ended(offered: OfferedTraining, end: DispatchEnd, pieces: Pieces): Promise<'kept' | 'again'> {
    const answer = await readEnd(end, offered, pieces);
    if (offered.isOver) return 'kept';
    if ('events' in answer) {
      this.#finish(offered, answer.events);
      if (end.by !== null) this.#tools.hosts.done(offered.id, end.by);
      return 'kept';
    }
    offered.unsound += 1;
    const { fault, isLost } = answer;
    const isPoisoned = 'failure' in end && end.failure.reason === 'poisoned';
    if (!isPoisoned && offered.unsound < MOST_UNSOUND) {
      // The queue has the job until its worker has let go of it, and would not take it again.
      await this.#tools.clock.sleep(AGAIN_MS, offered.signal);
      return offered.isOver ? 'kept' : 'again';
    }
    const reason = isPoisoned ? fault : `${MOST_UNSOUND} results were of no use, the last since ${fault}`;
    this.#finishWithout(offered, 'failed', reason, isPoisoned || isLost, end.by);
    return 'kept';
  }

  #finishWithout(
    offered: OfferedTraining,
    status: 'stopped' | 'failed',
    reason: string,
    isLost = false,
    by: Runner | null = null,
  ): void {
    if (offered.isOver) return;
    const { runsOn } = this.#request;
    const on = by === null ? runsOn : { ...runsOn, device: by.device };
    const result = resultWithout(offered.job, on, status, reason);
    this.#finish(offered, [{ ...result, ...(isLost ? { workerLost: true as const } : {}) }]);
    offered.abandon();
  }

  #finish(offered: OfferedTraining, events: readonly TrainingEvent[]): void {
    offered.isOver = true;
    for (const event of events) this.#tools.emit(event);
  }
}

/** Known by all that decides the result. @param twin from 1, of jobs of one call that are alike */
const idOf = (key: string, twin: number): string =>
  `t-${createHash('sha256').update(key).digest('hex').slice(0, 40)}${twin === 1 ? '' : `-${twin}`}`;
