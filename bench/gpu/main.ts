import { parseArgs } from 'node:util';
import { messageOf, type Outcome } from '../../src/base/failure.ts';
import { type ArchitectureRequest, defineArchitecture, describeArchitecture } from '../../src/pattern/architecture.ts';
import { createTrainer } from '../../src/training/engines.ts';
import type { Trainer } from '../../src/training/trainer.ts';
import { table } from '../timing.ts';
import { type MeasuredRate, measurePopulation } from './measure.ts';
import { a100, type DeviceRates, stepBound } from './roofline.ts';

const usage = `usage: npm run bench -- gpu [--sizes 1,16,64,256,1024] [--nets morse,mnist,cifar] [--contenders NAME,…]
                           [--pytorch COMMAND] [--batch N] [--steps N] [--epochs N] [--own-orders] [--json]
       npm run bench -- gpu --roofline [--memory GB/s --cache GB/s --tflops N]
  Candidates · samples per second of C candidates at once, by our kernels and by others on the same device, beside what a roofline leaves.
  --contenders      sparse-webgpu, tfjs-webgpu, tfjs-tensorflow, pytorch (default: all; what does not start says why)
  --pytorch COMMAND trains a population in PyTorch, such as "python3 train.py" where "scattershot trainer init pytorch" wrote it
  --steps N         optimiser steps of an epoch (default 32); one epoch is not timed, --epochs are (default 2)
  --own-orders      every candidate has its own order of examples (default: one for all)
  --roofline        what the device allows on paper, and nothing is trained. By default the device is an A100 of 40 GB
`;

const nets: Readonly<Record<string, ArchitectureRequest>> = {
  morse: { layers: [64, 1024, 64], fanOuts: [128, 8] },
  mnist: { layers: [784, 112, 10], fanOuts: [11, 5] },
  cifar: { layers: [4096, 512, 16], fanOuts: [1, 1] },
};

const makers: Readonly<Record<string, (size: number, pytorch: string | undefined) => Promise<Outcome<Trainer>>>> = {
  'sparse-webgpu': (population) => createTrainer({ engine: 'sparse', backend: 'webgpu', population }),
  'tfjs-webgpu': (population) => createTrainer({ engine: 'tfjs', backend: 'webgpu', population }),
  'tfjs-tensorflow': (population) => createTrainer({ engine: 'tfjs', backend: 'tensorflow', population }),
  pytorch: (_, command) => {
    if (command === undefined) throw new Error('no --pytorch COMMAND was given');
    return createTrainer({ engine: 'command', command });
  },
};

interface Options {
  readonly sizes: readonly number[];
  readonly nets: readonly string[];
  readonly contenders: readonly string[];
  readonly pytorch: string | undefined;
  readonly batch: number;
  readonly steps: number;
  readonly epochs: number;
  readonly ownOrders: boolean;
  readonly onPaper: boolean;
  readonly rates: DeviceRates;
  readonly json: boolean;
}

function chosenOf(text: string | undefined, known: Readonly<Record<string, unknown>>, what: string): string[] {
  const names = Object.keys(known);
  const chosen = text?.split(',') ?? names;
  const wrong = chosen.find((name) => !names.includes(name));
  if (wrong !== undefined) throw new RangeError(`expected ${what} among ${names.join(', ')}; got ${wrong}`);
  return chosen;
}

function readOptions(parameters: readonly string[]): Options {
  const text = (fallback: string) => ({ type: 'string', default: fallback }) as const;
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      ...{ sizes: text('1,16,64,256,1024'), batch: text('256'), steps: text('32'), epochs: text('2') },
      ...{ nets: { type: 'string' }, contenders: { type: 'string' }, pytorch: { type: 'string' } },
      ...{ memory: { type: 'string' }, cache: { type: 'string' }, tflops: { type: 'string' } },
      ...{ 'own-orders': { type: 'boolean', default: false }, roofline: { type: 'boolean', default: false } },
      json: { type: 'boolean', default: false },
    },
  });
  const { memory, cache, tflops } = values;
  const given = {
    ...(memory === undefined ? {} : { name: 'the device given', memory: 1e9 * Number(memory) }),
    ...(cache === undefined ? {} : { cache: 1e9 * Number(cache) }),
    ...(tflops === undefined ? {} : { operations: 1e12 * Number(tflops) }),
  };
  return {
    sizes: values.sizes.split(',').map(Number),
    nets: chosenOf(values.nets, nets, 'nets'),
    contenders: chosenOf(values.contenders, makers, 'contenders'),
    ...{ pytorch: values.pytorch, batch: Number(values.batch), steps: Number(values.steps) },
    ...{ epochs: Number(values.epochs), ownOrders: values['own-orders'], onPaper: values.roofline },
    ...{ rates: { ...a100, ...given }, json: values.json },
  };
}

interface PaperRow {
  readonly net: string;
  readonly candidates: number;
  readonly bound: ReturnType<typeof stepBound>;
}

interface MeasuredRow extends MeasuredRate {
  readonly net: string;
  readonly candidates: number;
  readonly contender: string;
  readonly device: string | null;
  /** times the rate of `tfjs-webgpu` with one candidate at a time; null without it */
  readonly ratio: number | null;
}

function onPaper({ sizes, nets: chosen, batch, ownOrders, rates }: Options): PaperRow[] {
  return chosen.flatMap((net) =>
    sizes.map((candidates) => {
      const work = { candidates, orders: ownOrders ? candidates : 1, rows: batch };
      return { net, candidates, bound: stepBound(defineArchitecture(nets[net]), work, rates) };
    }),
  );
}

const rounded = (value: number) => String(Number(value.toPrecision(3)));

function paperTable(rows: readonly PaperRow[], { rates }: Options): string {
  const head = ['net', 'C', 'dispatches', 'MB memory', 'MB asked', 'MFLOP', 'M/s by memory', 'M/s by cache'];
  const cells = rows.map(({ net, candidates, bound }) => [
    ...[net, String(candidates), String(bound.dispatches), rounded(bound.memoryBytes / 1e6)],
    ...[rounded(bound.askedBytes / 1e6), rounded(bound.operations / 1e6)],
    ...[rounded(bound.mostByMemory / 1e6), rounded(bound.mostByCache / 1e6)],
  ]);
  return `One step on paper, ${rates.name}; M/s: million candidates · samples per second at most\n\n${table([head, ...cells])}`;
}

/** Every contender in turn. One that does not start, or a training that fails, is a row with its reason. */
async function measureAll(options: Options): Promise<MeasuredRow[]> {
  const rows: MeasuredRow[] = [];
  for (const net of options.nets) {
    let one: number | null = null;
    // First what the ratios are to.
    for (const candidates of options.sizes) {
      for (const contender of [...options.contenders].sort(
        (a, b) => Number(b === 'tfjs-webgpu') - Number(a === 'tfjs-webgpu'),
      )) {
        const { device, ...rate } = await measureOne(contender, net, candidates, options);
        if (contender === 'tfjs-webgpu' && candidates === 1) one = rate.samplesPerSecond;
        const ratio = one === null || rate.samplesPerSecond === null ? null : rate.samplesPerSecond / one;
        process.stderr.write(
          `${net}, C = ${candidates}, ${contender}: ${rate.samplesPerSecond?.toFixed(0) ?? rate.reason}\n`,
        );
        rows.push({ net, candidates, contender, device, ratio, ...rate });
      }
    }
  }
  return rows;
}

async function measureOne(
  contender: string,
  net: string,
  candidates: number,
  { pytorch, batch, steps, epochs, ownOrders }: Options,
): Promise<MeasuredRate & { device: string | null }> {
  let trainer: Trainer | null = null;
  try {
    const started = await makers[contender](candidates, pytorch);
    if (!started.ok) return { samplesPerSecond: null, reason: started.message, device: null };
    trainer = started.value;
    const load = { request: nets[net], candidates, batch, steps, epochs, sharedOrder: !ownOrders };
    return { ...(await measurePopulation(trainer, load)), device: trainer.runsOn.device };
  } catch (error) {
    return { samplesPerSecond: null, reason: messageOf(error), device: trainer?.runsOn.device ?? null };
  } finally {
    await trainer?.close();
  }
}

function measuredTable(rows: readonly MeasuredRow[]): string {
  const head = ['net', 'C', 'contender', 'candidates · samples/s', '× tfjs-webgpu at C = 1'];
  const cells = rows.map(({ net, candidates, contender, samplesPerSecond, reason, ratio }) => [
    ...[net, String(candidates), contender, samplesPerSecond === null ? (reason ?? '–') : rounded(samplesPerSecond)],
    ratio === null ? '–' : rounded(ratio),
  ]);
  return table([head, ...cells]);
}

/** Our kernels on a graphics device, what else trains there, and what the device allows on paper. */
export async function main(parameters: readonly string[]): Promise<void> {
  if (parameters.includes('--help')) {
    process.stdout.write(usage);
    return;
  }
  const options = readOptions(parameters);
  const paper = onPaper(options);
  const measured = options.onPaper ? [] : await measureAll(options);
  if (options.json) {
    const { batch, steps, epochs, ownOrders, rates } = options;
    const described = options.nets.map((net) => [net, describeArchitecture(defineArchitecture(nets[net]))]);
    const document = { nets: Object.fromEntries(described), batch, steps, epochs, ownOrders, rates, paper, measured };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    return;
  }
  const devices = [...new Set(measured.flatMap(({ device }) => device ?? []))];
  const text = measured.length === 0 ? '' : `${devices.join('; ') || 'no device'}\n\n${measuredTable(measured)}\n`;
  process.stdout.write(`${text}${paperTable(paper, options)}`);
}
