import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { zipSync } from 'fflate';
import { junctionSizes } from '../../../../src/pattern/architecture.ts';
import type { Pattern } from '../../../../src/pattern/pattern.ts';
import { type Dataset, splitNames } from '../../../../src/training/datasets/dataset.ts';
import { blockSizes, fronts } from '../../../../src/training/fronts.ts';
import type { JunctionWeights, TrainingJob, TrainingSettings } from '../../../../src/training/trainer.ts';
import { batchOrder, startFront, startWeights } from '../../../../src/training/weights.ts';

/** A message of a trainer program, as docs/trainers.md has them. */
export interface Told {
  readonly type: string;
  readonly id?: string;
  readonly epoch?: number;
  readonly loss?: number;
  readonly accuracy?: number;
  readonly validationAccuracy?: number;
  readonly testAccuracy?: number;
  readonly samplesPerSecond?: number;
  readonly status?: string;
  readonly reason?: string;
  readonly [key: string]: unknown;
}

type Items = Float32Array | Int32Array | Uint8Array;

function npy(items: Items, shape: readonly number[]): Uint8Array {
  const kind = items instanceof Float32Array ? '<f4' : items instanceof Int32Array ? '<i4' : '|u1';
  const header = `{'descr': '${kind}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const padded = header.padEnd(64 * Math.ceil((header.length + 11) / 64) - 11, ' ');
  const start = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${padded}\n`, 'latin1');
  start.writeUInt16LE(padded.length + 1, 8);
  return Buffer.concat([start, new Uint8Array(items.buffer, items.byteOffset, items.byteLength)]);
}

/** Values by edge as `right × left`, 0 where there is no edge. */
function dense(pattern: Pattern, index: number, values: ArrayLike<number>): Float32Array {
  const { left, right, fanIn, edges } = junctionSizes(pattern)[index];
  const matrix = new Float32Array(right * left);
  for (let e = 0; e < edges; e++) matrix[Math.floor(e / fanIn) * left + pattern.junctions[index][e]] = values[e];
  return matrix;
}

const masksOf = (pattern: Pattern) =>
  junctionSizes(pattern).map(({ left, right, edges }, index) => ({
    [`junction${index + 1}.npy`]: npy(Uint8Array.from(dense(pattern, index, new Uint8Array(edges).fill(1))), [
      right,
      left,
    ]),
  }));

function weightArrays(pattern: Pattern, start: readonly JunctionWeights[]): Record<string, Uint8Array>[] {
  return junctionSizes(pattern).map(({ left, right }, index) => ({
    [`weights${index + 1}.npy`]: npy(dense(pattern, index, start[index].weights), [right, left]),
    [`biases${index + 1}.npy`]: npy(start[index].biases, [right]),
  }));
}

function frontArrays({ seed }: TrainingJob, { front, biasStart }: TrainingSettings): Record<string, Uint8Array>[] {
  if (front === undefined) return [];
  return startFront(fronts[front], seed, biasStart).map(({ filter, shift, scale }, index) => {
    const { filterSize, inChannels, filters } = blockSizes(fronts[front])[index];
    return {
      [`frontFilter${index + 1}.npy`]: npy(filter, [filterSize, filterSize, inChannels, filters]),
      [`frontShift${index + 1}.npy`]: npy(shift, [filters]),
      ...(scale === null ? {} : { [`frontScale${index + 1}.npy`]: npy(scale, [filters]) }),
    };
  });
}

/** Speaks the protocol with one program, as plainly as can be: what it says is listed, and faults of it are errors. */
export class ProgramHost {
  readonly #folder = mkdtempSync(join(tmpdir(), 'trainer-program-'));
  readonly #child: ChildProcess;
  readonly #told: Told[] = [];
  #waiting: (() => void)[] = [];
  stderr = '';

  constructor([program, ...words]: readonly string[]) {
    this.#child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'] });
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      this.#told.push(JSON.parse(line));
      this.#wake();
    });
    this.#child.stderr!.on('data', (data) => {
      this.stderr += data;
    });
    this.#child.on('close', () => this.#wake());
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  get told(): readonly Told[] {
    return this.#told;
  }

  say(message: object): void {
    this.#child.stdin!.write(`${JSON.stringify(message)}\n`);
  }

  /** Text on stdin that is no message. */
  babble(text: string): void {
    this.#child.stdin!.write(text);
  }

  /** The first message for which `wanted` holds, said already or to come. */
  async heard(wanted: (told: Told) => boolean): Promise<Told> {
    for (;;) {
      const found = this.#told.find(wanted);
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null) throw new Error(`the program ended: ${this.stderr}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async hello(): Promise<Told> {
    this.say({ type: 'hello', protocol: 1, program: 'a test' });
    return this.heard(({ type }) => type === 'hello');
  }

  data(dataset: Dataset): void {
    const splits = splitNames.map((name) => {
      const { examples, inputs, labels } = dataset[name];
      const files = {
        inputs: join(this.#folder, `${name}-inputs.npy`),
        labels: join(this.#folder, `${name}-labels.npy`),
      };
      writeFileSync(files.inputs, npy(inputs, [examples, dataset.features]));
      writeFileSync(files.labels, npy(Int32Array.from(labels), [examples]));
      return [name, { examples, ...files }];
    });
    const { digest, name, features, classes } = dataset;
    this.say({ type: 'dataset', id: digest, name, features, classes, splits: Object.fromEntries(splits) });
  }

  /** @param exact start weights and batches are sent along, so that the training is that of our engines */
  job(job: TrainingJob, dataset: Dataset, settings: TrainingSettings, { exact = false, more = false } = {}): void {
    const path = (ending: string) => join(this.#folder, `${job.id}-${ending}`);
    const { architecture, pattern, seed } = job;
    writeFileSync(path('masks.npz'), zipSync(Object.assign({}, ...masksOf(pattern))));
    const { examples } = dataset.train;
    if (exact) {
      const start = job.startWeights ?? startWeights(pattern, seed, settings);
      const arrays = [...weightArrays(pattern, start), ...frontArrays(job, settings)];
      writeFileSync(path('start.npz'), zipSync(Object.assign({}, ...arrays)));
      const order = Array.from({ length: settings.epochs }, (_, epoch) => [...batchOrder(seed, epoch + 1, examples)]);
      writeFileSync(path('batches.npy'), npy(Int32Array.from(order.flat()), [settings.epochs, examples]));
    }
    const { layers, usedInputs, usedOutputs } = architecture;
    this.say({
      ...{
        type: 'job',
        id: job.id,
        dataset: dataset.digest,
        masks: path('masks.npz'),
        layers,
        usedInputs,
        usedOutputs,
        seed,
      },
      settings: { init: 'actual-fan-in', front: null, ...settings },
      start: exact ? { weights: path('start.npz'), batches: path('batches.npy') } : null,
      weightsTo: job.wantWeights ? path('weights.npz') : null,
      more,
    });
  }

  weightsPath = (id: string): string => join(this.#folder, `${id}-weights.npz`);

  result = (id: string): Promise<Told> => this.heard((told) => told.type === 'result' && told.id === id);

  /** Trains jobs of one wave to their ends. @returns what was said of each, by its id */
  async train(
    jobs: readonly TrainingJob[],
    dataset: Dataset,
    settings: TrainingSettings,
    exact = false,
  ): Promise<ReadonlyMap<string, readonly Told[]>> {
    for (const [index, job] of jobs.entries())
      this.job(job, dataset, settings, { exact, more: index < jobs.length - 1 });
    await Promise.all(jobs.map(({ id }) => this.result(id)));
    return new Map(jobs.map(({ id }) => [id, this.#told.filter((told) => told.id === id)]));
  }

  /** Says "end", or only ends stdin. @returns the exit code */
  async end(word = true): Promise<number | null> {
    if (word) this.say({ type: 'end' });
    this.#child.stdin!.end();
    if (this.#child.exitCode === null) await once(this.#child, 'close');
    rmSync(this.#folder, { recursive: true, force: true });
    return this.#child.exitCode;
  }
}
