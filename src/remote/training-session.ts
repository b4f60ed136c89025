import { messageOf } from '../base/failure.ts';
import { describeArchitecture, junctionSizes } from '../pattern/architecture.ts';
import { mostPackedBytes, unpackPattern } from '../pattern/formats/packed.ts';
import type { ExecutorSession, SessionJob } from '../queue/executor.ts';
import { type BlobReference, blobSchema } from '../queue/wire.ts';
import { dataFault } from '../training/data-fault.ts';
import type { Dataset } from '../training/datasets/dataset.ts';
import { availableMemory, trainingBytes } from '../training/memory.ts';
import { MOST_SNAPSHOT_BYTES } from '../training/snapshot.ts';
import type { SnapshotKeeper, Trainer, TrainingJob, TrainingSettings } from '../training/trainer.ts';
import { JobTeller } from './job-teller.ts';
import { unpackWeights, weightsBytes } from './packed-training.ts';
import { type TrainingNeeds, type TrainingPayload, trainingPayloadSchema } from './training-wire.ts';

/** Each job is told of so often, and all of a worker's together at most fifty times a second. */
const TELL_MS = 500;
const TELL_EACH_MS = 20;

interface SessionParts {
  readonly needs: TrainingNeeds;
  readonly trainer: Trainer;
  readonly dataset: Dataset;
  readonly atOnce: number;
  readonly together: boolean;
  readonly close: () => Promise<void>;
}

/** A job as its trainer gets it. */
interface ReadJob {
  readonly job: SessionJob;
  readonly payload: TrainingPayload;
  readonly training: TrainingJob;
}

/** A job that cannot be done here, in a sentence. */
class JobFault extends Error {}

/** Trains a study's jobs, on one trainer and one dataset. What cannot be done is the job's body as well, so that others go on. */
export class TrainingSession implements ExecutorSession {
  readonly atOnce: number;
  readonly together: boolean;
  readonly #parts: SessionParts;
  readonly #tellers = new Set<JobTeller>();
  readonly #closed = new AbortController();

  constructor(parts: SessionParts) {
    this.atOnce = parts.atOnce;
    this.together = parts.together;
    this.#parts = parts;
  }

  samplesPerSecond(): number | null {
    const rates = [...this.#tellers].flatMap(({ samplesPerSecond }) => samplesPerSecond ?? []);
    return rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0);
  }

  async run(jobs: readonly SessionJob[]): Promise<readonly unknown[]> {
    const bodies = new Map<string, unknown>();
    const read = await Promise.all(
      jobs.map(async (job) => {
        try {
          return [await this.#read(job)];
        } catch (error) {
          bodies.set(job.id, { fault: messageOf(error) });
          return [];
        }
      }),
    );
    const bySettings = new Map<string, ReadJob[]>();
    for (const job of read.flat()) {
      const key = JSON.stringify(job.payload.settings);
      bySettings.set(key, [...(bySettings.get(key) ?? []), job]);
    }
    for (const alike of bySettings.values()) await this.#train(alike, bodies);
    return jobs.map(({ id }) => bodies.get(id));
  }

  async #train(jobs: readonly ReadJob[], bodies: Map<string, unknown>): Promise<void> {
    const { trainer, dataset } = this.#parts;
    const { settings } = jobs[0].payload;
    const everyMs = Math.max(TELL_MS, TELL_EACH_MS * this.atOnce);
    const tellers = new Map(
      jobs.map(({ job, payload }) => [job.id, new JobTeller(job, payload, dataset.train.examples, everyMs)]),
    );
    for (const teller of tellers.values()) this.#tellers.add(teller);
    const stop = this.#stopOf(jobs);
    try {
      const trainings = jobs.map(({ training }) => training);
      const events = trainer.train(trainings, dataset, settings, stop.signal, keeperOf(jobs, tellers));
      for await (const event of events) tellers.get(event.job)?.take(event);
      for (const [id, teller] of tellers) bodies.set(id, teller.body());
    } catch (error) {
      for (const { job } of jobs) if (!bodies.has(job.id)) bodies.set(job.id, { fault: messageOf(error) });
    } finally {
      stop.forget();
      for (const teller of tellers.values()) {
        teller.end();
        this.#tellers.delete(teller);
      }
    }
  }

  /** Aborted once nobody wants any of the jobs: they are trained together, and one that is not wanted hinders no other. */
  #stopOf(jobs: readonly ReadJob[]): { readonly signal: AbortSignal; forget(): void } {
    const all = new AbortController();
    const look = () => {
      if (jobs.every(({ job }) => job.signal.aborted)) all.abort();
    };
    for (const { job } of jobs) job.signal.addEventListener('abort', look);
    look();
    return {
      signal: AbortSignal.any([all.signal, this.#closed.signal]),
      forget: () => {
        for (const { job } of jobs) job.signal.removeEventListener('abort', look);
      },
    };
  }

  /** @throws JobFault for what this worker cannot do, RangeError for what nobody can */
  async #read(job: SessionJob): Promise<ReadJob> {
    const read = trainingPayloadSchema.safeParse(job.payload);
    if (!read.success) throw new JobFault('what it is to train cannot be read');
    const payload = read.data;
    await this.#check(payload);
    const { architecture, seed, wantWeights } = payload;
    const edges = junctionSizes(architecture).reduce((sum, size) => sum + size.edges, 0);
    const packed = await pull(job, payload.pattern, mostPackedBytes(edges, architecture.fanOuts.length), 'its pattern');
    const pattern = unpackPattern(packed, architecture);
    const start = await this.#startWeights(job, payload);
    const snapshot = await newestSnapshot(job, payload);
    const training: TrainingJob = {
      ...{ id: job.id, architecture, pattern, seed, wantWeights },
      ...(start === null ? {} : { startWeights: start }),
      ...(snapshot === null ? {} : { snapshot }),
    };
    return { job, payload, training };
  }

  async #check({ architecture, settings }: TrainingPayload): Promise<void> {
    const { needs, dataset } = this.#parts;
    requireKind(settings, needs);
    const fault = dataFault(dataset, architecture, settings.front);
    if (fault !== null) throw new JobFault(fault);
    const { engine, backend } = needs.identity;
    const { batchSize, front } = settings;
    const size = { architecture, features: dataset.features, batchSize, front, engine, backend };
    const { each, most } = await trainingBytes(size);
    const available = Math.min(availableMemory(), most);
    if (each <= available) return;
    const sizes = describeArchitecture(architecture);
    throw new JobFault(`a network ${sizes} takes ${each} bytes of memory, and ${available} can be had`);
  }

  async #startWeights(job: SessionJob, { startWeights, architecture }: TrainingPayload) {
    if (startWeights === null) return null;
    const expected = weightsBytes(architecture);
    const bytes = await pull(job, startWeights, expected, 'its start weights');
    if (bytes.length !== expected) throw new JobFault(`its start weights take ${bytes.length} bytes, not ${expected}`);
    return unpackWeights(bytes, architecture);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#parts.close();
  }
}

/** @throws JobFault for settings of another kind than the session was opened for */
function requireKind({ fastMath = false, front, frozenFront }: TrainingSettings, needs: TrainingNeeds): void {
  if (fastMath === needs.fastMath && (front ?? null) === needs.front && frozenFront === undefined) return;
  throw new JobFault('its settings are of another kind than its study said');
}

/** The bytes of a reference. @throws JobFault for more than `most`, and where they cannot be had */
async function pull(job: SessionJob, reference: BlobReference, most: number, what: string): Promise<Uint8Array> {
  if (reference.sizeBytes > most) {
    throw new JobFault(`${what} is said to take ${reference.sizeBytes} bytes, and ${most} are expected at most`);
  }
  const pulled = await job.pull(reference);
  if (!pulled.ok) throw new JobFault(`${what}: ${pulled.message}`);
  if (pulled.value.length !== reference.sizeBytes) throw new JobFault(`${what} is not as long as was said`);
  return pulled.value;
}

/** The newest snapshot that the study has of a job; null where it has none, or it cannot be had: the training begins at epoch 1. */
async function newestSnapshot(job: SessionJob, { snapshots }: TrainingPayload): Promise<Uint8Array | null> {
  if (snapshots === null) return null;
  const text = await job.look(snapshots.name);
  if (text === null) return null;
  try {
    const reference = blobSchema.parse(JSON.parse(Buffer.from(text).toString()));
    return await pull(job, reference, MOST_SNAPSHOT_BYTES, 'its snapshot');
  } catch {
    return null;
  }
}

/** Null where no job's snapshots are wanted. */
function keeperOf(jobs: readonly ReadJob[], tellers: ReadonlyMap<string, JobTeller>): SnapshotKeeper | undefined {
  const wanted = jobs.flatMap(({ payload: { snapshots } }) => (snapshots?.wanted === true ? [snapshots] : []));
  if (wanted.length === 0) return undefined;
  return {
    everyMs: wanted[0].everyMs ?? Number.POSITIVE_INFINITY,
    save: (job, bytes) => tellers.get(job)?.snapshot(bytes),
    warn: (job, message) => tellers.get(job)?.warn(message),
  };
}
