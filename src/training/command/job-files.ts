import { rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { unwrap } from '../../base/failure.ts';
import { readInputSync } from '../../base/input-file.ts';
import { npyHeaderOf, parseNpy, type WrittenKind } from '../../base/npy.ts';
import { arrayMembers, npzBytes, type WrittenArray } from '../../base/npz.ts';
import { zipDirectory } from '../../base/zip.ts';
import { junctionName } from '../../pattern/formats/named-arrays.ts';
import { arrayChunks } from '../../pattern/formats/npy.ts';
import type { Pattern } from '../../pattern/pattern.ts';
import { type Dataset, type Split, splitNames } from '../datasets/dataset.ts';
import { blockSizes, fronts } from '../fronts.ts';
import type { JunctionWeights, TrainingJob, TrainingSettings } from '../trainer.ts';
import { batchOrder, startFront, startWeights } from '../weights.ts';
import type { SplitFiles } from './protocol.ts';

/** What a trainer reads beside its messages, as files of NumPy's. */

/** Epochs whose order of batches is written out. */
const MOST_BATCH_EPOCHS = 1000;

const bytesOf = (values: Float32Array | Int32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

const arrayOf = (name: string, values: Float32Array, shape: readonly number[]): WrittenArray => ({
  name,
  chunks: [npyHeaderOf('<f4', shape), bytesOf(values)],
});

/** A junction's weights among zeros, `[right, left]`. */
function denseWeights(sources: Uint32Array, weights: Float32Array, left: number, right: number): Float32Array {
  const dense = new Float32Array(right * left);
  const fanIn = sources.length / right;
  for (const [e, source] of sources.entries()) dense[Math.floor(e / fanIn) * left + source] = weights[e];
  return dense;
}

function* weightArrays({ layers, junctions }: Pattern, weights: readonly JunctionWeights[]): Generator<WrittenArray> {
  for (const [index, sources] of junctions.entries()) {
    const [left, right] = [layers[index], layers[index + 1]];
    const dense = denseWeights(sources, weights[index].weights, left, right);
    yield arrayOf(`weights${index + 1}`, dense, [right, left]);
    yield arrayOf(`biases${index + 1}`, weights[index].biases, [right]);
  }
}

function* frontArrays({ seed }: TrainingJob, { front, biasStart }: TrainingSettings): Generator<WrittenArray> {
  if (front === undefined) return;
  const sizes = blockSizes(fronts[front]);
  for (const [index, { filter, shift, scale }] of startFront(fronts[front], seed, biasStart).entries()) {
    const { filterSize, inChannels, filters } = sizes[index];
    yield arrayOf(`frontFilter${index + 1}`, filter, [filterSize, filterSize, inChannels, filters]);
    yield arrayOf(`frontShift${index + 1}`, shift, [filters]);
    if (scale !== null) yield arrayOf(`frontScale${index + 1}`, scale, [filters]);
  }
}

/** The order in which a job takes its examples, `[epochs, examples]`. */
function batchesNpy(seed: number, epochs: number, examples: number): Uint8Array {
  const written = Math.min(epochs, MOST_BATCH_EPOCHS);
  const orders = new Int32Array(written * examples);
  for (let epoch = 1; epoch <= written; epoch++) orders.set(batchOrder(seed, epoch, examples), (epoch - 1) * examples);
  return Buffer.concat([npyHeaderOf('<i4', [written, examples]), bytesOf(orders)]);
}

/** Files of one job, in the folder of its trainer. */
export class JobFiles {
  readonly masks: string;
  readonly weightsTo: string;
  readonly #startWeights: string;
  readonly #batches: string;

  constructor(folder: string, id: string) {
    this.masks = join(folder, `${id}-masks.npz`);
    this.weightsTo = join(folder, `${id}-trained.npz`);
    this.#startWeights = join(folder, `${id}-start.npz`);
    this.#batches = join(folder, `${id}-batches.npy`);
  }

  /** @throws the system's error */
  writeMasks(pattern: Pattern): void {
    const arrays = pattern.junctions.map((_, index) => ({
      name: junctionName(index),
      chunks: arrayChunks({ pattern }, index),
    }));
    writeFileSync(this.masks, npzBytes(arrays));
  }

  /** Where the training starts and how it goes through its examples, as every engine of ours does. @throws the system's error */
  writeStart(
    job: TrainingJob,
    settings: TrainingSettings,
    examples: number,
  ): { readonly weights: string; readonly batches: string } {
    const weights = job.startWeights ?? startWeights(job.pattern, job.seed, settings);
    writeFileSync(this.#startWeights, npzBytes([...weightArrays(job.pattern, weights), ...frontArrays(job, settings)]));
    writeFileSync(this.#batches, batchesNpy(job.seed, settings.epochs, examples));
    return { weights: this.#startWeights, batches: this.#batches };
  }

  /** The weights that the trainer wrote, by the pattern's edges. @throws ScattershotError, ContentError */
  readWeights(pattern: Pattern): JunctionWeights[] {
    const bytes = unwrap(readInputSync(this.weightsTo));
    const members = new Map(arrayMembers(bytes, zipDirectory(bytes)).map((member) => [member.name, member]));
    const floats = (name: string, shape: readonly number[]): Float32Array => {
      const member = members.get(name);
      if (member === undefined) throw new Error(`it has no ${name}`);
      const array = parseNpy(member.unpack(), name);
      const isRight = array.kind === 'f' && array.bytes === 4 && !array.bigEndian && !array.fortran;
      if (!isRight || array.shape.join() !== shape.join()) {
        throw new Error(`${name} must be float32 [${shape.join(', ')}] in C order`);
      }
      return new Float32Array(Uint8Array.from(array.data).buffer);
    };
    return pattern.junctions.map((sources, index) => {
      const [left, right] = [pattern.layers[index], pattern.layers[index + 1]];
      const dense = floats(`weights${index + 1}`, [right, left]);
      const fanIn = sources.length / right;
      const weights = Float32Array.from(sources, (source, e) => dense[Math.floor(e / fanIn) * left + source]);
      return { weights, biases: floats(`biases${index + 1}`, [right]) };
    });
  }

  remove(): void {
    for (const file of [this.masks, this.weightsTo, this.#startWeights, this.#batches]) rmSync(file, { force: true });
  }
}

const MOST_AT_ONCE = 2 ** 24;

async function writeArray(
  path: string,
  kind: WrittenKind,
  shape: readonly number[],
  items: (from: number, to: number) => Uint8Array,
): Promise<string> {
  const file: FileHandle = await open(path, 'wx');
  try {
    await file.writeFile(npyHeaderOf(kind, shape));
    const each = Math.max(1, Math.floor(MOST_AT_ONCE / (shape[1] ?? 1)));
    for (let from = 0; from < shape[0]; from += each)
      await file.writeFile(items(from, Math.min(shape[0], from + each)));
  } finally {
    await file.close();
  }
  return path;
}

async function writeSplit(folder: string, name: string, split: Split, features: number): Promise<SplitFiles> {
  const { examples, inputs, labels } = split;
  const start = join(folder, name);
  return {
    examples,
    // Copies, since a file is not written from shared memory.
    inputs: await writeArray(`${start}-inputs.npy`, '<f4', [examples, features], (from, to) =>
      bytesOf(new Float32Array(inputs.subarray(from * features, to * features))),
    ),
    labels: await writeArray(`${start}-labels.npy`, '<i4', [examples], (from, to) =>
      bytesOf(Int32Array.from(labels.subarray(from, to))),
    ),
  };
}

/** Writes a dataset's arrays into a folder, which must be there and empty. @throws the system's error */
export async function writeDataset(
  folder: string,
  dataset: Dataset,
): Promise<Record<'train' | 'validation' | 'test', SplitFiles>> {
  const files: Partial<Record<'train' | 'validation' | 'test', SplitFiles>> = {};
  for (const name of splitNames) files[name] = await writeSplit(folder, name, dataset[name], dataset.features);
  return files as Record<'train' | 'validation' | 'test', SplitFiles>;
}
