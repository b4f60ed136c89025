import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { unwrap } from '../../src/base/failure.ts';
import { describeArchitecture } from '../../src/pattern/architecture.ts';
import { createTrainer } from '../../src/training/engines.ts';
import { fastMathSupported } from '../../src/training/sparse/machine.ts';
import type { Trainer } from '../../src/training/trainer.ts';
import { summarize, type Timing, table } from '../timing.ts';
import { type Contender, ourContender, torchContender } from './contenders.ts';
import { type TrainingCase, trainingCase, trainingNets } from './nets.ts';
import { CaseFiles, Torch } from './torch.ts';

const usage = `usage: npm run bench -- training [--seed N] [--nets NAME,…] [--threads 1,2] [--rounds N] [--seconds S]
  [--candidates N] [--seeds N] [--no-peers] [--json]
  --rounds N      times that every contender gets its turn on every net (default 5)
  --seconds S     of each turn (default 1)
  --candidates N  and --seeds N: trainings timed together on the first net, an epoch each (default 24 and 3; 0 for none)
`;

interface Options {
  readonly seed: number;
  readonly nets: readonly string[] | null;
  readonly threads: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  readonly trainings: number;
  readonly peers: boolean;
  readonly json: boolean;
}

function optionsOf(parameters: readonly string[]): Options {
  const text = (fallback: string) => ({ type: 'string', default: fallback }) as const;
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      ...{ seed: text('1'), threads: text('1,2'), rounds: text('5'), seconds: text('1') },
      ...{ candidates: text('24'), seeds: text('3'), nets: { type: 'string' } },
      ...{ 'no-peers': { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
    },
  });
  return {
    seed: Number(values.seed),
    nets: values.nets?.split(',') ?? null,
    threads: values.threads.split(',').map(Number),
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    trainings: Number(values.candidates) * Number(values.seeds),
    peers: !values['no-peers'],
    json: values.json,
  };
}

/** Rates of one contender on one net, and how many times PyTorch's each is, turn by turn. */
interface Result {
  readonly net: string;
  readonly threads: number;
  readonly contender: string;
  /** samples per second */
  readonly rate: Timing;
  /** of the rates of the same turns, masked PyTorch's being 1; null without PyTorch */
  readonly ratio: Timing | null;
}

interface Study {
  readonly threads: number;
  readonly contender: string;
  readonly seconds: number;
}

async function contendersOf(threads: number, files: CaseFiles, peers: boolean) {
  const trainers: Trainer[] = [];
  const start = async (name: string, options: Parameters<typeof createTrainer>[0]) => {
    const trainer = unwrap(await createTrainer({ threads, ...options }));
    trainers.push(trainer);
    return ourContender(name, trainer, threads, options?.fastMath);
  };
  const contenders: Contender[] = [await start('sparse', { engine: 'sparse' })];
  if (fastMathSupported()) contenders.push(await start('sparse, fast math', { engine: 'sparse', fastMath: true }));
  contenders.push(await start('tfjs on wasm', { engine: 'tfjs', backend: 'wasm' }));
  const started = peers ? await Torch.start(threads) : null;
  if (started !== null) {
    for (const kind of ['masked', 'sparse'] as const) contenders.push(torchContender(started.torch, files, kind));
  }
  const close = async () => {
    started?.torch.close();
    await Promise.all(trainers.map((trainer) => trainer.close()));
  };
  return { contenders, version: started?.version ?? null, close };
}

/** Every contender in turn, round after round: whatever else the machine does falls on all of them. */
async function compare(
  item: TrainingCase,
  contenders: readonly Contender[],
  threads: number,
  { rounds, seconds }: Options,
): Promise<Result[]> {
  const rates = contenders.map((): number[] => []);
  for (let round = -1; round < rounds; round++) {
    for (const [i, contender] of contenders.entries()) {
      const rate = await contender.samplesPerSecond(item, round < 0 ? seconds / 4 : seconds);
      if (round >= 0) rates[i].push(rate);
    }
  }
  const torch = contenders.findIndex(({ name }) => name === 'PyTorch masked');
  return contenders.map(({ name }, i) => ({
    ...{ net: item.name, threads, contender: name, rate: summarize(rates[i]) },
    ratio: torch < 0 ? null : summarize(rates[i].map((rate, round) => rate / rates[torch][round])),
  }));
}

const rounded = (value: number) => String(Number(value.toPrecision(3)));

function resultTable(results: readonly Result[]): string {
  const head = ['net', 'threads', 'contender', 'samples/s', 'quartiles', '× PyTorch masked', 'quartiles'];
  const cells = ({ medianMs, lowMs, highMs }: Timing) => [rounded(medianMs), `${rounded(lowMs)}–${rounded(highMs)}`];
  return table([
    head,
    ...results.map(({ net, threads, contender, rate, ratio }) => [
      ...[net, String(threads), contender, ...cells(rate)],
      ...(ratio === null ? ['–', '–'] : cells(ratio)),
    ]),
  ]);
}

interface Report {
  readonly machine: object;
  readonly results: readonly Result[];
  readonly studies: readonly Study[];
}

/** Everything, thread count by thread count. */
async function measureAll(items: readonly TrainingCase[], options: Options, files: CaseFiles): Promise<Report> {
  const results: Result[] = [];
  const studies: Study[] = [];
  let torch: string | null = null;
  for (const threads of options.threads) {
    const { contenders, version, close } = await contendersOf(threads, files, options.peers);
    torch = version;
    for (const item of items) results.push(...(await compare(item, contenders, threads, options)));
    if (options.trainings > 0) {
      for (const { name, secondsFor } of contenders.filter(({ name }) => name !== 'torch.sparse')) {
        studies.push({ threads, contender: name, seconds: await secondsFor(items[0], options.trainings) });
      }
    }
    await close();
  }
  const machine = { cpu: cpus()[0].model, cores: cpus().length, node: process.version, torch };
  return { machine, results, studies };
}

function reportText({ machine, results, studies }: Report, items: readonly TrainingCase[], options: Options): string {
  const nets = items.map(({ name, architecture }) => `${name}: ${describeArchitecture(architecture)}`).join('\n');
  const rows = studies.map(({ threads, contender, seconds }) => [contender, String(threads), seconds.toPrecision(3)]);
  const [{ name, dataset }] = items;
  const studyText = `
${options.trainings} trainings of ${name}, an epoch of ${dataset.train.examples} examples each, from start to end:

${table([['contender', 'threads', 'seconds'], ...rows])}`;
  return `${JSON.stringify(machine)}, seed ${options.seed}, Adam, batches of 256
${nets}

Samples per second of all threads together (ours: a training a thread; PyTorch: one training by all), median of ${options.rounds} turns.

${resultTable(results)}${studies.length > 0 ? studyText : ''}`;
}

/** Sparse engine, TF.js on wasm and PyTorch on the same patterns, start weights and data, taking turns in one run. */
export async function main(parameters: readonly string[]): Promise<void> {
  if (parameters.includes('--help')) {
    process.stdout.write(usage);
    return;
  }
  const options = optionsOf(parameters);
  const chosen = trainingNets.filter(({ name }) => options.nets === null || options.nets.includes(name));
  if (chosen.length === 0) {
    throw new RangeError(
      `expected nets among ${trainingNets.map(({ name }) => name).join(', ')}; got ${options.nets?.join()}`,
    );
  }
  const files = new CaseFiles();
  try {
    const items = chosen.map((net) => trainingCase(net, options.seed));
    if (options.peers) for (const item of items) files.write(item);
    const report = await measureAll(items, options, files);
    const json = () => `${JSON.stringify({ seed: options.seed, ...report }, null, 2)}\n`;
    process.stdout.write(options.json ? json() : reportText(report, items, options));
  } finally {
    files.remove();
  }
}
