import { failure, ScattershotError } from '../../base/failure.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { resultWithout } from '../pool/result-without.ts';
import type { RunsOn, TrainingEvent, TrainingJob, TrainingSettings } from '../trainer.ts';
import { Flight, type FlightHost } from './flight.ts';
import { JobFiles } from './job-files.ts';
import { TRAINER_STEP, type TrainerEnd, type TrainerProgram } from './program.ts';
import type { JobMessage, TrainerMessage } from './protocol.ts';

/** What a run takes from its trainer. */
export interface CommandRunHost {
  readonly runsOn: RunsOn;
  readonly filesFolder: string;
  readonly exactStart: boolean;
  /** A running program, started again where the last one ended. @throws ScattershotError */
  program(signal: AbortSignal): Promise<TrainerProgram>;
  /** Tells a program the data, once. @throws the system's error */
  sendData(program: TrainerProgram, dataset: Dataset): Promise<void>;
  /** a name for a job that no other job of this trainer has */
  nextId(): string;
  /** what a device is called in results; null: the trainer did not say */
  deviceText(device: string | null): string;
}

/** What is trained together. */
export interface CommandRunRequest {
  readonly jobs: readonly TrainingJob[];
  readonly dataset: Dataset;
  readonly settings: TrainingSettings;
  readonly beginsMore: () => boolean;
  readonly emit: (event: TrainingEvent) => void;
}

/** Jobs that were asked to stop are waited for this long, as in a pool. */
const STOP_WITHIN_MS = 600;

/** Programs in a row that end before any job does, after which no more is tried. */
const MOST_LOST = 3;

/** Trains jobs on a trainer of the user's own: gives them out, and hears what becomes of them. */
export class CommandRun {
  readonly #host: CommandRunHost;
  readonly #request: CommandRunRequest;
  readonly #flightHost: FlightHost;
  readonly #waiting: TrainingJob[];
  readonly #flights = new Map<string, Flight>();
  /** jobs that a program took with it once, by their names */
  readonly #lostOnce = new Set<string>();
  readonly #abort = new AbortController();
  #program: TrainerProgram | null = null;
  #lostInARow = 0;
  #fault: ScattershotError | null = null;
  #wake: () => void = () => {};

  constructor(host: CommandRunHost, request: CommandRunRequest) {
    this.#host = host;
    this.#request = request;
    this.#waiting = [...request.jobs];
    const { settings, emit } = request;
    this.#flightHost = { runsOn: host.runsOn, settings, emit, deviceText: (device) => host.deviceText(device) };
  }

  stop(): void {
    this.#abort.abort();
    this.#wake();
  }

  get #stopped(): boolean {
    return this.#abort.signal.aborted;
  }

  /** To the last result. @throws ScattershotError where no more can be trained, jobs that ran told as failed before */
  async work(): Promise<void> {
    while (this.#fault === null && this.#waiting.length + this.#flights.size > 0) {
      if (this.#stopped) {
        await this.#endAll();
        return;
      }
      if (!this.#request.beginsMore()) this.#leaveWaiting();
      const news = this.#nextNews();
      if (this.#waiting.length > 0) await this.#giveOut();
      if (!this.#stopped && this.#flights.size > 0) await news;
    }
    if (this.#fault !== null) throw this.#fault;
  }

  /** Resolves with the next message, end or stop. */
  #nextNews(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #leaveWaiting(): void {
    const { emit } = this.#request;
    for (const job of this.#waiting.splice(0)) {
      emit(resultWithout(job, this.#host.runsOn, 'stopped', 'it was stopped before it began'));
    }
  }

  async #giveOut(): Promise<void> {
    const program = await this.#running();
    if (program === null) return;
    await this.#host.sendData(program, this.#request.dataset);
    if (this.#stopped || !program.isRunning) return;
    const jobs = this.#take(this.#room(program.hello), program.hello.together);
    for (const [index, job] of jobs.entries()) this.#give(program, job, index < jobs.length - 1);
  }

  /** The program that gets the next jobs; null where the run was stopped meanwhile. */
  async #running(): Promise<TrainerProgram | null> {
    try {
      this.#program = await this.#host.program(this.#abort.signal);
    } catch (error) {
      if (this.#stopped) return null;
      throw error;
    }
    this.#program.listen({ message: (message) => this.#hear(message), ended: (end) => this.#ended(end) });
    return this.#program;
  }

  /** How many jobs may be given now. */
  #room({ concurrent, together }: TrainerProgram['hello']): number {
    const inFlight = this.#flights.size;
    if (together) return inFlight > 0 ? 0 : concurrent;
    // Of jobs that a program took with it, one will be to blame: alone it harms no other.
    const flying = [...this.#flights.values()].map(({ job }) => job);
    const careful = [...flying, ...this.#waiting].some(({ id }) => this.#lostOnce.has(id));
    return Math.max(0, (careful ? 1 : concurrent) - inFlight);
  }

  /** The next jobs; those of one wave have the same layers. */
  #take(most: number, together: boolean): TrainingJob[] {
    const layersOf = (job: TrainingJob) => job.pattern.layers.join();
    const [first] = this.#waiting;
    const taken = this.#waiting.filter((job) => !together || layersOf(job) === layersOf(first)).slice(0, most);
    for (const job of taken) this.#waiting.splice(this.#waiting.indexOf(job), 1);
    return taken;
  }

  #give(program: TrainerProgram, job: TrainingJob, more: boolean): void {
    const id = this.#host.nextId();
    const files = new JobFiles(this.#host.filesFolder, id);
    const wantsWeights = job.wantWeights === true && program.hello.weights;
    const flight = new Flight(job, id, files, wantsWeights, this.#flightHost);
    this.#flights.set(id, flight);
    program.give(this.#message(flight, more));
  }

  #message({ job, id, files, wantsWeights }: Flight, more: boolean): JobMessage {
    const { dataset, settings } = this.#request;
    const { layers, usedInputs, usedOutputs } = job.architecture;
    const { front = null, frozenFront: _, fastMath: __, init = 'actual-fan-in', ...plain } = settings;
    files.writeMasks(job.pattern);
    const exact = this.#host.exactStart || job.startWeights !== undefined;
    return {
      ...{ type: 'job', id, dataset: dataset.digest, masks: files.masks },
      ...{ layers, usedInputs, usedOutputs, seed: job.seed, settings: { ...plain, init, front } },
      start: exact ? files.writeStart(job, settings, dataset.train.examples) : null,
      weightsTo: wantsWeights ? files.weightsTo : null,
      more,
    };
  }

  #hear(message: Exclude<TrainerMessage, { type: 'alive' }>): void {
    const flight = this.#flights.get(message.id);
    // Of a job that is no longer waited for.
    if (flight === undefined) return;
    if (message.type === 'started') flight.start(message.device);
    else if (message.type === 'result') {
      this.#lostInARow = 0;
      this.#flights.delete(flight.id);
      flight.result(message, this.#stopped);
    } else if (flight.epoch(message)) {
      this.#flights.delete(flight.id);
      this.#program?.cancel(flight.id);
    }
    this.#wake();
  }

  /** The program is gone, and its jobs with it. */
  #ended(end: TrainerEnd): void {
    this.#lostInARow += 1;
    this.#fault = this.#stopped ? null : this.#whyNoMore(end);
    const flights = [...this.#flights.values()];
    this.#flights.clear();
    const mayGoOn = this.#fault === null && !this.#stopped;
    const again = flights.filter(({ job }) => mayGoOn && !this.#lostOnce.has(job.id));
    for (const flight of flights) {
      if (again.includes(flight)) flight.files.remove();
      else if (this.#stopped) flight.stop();
      else flight.fail(end.reason);
    }
    for (const { job } of again) this.#lostOnce.add(job.id);
    this.#waiting.unshift(...again.map(({ job }) => job));
    this.#wake();
  }

  #whyNoMore({ kind, reason }: TrainerEnd): ScattershotError | null {
    if (kind === 'fault') return new ScattershotError(failure('trainer-fault', reason, TRAINER_STEP));
    if (this.#lostInARow < MOST_LOST) return null;
    const message = `the trainer was lost ${MOST_LOST} times before it ended a job; the last time ${reason}`;
    return new ScattershotError(failure('trainer-lost', message, TRAINER_STEP));
  }

  /** Everything that is open ends as stopped, what does not answer after a while. */
  async #endAll(): Promise<void> {
    this.#leaveWaiting();
    for (const id of this.#flights.keys()) this.#program?.cancel(id);
    const patience = AbortSignal.timeout(STOP_WITHIN_MS);
    const over = new Promise<void>((resolve) => patience.addEventListener('abort', () => resolve(), { once: true }));
    while (this.#flights.size > 0 && !patience.aborted) await Promise.race([this.#nextNews(), over]);
    for (const flight of this.#flights.values()) flight.stop();
    this.#flights.clear();
  }
}
