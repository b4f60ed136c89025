import { randomBytes } from 'node:crypto';
import type { SessionJob } from '../queue/executor.ts';
import type { BlobReference } from '../queue/wire.ts';
import type { EpochResult, TrainingEvent } from '../training/trainer.ts';
import { packEpochs, packWeights } from './packed-training.ts';
import {
  identityOf,
  mostTold,
  type ToldEvent,
  type TrainingPayload,
  type TrainingProgressBody,
  type TrainingResultBody,
} from './training-wire.ts';

/** Between two snapshots that are sent of one job: the queue carries those of all. */
const SNAPSHOT_REST_MS = 10_000;
/** Sent snapshots that are still to be had: the study may be in the middle of pulling the one before. */
const KEPT_SNAPSHOTS = 2;

type ResultEvent = Extract<TrainingEvent, { kind: 'result' }>;

const orNull = (value: number) => (Number.isFinite(value) ? value : null);
const newToken = () => randomBytes(8).toString('hex');

/** Tells a study what a trainer tells of one job: what is new every so often, everything again with the result. */
export class JobTeller {
  readonly #job: SessionJob;
  readonly #payload: TrainingPayload;
  readonly #examples: number;
  readonly #timer: NodeJS.Timeout;
  #run = newToken();
  /** of them, those before `#told` are told */
  #events: ToldEvent[] = [];
  #epochs: EpochResult[] = [];
  #told = 0;
  #resumed: TrainingResultBody['resumed'] = null;
  #warnings: string[] = [];
  #snapshots: BlobReference[] = [];
  #snapshotMs = Number.NEGATIVE_INFINITY;
  #epochMs = 0;
  #samplesPerSecond: number | null = null;
  #result: ResultEvent | null = null;

  /**
   * @param examples of an epoch
   * @param everyMs how often what is new is told
   */
  constructor(job: SessionJob, payload: TrainingPayload, examples: number, everyMs: number) {
    this.#job = job;
    this.#payload = payload;
    this.#examples = examples;
    this.#timer = setInterval(() => this.#tell(null), everyMs);
    this.#timer.unref();
  }

  /** over the last epoch, evaluation included; null while it trains none, and before the first has ended */
  get samplesPerSecond(): number | null {
    return this.#result === null ? this.#samplesPerSecond : null;
  }

  take(event: TrainingEvent): void {
    const nowMs = performance.now();
    if (event.kind === 'started') {
      const { resumed, device } = event;
      this.#begin(resumed === undefined ? null : { epoch: resumed.epoch, batches: resumed.batches }, device);
    } else if (event.kind === 'epoch') {
      const { epoch, loss, accuracy, validationAccuracy } = event;
      this.#epochs.push({ epoch, loss, accuracy, validationAccuracy });
      this.#events.push({ kind: 'epoch', epoch, loss: orNull(loss), accuracy: orNull(accuracy), validationAccuracy });
      this.#samplesPerSecond = (1000 * this.#examples) / Math.max(1, nowMs - this.#epochMs);
    } else {
      this.#result = event;
    }
    this.#epochMs = nowMs;
  }

  #begin(resumed: TrainingResultBody['resumed'], device: string): void {
    this.#run = newToken();
    this.#events = [{ kind: 'started', device, resumed }];
    this.#epochs = [];
    this.#told = 0;
    this.#resumed = resumed;
  }

  /** Sends it, unless one was sent lately. */
  snapshot(bytes: Uint8Array): void {
    const { snapshots } = this.#payload;
    if (snapshots === null || !snapshots.wanted) return;
    const restMs = Math.min(SNAPSHOT_REST_MS, snapshots.everyMs ?? SNAPSHOT_REST_MS);
    const nowMs = performance.now();
    if (nowMs - this.#snapshotMs < restMs) return;
    this.#snapshotMs = nowMs;
    const reference = this.#job.keepBlob(bytes);
    this.#snapshots.push(reference);
    for (const old of this.#snapshots.splice(0, this.#snapshots.length - KEPT_SNAPSHOTS)) this.#job.dropBlob(old);
    this.#tell(reference);
  }

  warn(message: string): void {
    if (this.#warnings.length < mostTold.warnings) this.#warnings.push(message.slice(0, 2000));
  }

  #tell(snapshot: BlobReference | null): void {
    const events = this.#events.slice(this.#told, this.#told + mostTold.events);
    if (events.length === 0 && snapshot === null && this.#warnings.length === 0) return;
    const body: TrainingProgressBody = {
      ...{ run: this.#run, from: this.#told, events, snapshot },
      warnings: this.#warnings.splice(0),
    };
    this.#told += events.length;
    this.#job.progress(body);
  }

  /** Tells no more. */
  end(): void {
    clearInterval(this.#timer);
  }

  /** The job's body. @throws Error where its trainer gave no result */
  body(): TrainingResultBody {
    const result = this.#result;
    if (result === null) throw new Error('its trainer ended and gave no result');
    // Warnings are nowhere else; a snapshot in the result would come too late.
    if (this.#warnings.length > 0) this.#tell(null);
    const { status, reason, testAccuracy, weights, device, score, workerLost = false } = result;
    const wants = this.#payload.wantWeights && weights !== undefined;
    return {
      ...{ run: this.#run, identity: identityOf(result), score: score ?? null, device, resumed: this.#resumed },
      epochs: this.#job.keepBlob(packEpochs(this.#epochs)),
      ...{ status, reason, testAccuracy, workerLost },
      samplesPerSecond: orNull(result.samplesPerSecond) ?? 0,
      durationMs: result.durationMs,
      weights: wants ? this.#job.keepBlob(packWeights(weights)) : null,
    };
  }
}
