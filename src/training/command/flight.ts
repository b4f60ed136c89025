import { messageOf } from '../../base/failure.ts';
import { divergedBy, type Ending, notFiniteIn, stoppedIn } from '../pool/ending.ts';
import {
  type BestEpoch,
  bestEpochOf,
  type EpochResult,
  type JunctionWeights,
  type RunsOn,
  type TrainingEvent,
  type TrainingJob,
  type TrainingResult,
  type TrainingSettings,
} from '../trainer.ts';
import type { JobFiles } from './job-files.ts';
import type { EpochMessage, ResultMessage } from './protocol.ts';

/** What the jobs of one run have in common. */
export interface FlightHost {
  readonly runsOn: RunsOn;
  readonly settings: TrainingSettings;
  /** what a device is called in results; null: the trainer did not say */
  deviceText(device: string | null): string;
  emit(event: TrainingEvent): void;
}

type JobEnd = Pick<TrainingResult, 'status' | 'reason'> & Partial<TrainingResult>;

/** One job while a program has it: makes events of what the program says of it. */
export class Flight {
  readonly job: TrainingJob;
  /** its name in messages */
  readonly id: string;
  readonly files: JobFiles;
  readonly wantsWeights: boolean;
  readonly #host: FlightHost;
  #startedMs: number | null = null;
  #device: string;
  #best: BestEpoch | null = null;
  #epoch = 0;

  constructor(job: TrainingJob, id: string, files: JobFiles, wantsWeights: boolean, host: FlightHost) {
    this.job = job;
    this.id = id;
    this.files = files;
    this.wantsWeights = wantsWeights;
    this.#host = host;
    this.#device = host.deviceText(null);
  }

  get #runsOn(): RunsOn {
    return { ...this.#host.runsOn, device: this.#device };
  }

  start(device: string | null): void {
    if (this.#startedMs !== null) return;
    this.#startedMs = performance.now();
    this.#device = this.#host.deviceText(device);
    this.#host.emit({ kind: 'started', job: this.job.id, ...this.#runsOn });
  }

  /** @returns whether that ended it: it has diverged */
  epoch({ epoch, loss, train, validation }: EpochMessage): boolean {
    this.start(null);
    const diverged = this.#divergedBy(loss, epoch);
    if (diverged !== null) {
      this.#end(diverged);
      return true;
    }
    this.#epoch = epoch;
    this.#tellEpoch({ epoch, loss: loss ?? Number.NaN, accuracy: train, validationAccuracy: validation });
    return false;
  }

  /** The rule of all engines, where the loss is theirs: beside accuracy it is the cross-entropy. */
  #divergedBy(loss: number | null, epoch: number): Ending | null {
    if (loss === null) return notFiniteIn(epoch, 'the loss');
    if (this.#host.runsOn.score !== undefined || Number.isNaN(loss)) return null;
    return divergedBy(loss, epoch, this.job.architecture);
  }

  #tellEpoch(result: EpochResult): void {
    const { epoch, validationAccuracy } = result;
    if (Number.isFinite(validationAccuracy)) {
      const epochs = [...(this.#best === null ? [] : [this.#best]), { epoch, validationAccuracy }];
      this.#best = bestEpochOf(epochs, this.#host.runsOn.score);
    }
    this.#host.emit({ kind: 'epoch', job: this.job.id, ...result });
  }

  /** @param stopped whether it was asked to stop */
  result(message: ResultMessage, stopped: boolean): void {
    const { status, reason } = message;
    if (status === 'cancelled' && stopped) {
      this.stop();
      return;
    }
    this.start(null);
    if (status === 'finished') this.#finish(message);
    else if (status === 'cancelled') this.#end({ status: 'failed', reason: 'the trainer cancelled it by itself' });
    else this.#end({ status, reason });
  }

  #finish({ test, validation, samplesPerSecond }: ResultMessage): void {
    const { epochs } = this.#host.settings;
    // Of a trainer that tells no epochs, the last one is known by its end.
    if (this.#epoch === 0 && Number.isFinite(validation)) {
      const nothing = { loss: Number.NaN, accuracy: Number.NaN };
      this.#tellEpoch({ epoch: epochs, ...nothing, validationAccuracy: validation });
    }
    const weights = this.#weights();
    if (typeof weights === 'string') this.#end({ status: 'failed', reason: weights });
    else {
      const trained = weights === null ? {} : { weights };
      this.#end({ status: 'finished', reason: null, testAccuracy: test, samplesPerSecond, ...trained });
    }
  }

  /** Null where none were asked for; a sentence where they cannot be read. */
  #weights(): readonly JunctionWeights[] | string | null {
    if (!this.wantsWeights) return null;
    try {
      return this.files.readWeights(this.job.pattern);
    } catch (error) {
      return `the weights that the trainer wrote cannot be read: ${messageOf(error)}`;
    }
  }

  stop(): void {
    const { settings } = this.#host;
    this.#end(stoppedIn(Math.min(settings.epochs, this.#epoch + 1), settings));
  }

  fail(reason: string): void {
    // Before it started, too: so that it is known of, and why it failed.
    this.start(null);
    this.#end({ status: 'failed', reason });
  }

  #end(ended: JobEnd): void {
    this.files.remove();
    const durationMs = this.#startedMs === null ? 0 : performance.now() - this.#startedMs;
    this.#host.emit({
      ...{ kind: 'result', job: this.job.id, ...this.#runsOn },
      ...{ testAccuracy: null, bestEpoch: this.#best, samplesPerSecond: 0, durationMs },
      ...ended,
    });
  }
}
