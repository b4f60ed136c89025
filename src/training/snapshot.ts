import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import { z } from 'zod';
import { readBy, type SameType } from '../base/documents.ts';
import { failure, type Outcome, success } from '../base/failure.ts';
import { junctionSizes } from '../pattern/architecture.ts';
import { fingerprint } from '../pattern/pattern.ts';
import { blockSizes, fronts } from './fronts.ts';
import { settingsDigest } from './settings.ts';
import type { EpochResult, RunsOn, TrainingJob, TrainingSettings } from './trainer.ts';

/**
 * What an engine needs to go on from one optimiser step to the next: weights, the optimiser's moments, the number of steps. Order and
 * lengths are its own. Everything else that a training depends on follows from its settings, or is a place in an epoch: the order of
 * batches is drawn anew for each epoch, by seed and epoch alone.
 */
export interface LearnerState {
  /** finite ones */
  readonly numbers: readonly number[];
  readonly arrays: readonly (Float32Array | Float64Array)[];
}

/** Sums over the examples of one epoch, or of those of it that are done. */
export interface EpochSums {
  readonly loss: number;
  readonly correct: number;
}

/** Where a training stands. */
export interface TrainingProgress {
  /** in progress, from 1; one above the last where only the test split is left */
  readonly epoch: number;
  /** of it that are done; all of them where only the validation split is left */
  readonly batches: number;
  /** over those batches */
  readonly sums: EpochSums;
  /** the epochs before */
  readonly epochs: readonly EpochResult[];
  readonly elapsedMs: number;
}

/** A training between two optimiser steps: what goes on from here ends as if it had never stopped. */
export interface TrainingSnapshot {
  readonly progress: TrainingProgress;
  readonly learner: LearnerState;
}

/** Bytes of a training's snapshot, or of those of a population, above which none is kept: such a training is not resumable. */
export const MOST_SNAPSHOT_BYTES = 2 ** 30;

const MEBIBYTE = 2 ** 20;

/** What is said of a training whose snapshots would be too large; null where they are not. @param bytes of what is trained together */
export function notResumable(bytes: number): string | null {
  if (bytes <= MOST_SNAPSHOT_BYTES) return null;
  const size = Math.ceil(bytes / MEBIBYTE);
  return `not resumable: its weights and optimiser state take ${size} MiB, and no more than ${MOST_SNAPSHOT_BYTES / MEBIBYTE} MiB are kept; should it be interrupted, it starts again at epoch 1`;
}

/** What a job's snapshot takes: weights, biases, and one or two numbers of optimiser state for each. */
export function snapshotBytes({ pattern }: TrainingJob, { optimizer, front }: TrainingSettings): number {
  const parameters = junctionSizes(pattern).reduce((sum, { edges, right }) => sum + edges + right, 0);
  const blocks = front === undefined ? [] : blockSizes(fronts[front]);
  const inFront = blocks.reduce((sum, { covered, filters }) => sum + (covered + 6) * filters, 0);
  return Float32Array.BYTES_PER_ELEMENT * (optimizer === 'adam' ? 3 : 2) * (parameters + inFront);
}

/**
 * SHA-256 (hex) of all that a snapshot belongs to: settings, data, engine, its revision and backend (`settingsDigest`), seed, pattern,
 * used outputs, given start weights, and the order of bytes. It is of no use to any other training.
 */
export function trainingKey(
  job: Omit<TrainingJob, 'id'>,
  datasetDigest: string,
  settings: TrainingSettings,
  runsOn: Pick<RunsOn, 'engine' | 'backend' | 'trainerDigest'>,
): string {
  const { architecture, pattern, seed, startWeights = [] } = job;
  const hash = createHash('sha256');
  const { usedInputs, usedOutputs } = architecture;
  const fields = [settingsDigest(datasetDigest, settings, runsOn), seed, fingerprint(pattern), usedInputs, usedOutputs];
  hash.update(`scattershot/snapshot 1\n${endianness()}\n${fields.join('\n')}\n`);
  for (const { weights, biases } of startWeights) hash.update(weights).update(biases);
  return hash.digest('hex');
}

const MARK = Buffer.from('scatsnp1', 'latin1');
const DIGEST_BYTES = 32;
const aligned = (bytes: number) => Math.ceil(bytes / 8) * 8;

const count = z.int().nonnegative();
const headerSchema = z.strictObject({
  key: z.string(),
  progress: z.strictObject({
    epoch: z.int().positive(),
    batches: count,
    sums: z.strictObject({ loss: z.number(), correct: count }),
    epochs: z.array(
      z.strictObject({
        epoch: z.int().positive(),
        loss: z.number(),
        accuracy: z.number(),
        validationAccuracy: z.number(),
      }),
    ),
    elapsedMs: z.number().nonnegative(),
  }),
  numbers: z.array(z.number()),
  arrays: z.array(z.strictObject({ bytes: z.literal([4, 8]), length: count })),
});

type SnapshotHeader = z.infer<typeof headerSchema>;

const same: SameType<SnapshotHeader['progress'], TrainingProgress> = true;
void same;

/**
 * A snapshot as bytes: mark, length of the header (uint32), header (JSON), the arrays, each from a multiple of 8 bytes on, and the
 * SHA-256 of all that. JSON gives float64 back as they were.
 * @param key `trainingKey`
 */
export function encodeSnapshot(key: string, { progress, learner }: TrainingSnapshot): Uint8Array<ArrayBuffer> {
  const { numbers, arrays } = learner;
  const shapes = arrays.map(({ BYTES_PER_ELEMENT, length }) => ({ bytes: BYTES_PER_ELEMENT, length }));
  const header = Buffer.from(JSON.stringify({ key, progress, numbers, arrays: shapes }));
  const start = aligned(MARK.length + 4 + header.length);
  const end = arrays.reduce((sum, { byteLength }) => sum + aligned(byteLength), start);
  const bytes = new Uint8Array(end + DIGEST_BYTES);
  bytes.set(MARK);
  new DataView(bytes.buffer).setUint32(MARK.length, header.length, true);
  bytes.set(header, MARK.length + 4);
  let at = start;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += aligned(byteLength);
  }
  bytes.set(createHash('sha256').update(bytes.subarray(0, end)).digest(), end);
  return bytes;
}

/** The header and where the arrays begin, where these bytes begin with one. */
function readHeader(bytes: Uint8Array): { readonly header: SnapshotHeader; readonly start: number } | null {
  const mark = bytes.subarray(0, MARK.length);
  if (bytes.length < MARK.length + 4 + DIGEST_BYTES || !MARK.equals(mark)) return null;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MARK.length, true);
  const from = MARK.length + 4;
  if (from + length > bytes.length) return null;
  try {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, length).toString();
    const read = readBy(headerSchema, JSON.parse(text));
    return read.ok ? { header: read.value, start: aligned(from + length) } : null;
  } catch {
    return null;
  }
}

const damaged = failure('damaged-snapshot', 'its stored state is damaged', 'The training starts anew.');

/** Failures 'damaged-snapshot', and 'other-training' for one that belongs to another training than `key`'s. */
export function decodeSnapshot(bytes: Uint8Array, key: string): Outcome<TrainingSnapshot> {
  const end = bytes.length - DIGEST_BYTES;
  const read = readHeader(bytes);
  if (read === null) return damaged;
  const digest = createHash('sha256').update(bytes.subarray(0, end)).digest();
  if (!digest.equals(bytes.subarray(end))) return damaged;
  const { header } = read;
  if (header.key !== key) {
    return failure('other-training', 'its stored state is of another training', 'The training starts anew.');
  }
  let at = read.start;
  const arrays: LearnerState['arrays'][number][] = [];
  for (const { bytes: size, length } of header.arrays) {
    if (at + size * length > end) return damaged;
    const { buffer } = bytes.slice(at, at + size * length);
    arrays.push(size === 4 ? new Float32Array(buffer) : new Float64Array(buffer));
    at += aligned(size * length);
  }
  return success({ progress: header.progress, learner: { numbers: header.numbers, arrays } });
}

/** Where a snapshot stands, its digest unchecked: equal ones can go on together. Null where it cannot be read. */
export function placeOf(bytes: Uint8Array): Pick<TrainingProgress, 'epoch' | 'batches'> | null {
  const read = readHeader(bytes);
  return read === null ? null : { epoch: read.header.progress.epoch, batches: read.header.progress.batches };
}

/**
 * Hands a state's values out in the order in which an engine listed them.
 * @throws Error where they are not as many or as long as asked for: the state is of another version of the engine
 */
export class StateReader {
  readonly #state: LearnerState;
  #number = 0;
  #array = 0;

  constructor(state: LearnerState, numbers: number, lengths: readonly number[]) {
    const fits =
      state.numbers.length === numbers &&
      state.arrays.length === lengths.length &&
      state.arrays.every(({ length }, i) => length === lengths[i]);
    if (!fits) throw new Error('the stored state does not fit the network');
    this.#state = state;
  }

  number(): number {
    return this.#state.numbers[this.#number++];
  }

  /** Copies the next array. */
  into(target: Float32Array | Float64Array): void {
    target.set(this.#state.arrays[this.#array++]);
  }

  array(): Float32Array | Float64Array {
    return this.#state.arrays[this.#array++];
  }
}
