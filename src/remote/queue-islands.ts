import { cleanLines } from '../base/clean-text.ts';
import { messageOf, ScattershotError } from '../base/failure.ts';
import { PrintLimit } from '../base/print-limit.ts';
import type { EntryOptions } from '../pattern/entries.ts';
import type { DispatchEnd, DispatchListener, Runner } from '../queue/assignment.ts';
import type { Dispatcher } from '../queue/dispatcher.ts';
import { blobDigest } from '../queue/pieces.ts';
import { type BlobReference, workerMailbox } from '../queue/wire.ts';
import type { AuditResult } from '../scatter/audit.ts';
import type { IslandRunner, IslandRunnerFactory, IslandRunnerOptions } from '../search/island-runner.ts';
import { type SearchPool, searchPrintRates } from '../search/pool.ts';
import type { Elite } from '../search/strategy.ts';
import { strategyText, whenText } from '../search/strategy-file.ts';
import type { AuditTask, StepFailure, StepOutcome, StepResult, StepTask, WorkerSetup } from '../search/tasks.ts';
import { HeardHosts } from './heard-hosts.ts';
import { islandThreads } from './island-threads.ts';
import type { StepToCheck } from './island-worker.ts';
import { searchCode } from './search-code.ts';
import { packSetup, printBodySchema, type StepPayload, stepBodySchema, stepJobId } from './search-jobs.ts';
import type { StudyQueue } from './study-queue.ts';
import { MOST_WIRE_BYTES } from './wire-format.ts';
import { toWire } from './wire-writer.ts';

/** A step whose results were of no use so often is done by this process. */
const MOST_UNSOUND = 3;
/** So long after its result was of no use a step is offered again. */
const AGAIN_MS = 1_000;
/** How often it is looked whether anybody works. */
const LOOK_MS = 1_000;
/** A queue that does not answer is left after so long. */
const LEAVE_MS = 1_000;
/** Bytes of an elite that travel with every step; larger ones are asked for by workers that have them not. */
const MOST_INLINE_ELITE_BYTES = 2_048;

/** A step that has not ended. */
interface OpenStep {
  readonly task: StepTask;
  readonly resolve: (outcome: StepOutcome | Promise<StepOutcome>) => void;
  readonly reject: (error: unknown) => void;
  /** aborted once nobody waits for it */
  readonly unwanted: AbortSignal;
  unsound: number;
  /** when somebody began it; null while nobody has */
  begunMs: number | null;
}

/** Why a result is of no use. */
interface Unsound {
  readonly unsound: string;
}

/**
 * Islands' steps as jobs of a queue: one job a step, known by island and round, so that however often it is done it counts once. What
 * comes back is checked here (`checkStep`); what a strategy did wrong is seen here too before it ends an island; audits, and the asking
 * whether a strategy does the problem, are this process's own.
 */
class QueueIslands implements IslandRunner {
  readonly #queue: StudyQueue;
  readonly #setup: Omit<WorkerSetup, 'timed'>;
  readonly #packedSetup: Uint8Array;
  readonly #options: IslandRunnerOptions;
  readonly #local: SearchPool;
  readonly #hosts: HeardHosts;
  readonly #printLimit = new PrintLimit(searchPrintRates);
  /** by the id that the queue knows a job by */
  readonly #open = new Map<string, OpenStep>();
  /** by island: its newest state, as it came */
  readonly #states = new Map<number, { readonly state: unknown; readonly bytes: Uint8Array }>();
  readonly #elites = new WeakMap<Elite['pattern'], Promise<Uint8Array>>();
  readonly #disbelieved = new Set<string>();
  readonly #over = new AbortController();
  #wanted = new AbortController();
  /** once started; the listener is one for all steps, so that what concerns them all is told once */
  #link: { readonly dispatcher: Dispatcher; readonly listener: DispatchListener } | null = null;
  #looks: NodeJS.Timeout | undefined;
  #destroyed: Promise<void> | null = null;

  constructor(
    queue: StudyQueue,
    entries: EntryOptions,
    setup: Omit<WorkerSetup, 'timed'>,
    options: IslandRunnerOptions,
  ) {
    this.#queue = queue;
    this.#setup = setup;
    this.#packedSetup = packSetup(setup, entries, options.limits ?? {});
    this.#options = options;
    this.#local = islandThreads(setup, options);
    this.#hosts = new HeardHosts(queue.onHost, queue.clock, queue.shown);
  }

  async start(): Promise<void> {
    await this.#local.start();
    if (this.#over.signal.aborted) return;
    const setup = { digest: blobDigest(this.#packedSetup), sizeBytes: this.#packedSetup.length };
    const dispatcher = this.#queue.dispatcher('search', { code: searchCode(), setup });
    dispatcher.pieces.keep(this.#packedSetup, { apart: true });
    this.#link = { dispatcher, listener: this.#listener(dispatcher) };
    this.#hosts.waits();
    this.#looks = setInterval(() => {
      if (this.#open.size > 0 && [...this.#open.values()].every(({ begunMs }) => begunMs === null)) this.#hosts.look();
    }, LOOK_MS);
    this.#looks.unref();
  }

  accepts(island: number): Promise<true | string | StepFailure> {
    return this.#local.accepts(island);
  }

  audit(task: AuditTask): Promise<AuditResult> {
    return this.#local.audit(task);
  }

  step(task: StepTask): Promise<StepOutcome> {
    const id = stepJobId(task.island, task.round);
    return new Promise((resolve, reject) => {
      if (this.#open.size === 0) this.#hosts.waits();
      const unwanted = AbortSignal.any([this.#over.signal, this.#wanted.signal]);
      this.#open.set(id, { task, resolve, reject, unwanted, unsound: 0, begunMs: null });
      this.#offer(id, task, unwanted).catch(reject);
    });
  }

  /** Nobody need go on with any of them: workers are told so. */
  dropWaiting(): void {
    this.#wanted.abort();
    this.#wanted = new AbortController();
    this.#open.clear();
    this.#local.dropWaiting();
  }

  islandsBusyFor(ms: number): number[] {
    const before = performance.now() - ms;
    const busy = [...this.#open.values()].filter(({ begunMs }) => begunMs !== null && begunMs <= before);
    return [...busy.map(({ task }) => task.island), ...this.#local.islandsBusyFor(ms)];
  }

  destroy(): Promise<void> {
    this.#destroyed ??= this.#leave();
    return this.#destroyed;
  }

  async #leave(): Promise<void> {
    this.#over.abort();
    clearInterval(this.#looks);
    for (const { reject } of this.#open.values()) reject(new Error('the search has ended'));
    this.#open.clear();
    const leave = this.#link?.dispatcher.close().catch(() => {});
    await Promise.all([this.#local.destroy(), Promise.race([leave, this.#queue.clock.sleep(LEAVE_MS)])]);
  }

  /** Resolves when the step has ended, or nobody wants it any more. */
  async #offer(id: string, task: StepTask, signal: AbortSignal): Promise<void> {
    if (this.#link === null) throw new Error('the search has not started');
    const { dispatcher, listener } = this.#link;
    const kept: BlobReference[] = [];
    const keep = (bytes: Uint8Array, apart: boolean) => {
      const reference = dispatcher.pieces.keep(bytes, { apart });
      kept.push(reference);
      return reference;
    };
    try {
      const payload = await this.#payload(task, keep);
      if (signal.aborted) return;
      await dispatcher.run([{ id, payload: JSON.stringify(payload) }], listener, signal);
    } finally {
      for (const { digest, inline } of kept) if (inline === undefined) dispatcher.pieces.drop(digest);
    }
  }

  async #payload(
    { island, round, state, elites, toBeat }: StepTask,
    keep: (bytes: Uint8Array, apart: boolean) => BlobReference,
  ): Promise<StepPayload> {
    const packed = await Promise.all(elites.map((elite) => this.#packed(elite)));
    const known = this.#states.get(island);
    const bytes = known !== undefined && known.state === state ? known.bytes : toWire(state, 'state');
    return {
      ...{ island, round, toBeat: toBeat === null ? null : { ...toBeat, ties: { ...toBeat.ties } } },
      state: state === null ? null : keep(bytes, false),
      elites: packed.map((elite) => keep(elite, elite.length > MOST_INLINE_ELITE_BYTES)),
    };
  }

  #packed(elite: Elite): Promise<Uint8Array> {
    const packed = this.#elites.get(elite.pattern) ?? this.#local.call<Uint8Array>('packElite', elite);
    this.#elites.set(elite.pattern, packed);
    return packed;
  }

  #listener(dispatcher: Dispatcher): DispatchListener {
    return {
      ended: (id, end) => this.#ended(id, end, dispatcher),
      begun: (id, runner) => {
        const open = this.#open.get(id);
        if (open !== undefined) open.begunMs ??= performance.now();
        this.#hosts.begun(runner);
      },
      returned: (id, runner, why, goesOn) => {
        const open = this.#open.get(id);
        if (open !== undefined && goesOn === null) open.begunMs = null;
        this.#hosts.returned(id, runner, why);
      },
      progress: (id, body) => this.#print(id, body),
      refused: (refusal) => this.#hosts.refused(refusal),
      pulse: (pulse) => this.#hosts.pulse(pulse),
      trouble: (sentence) => this.#hosts.trouble(sentence),
    };
  }

  #print(id: string, body: unknown): void {
    const printed = printBodySchema.safeParse(body);
    const open = this.#open.get(id);
    if (!printed.success || open === undefined) return;
    const { island } = open.task;
    const { strategy } = this.#setup.islands[island];
    const text = cleanLines(printed.data.print, 2_000);
    for (const passed of this.#printLimit.pass(text)) this.#options.onPrint?.({ island, strategy, text: passed });
  }

  async #ended(id: string, end: DispatchEnd, dispatcher: Dispatcher): Promise<'kept' | 'again'> {
    const open = this.#open.get(id);
    if (open === undefined) return 'kept';
    const outcome = await this.#outcome(open.task, end, dispatcher).catch(
      (error: unknown): Unsound => ({ unsound: messageOf(error) }),
    );
    // Nobody waits for it any more.
    if (!this.#open.has(id)) return 'kept';
    if (!('unsound' in outcome)) {
      if (end.by !== null) this.#hosts.done(id, end.by);
      return this.#settle(id, outcome);
    }
    open.unsound++;
    this.#disbelieve(end.by, outcome.unsound);
    if (open.unsound < MOST_UNSOUND) {
      // The queue has the job until its worker has let go of it, and would not take it again.
      await this.#queue.clock.sleep(AGAIN_MS, open.unwanted);
      return open.unwanted.aborted ? 'kept' : 'again';
    }
    return this.#settle(id, this.#local.step(open.task));
  }

  #settle(id: string, outcome: StepOutcome | Promise<StepOutcome>): 'kept' {
    const open = this.#open.get(id);
    this.#open.delete(id);
    open?.resolve(outcome);
    return 'kept';
  }

  /** Says once of each worker that its results are of no use. */
  #disbelieve(by: Runner | null, why: string): void {
    const name = by?.worker ?? '';
    if (this.#disbelieved.has(name)) return;
    this.#disbelieved.add(name);
    this.#hosts.trouble(`what ${by?.host ?? 'a worker'} answers cannot be used and is done anew: ${why}`);
  }

  async #outcome(task: StepTask, end: DispatchEnd, dispatcher: Dispatcher): Promise<StepOutcome | Unsound> {
    if ('failure' in end) {
      if (end.failure.reason === 'poisoned') return this.#poisoned(task, end.failure.message);
      return { unsound: end.failure.message };
    }
    const body = stepBodySchema.safeParse(end.body);
    if (!body.success || end.by === null) return { unsound: 'it is no answer to a step' };
    // An island that ends never comes back: no machine is believed that alone.
    if ('failed' in body.data) return this.#local.step(task);
    const from = workerMailbox(end.by.worker);
    const { island, round, toBeat, known } = task;
    const [state, finds] = await Promise.all(
      [body.data.state, body.data.result].map((reference) => this.#pull(reference, from, dispatcher)),
    );
    const step: StepToCheck = { island, round, toBeat, known, state, finds };
    const result = await this.#local.call<StepResult | Unsound>('checkStep', step);
    if (!('unsound' in result)) this.#states.set(island, { state: result.state, bytes: state });
    return result;
  }

  #poisoned({ island, round }: StepTask, message: string): StepFailure {
    const { strategy, file } = this.#setup.islands[island];
    return { failed: `${message} (${strategyText(strategy, file)}, ${whenText(round)})`, ends: 'island' };
  }

  async #pull(reference: BlobReference, mailbox: string, { pieces }: Dispatcher): Promise<Uint8Array> {
    if (reference.sizeBytes > MOST_WIRE_BYTES) throw new Error(`it has ${reference.sizeBytes} bytes`);
    const pulled = await pieces.pull(reference, mailbox, this.#over.signal);
    if (pulled.ok) return pulled.value;
    throw new ScattershotError(pulled);
  }
}

/**
 * Searches on the machines that work for a study's queue. @param entries how those of the search's problem were asked for: workers make
 * them anew
 */
export const queueIslands =
  (queue: StudyQueue, entries: EntryOptions): IslandRunnerFactory =>
  (setup, options) =>
    new QueueIslands(queue, entries, setup, options);
