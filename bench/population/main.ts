import { parseArgs } from 'node:util';
import { unwrap } from '../../src/base/failure.ts';
import { Random } from '../../src/base/random.ts';
import { type Architecture, defineArchitecture } from '../../src/pattern/architecture.ts';
import { scatterEntries } from '../../src/pattern/entries.ts';
import { type Dataset, digestOf, emptySplit, type Split } from '../../src/training/datasets/dataset.ts';
import { trainingSettings } from '../../src/training/settings.ts';
import { createTfjsTrainer } from '../../src/training/tfjs/index.ts';
import { uniformRandomPattern } from '../../strategies/uniform-random.ts';
import { table } from '../timing.ts';

const usage = `usage: npm run bench -- population [--backend NAME] [--sizes 1,8,64,256] [--layers 64,1024,64] [--fan-out 128,8]
                                  [--batch N] [--steps N] [--shared-order] [--json]
  Candidates · samples per second of C candidates trained at once in one graph, on a backend with a device
  (default: auto, and webgpu on whatever device there is where auto finds no GPU).
  --steps N       optimiser steps, of which the first 16 are not timed (default 64)
  --shared-order  one order of batches for all candidates, as in a study's training of many patterns with one seed
`;

interface Options {
  readonly backend: string;
  readonly sizes: readonly number[];
  readonly architecture: Architecture;
  readonly batch: number;
  readonly steps: number;
  readonly sharedOrder: boolean;
  readonly json: boolean;
}

interface Rate {
  readonly candidates: number;
  /** candidates · samples per second, all together; null where a training did not finish */
  readonly samplesPerSecond: number | null;
  readonly reason: string | null;
}

const numbers = (text: string) => text.split(',').map(Number);

function readOptions(parameters: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      backend: { type: 'string', default: 'auto' },
      sizes: { type: 'string', default: '1,8,64,256' },
      layers: { type: 'string', default: '64,1024,64' },
      'fan-out': { type: 'string', default: '128,8' },
      batch: { type: 'string', default: '256' },
      steps: { type: 'string', default: '64' },
      'shared-order': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const architecture = defineArchitecture({ layers: numbers(values.layers), fanOuts: numbers(values['fan-out']) });
  return {
    ...{ backend: values.backend, sizes: numbers(values.sizes), architecture, json: values.json },
    ...{ batch: Number(values.batch), steps: Number(values.steps), sharedOrder: values['shared-order'] },
  };
}

/** Normal numbers with labels that mean nothing: what is learned does not matter to how fast. */
function noise(features: number, classes: number, examples: number): Dataset {
  const random = Random.fromSeed(1);
  const fill = (count: number): Split => {
    const split = emptySplit(count, features);
    for (let i = 0; i < split.inputs.length; i++) split.inputs[i] = random.normal();
    for (let i = 0; i < count; i++) split.labels[i] = i % classes;
    return split;
  };
  const splits = { train: fill(examples), validation: fill(classes), test: fill(classes) };
  return { name: 'noise', digest: digestOf('noise', splits), features, classes, normalisation: 'none', ...splits };
}

async function measureSize(candidates: number, backend: string, options: Options): Promise<Rate> {
  const { architecture, batch, steps, sharedOrder } = options;
  const { layers, usedOutputs } = architecture;
  const trainer = unwrap(await createTfjsTrainer({ backend, population: candidates }));
  try {
    const dataset = noise(layers[0], Math.min(usedOutputs, 256), batch * steps);
    const problem = {
      architecture,
      entries: scatterEntries(architecture, {}, 'indicator'),
      metric: 'indicator',
      target: null,
    } as const;
    const jobs = Array.from({ length: candidates }, (_, c) => ({
      ...{ id: `${c}`, architecture, seed: sharedOrder ? 1 : c },
      pattern: uniformRandomPattern(problem, Random.fromSeed(c)),
    }));
    const settings = trainingSettings({ epochs: 1, batchSize: batch });
    let samplesPerSecond = 0;
    for await (const event of trainer.train(jobs, dataset, settings, new AbortController().signal)) {
      if (event.kind !== 'result') continue;
      if (event.status !== 'finished') return { candidates, samplesPerSecond: null, reason: event.reason };
      samplesPerSecond += event.samplesPerSecond;
    }
    return { candidates, samplesPerSecond, reason: null };
  } finally {
    await trainer.close();
  }
}

/** The backend to measure and what it says of itself; one with a device, since populations are trained on no other. */
async function chooseDevice({
  backend,
  architecture,
}: Options): Promise<{ name: string; device: string; capacity: number }> {
  const found = unwrap(await createTfjsTrainer({ backend }));
  const { backend: name, device } = found.runsOn;
  const capacity = found.capacity(architecture);
  await found.close();
  if (name === 'tensorflow' || name === 'webgpu') return { name, device, capacity };
  if (backend !== 'auto') throw new RangeError(`the backend must have a device: tensorflow or webgpu; got ${backend}`);
  return chooseDevice({ backend: 'webgpu', architecture } as Options);
}

/** Measures and prints. */
export async function main(parameters: readonly string[]): Promise<void> {
  if (parameters.includes('--help')) {
    process.stdout.write(usage);
    return;
  }
  const options = readOptions(parameters);
  const { name, device, capacity } = await chooseDevice(options);
  const { architecture, batch, steps, sharedOrder } = options;
  const net = `${architecture.layers.join('-')} (${architecture.fanOuts.join()})`;
  process.stderr.write(`${device}: ${net}, Adam, batches of ${batch}, ${steps} steps; room for ${capacity} at once\n`);
  const rates: Rate[] = [];
  for (const size of options.sizes) {
    const rate = await measureSize(size, name, options);
    process.stderr.write(`  C = ${size}: ${rate.samplesPerSecond?.toFixed(0) ?? rate.reason}\n`);
    rates.push(rate);
  }
  if (options.json) {
    const document = { device, backend: name, net, batch, steps, sharedOrder, capacity, rates };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    return;
  }
  const [{ samplesPerSecond: one }] = rates;
  const ratio = (rate: number | null) => (rate === null || one === null ? '-' : `${(rate / one).toFixed(2)}×`);
  const rows = rates.map(({ candidates, samplesPerSecond: rate, reason }) => [
    `C = ${candidates}`,
    rate === null ? (reason ?? '-') : rate.toFixed(0),
    ratio(rate),
  ]);
  process.stdout.write(table([['', 'candidates · samples/s', `against C = ${rates[0].candidates}`], ...rows]));
}
