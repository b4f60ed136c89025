import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { unwrap } from '../../src/base/failure.ts';
import { describeArchitecture } from '../../src/pattern/architecture.ts';
import { createTrainer } from '../../src/training/engines.ts';
import { fastMathSupported } from '../../src/training/sparse/fast-math.ts';
import { createSparseTrainer, type SparseOptions } from '../../src/training/sparse/index.ts';
import type { Trainer } from '../../src/training/trainer.ts';
import { summarize, type Timing, table } from '../timing.ts';
import { type Contender, ourContender, torchContender } from './contenders.ts';
import { type TrainingCase, trainingCase, trainingNets } from './nets.ts';
import { kernelsHere, measuredPeaks, operationsOf } from './peak.ts';
import { profiles, profileTable } from './profile.ts';
import { CaseFiles, Torch } from './torch.ts';

const usage = `usage: npm run bench -- training [--seed N] [--nets NAME,…] [--threads 1,2] [--rounds N] [--seconds S]
  [--candidates N] [--seeds N] [--no-peers] [--json]
       npm run bench -- training --profile [--together N] [--nets NAME,…] [--seconds S] [--json]
  --rounds N      times that every contender gets its turn on every net (default 5)
  --seconds S     of each turn (default 1)
  --profile       where a step's time goes, by native kernels with clocks in them; nothing else is measured
  --together N    and where it goes with N trainings that load the same examples (default 8)
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
  /** trainings together in a profile; null: no profile is asked for */
  readonly profile: number | null;
}

function countOf(together: string): number {
  const count = Number(together);
  if (!Number.isInteger(count) || count < 1)
    throw new RangeError(`--together must be a whole number from 1; got ${together}`);
  return count;
}

function optionsOf(parameters: readonly string[]): Options {
  const text = (fallback: string) => ({ type: 'string', default: fallback }) as const;
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      ...{ seed: text('1'), threads: text('1,2'), rounds: text('5'), seconds: text('1') },
      ...{ candidates: text('24'), seeds: text('3'), nets: { type: 'string' } },
      ...{ profile: { type: 'boolean', default: false }, together: text('8') },
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
    profile: values.profile ? countOf(values.together) : null,
  };
}

/** A median with its quartiles. */
interface Spread {
  readonly low: number;
  readonly high: number;
}

/** Rates of one contender on one net, and how many times the best peer's each is, turn by turn. */
interface Result {
  readonly net: string;
  readonly threads: number;
  readonly contender: string;
  /** median of the turns */
  readonly samplesPerSecond: number;
  readonly quartiles: Spread;
  /** median of the rates of the same turns, that of the best form of PyTorch for this net being 1; null without PyTorch */
  readonly ratio: number | null;
  readonly ratioQuartiles: Spread | null;
  /** that best form */
  readonly against: string | null;
  /** 10⁹ products and sums a second, of all threads together; null except for the sparse engine */
  readonly gigaflops: number | null;
  /** of what as many cores can make at most, with this processor's widest vectors and no fused products; null where that is not measured */
  readonly peakShare: number | null;
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
  const sparse = async (name: string, options: SparseOptions = {}) => {
    const trainer = unwrap(await createSparseTrainer({ threads, ...options }));
    trainers.push(trainer);
    return ourContender(name, trainer, threads, options.fastMath);
  };
  const contenders: Contender[] = [await sparse('sparse')];
  for (const kernels of kernelsHere) contenders.push(await sparse(`sparse, ${kernels}`, { kernels }));
  if (fastMathSupported()) contenders.push(await sparse('sparse, fast math', { fastMath: true }));
  contenders.push(await start('tfjs on wasm', { engine: 'tfjs', backend: 'wasm' }));
  const started = peers ? await Torch.start(threads) : null;
  if (started !== null) {
    for (const form of started.forms) contenders.push(torchContender(started.torch, files, form));
  }
  const close = async () => {
    started?.torch.close();
    await Promise.all(trainers.map((trainer) => trainer.close()));
  };
  return { contenders, version: started?.version ?? null, device: trainers[0].runsOn.device, close };
}

/** Every contender in turn, round after round: whatever else the machine does falls on all of them. */
async function compare(
  item: TrainingCase,
  contenders: readonly Contender[],
  threads: number,
  { rounds, seconds }: Options,
  peak: number | null,
): Promise<Result[]> {
  const rates = new Map<Contender, number[]>();
  for (let round = -1; round < rounds; round++) {
    for (const contender of contenders) {
      const rate = await contender.samplesPerSecond(item, round < 0 ? seconds / 4 : seconds);
      if (rate === null || round < 0) continue;
      const own = rates.get(contender) ?? [];
      rates.set(contender, [...own, rate]);
    }
  }
  const medianOf = (contender: Contender) => summarize(rates.get(contender)!).medianMs;
  const [best = null] = [...rates.keys()].filter(({ isPeer }) => isPeer).sort((a, b) => medianOf(b) - medianOf(a));
  return [...rates].map(([{ name }, own]) => {
    const rate = summarize(own);
    const gigaflops = name.startsWith('sparse') ? (rate.medianMs * operationsOf(item.pattern)) / 1e9 : null;
    const peakShare = gigaflops === null || peak === null ? null : gigaflops / (threads * peak);
    const ratio = best === null ? null : summarize(own.map((each, round) => each / rates.get(best)![round]));
    return {
      ...{ net: item.name, threads, contender: name, samplesPerSecond: rate.medianMs, quartiles: spreadOf(rate) },
      ...{ ratio: ratio?.medianMs ?? null, ratioQuartiles: ratio && spreadOf(ratio), against: best?.name ?? null },
      ...{ gigaflops, peakShare },
    };
  });
}

const spreadOf = ({ lowMs, highMs }: Timing): Spread => ({ low: lowMs, high: highMs });

const rounded = (value: number) => String(Number(value.toPrecision(3)));

function resultTable(results: readonly Result[]): string {
  const head = [
    'net',
    'threads',
    'contender',
    'samples/s',
    'quartiles',
    '× best PyTorch',
    'quartiles',
    'GFLOP/s',
    'of peak',
  ];
  const cells = (median: number, { low, high }: Spread) => [rounded(median), `${rounded(low)}–${rounded(high)}`];
  return table([
    head,
    ...results.map(
      ({
        net,
        threads,
        contender,
        samplesPerSecond,
        quartiles,
        ratio,
        ratioQuartiles,
        against,
        gigaflops,
        peakShare,
      }) => [
        ...[net, String(threads), contender === against ? `${contender} (best)` : contender],
        ...cells(samplesPerSecond, quartiles),
        ...(ratio === null || ratioQuartiles === null ? ['–', '–'] : cells(ratio, ratioQuartiles)),
        gigaflops === null ? '' : rounded(gigaflops),
        peakShare === null ? '' : `${Math.round(100 * peakShare)} %`,
      ],
    ),
  ]);
}

interface Report {
  readonly machine: object;
  readonly results: readonly Result[];
  readonly studies: readonly Study[];
}

/** The peer that whole studies are timed with: a compiled one would compile every training anew. */
const STUDY_PEER = 'PyTorch masked, fused Adam';

/** Everything, thread count by thread count. */
async function measureAll(items: readonly TrainingCase[], options: Options, files: CaseFiles): Promise<Report> {
  const results: Result[] = [];
  const studies: Study[] = [];
  let torch: string | null = null;
  let sparse = '';
  const peakGigaflops = measuredPeaks();
  const peaks = Object.values(peakGigaflops);
  const peak = peaks.length === 0 ? null : Math.max(...peaks);
  for (const threads of options.threads) {
    const { contenders, version, device, close } = await contendersOf(threads, files, options.peers);
    [torch, sparse] = [version, device];
    for (const item of items) results.push(...(await compare(item, contenders, threads, options, peak)));
    if (options.trainings > 0) {
      for (const { name, secondsFor } of contenders.filter(({ name, isPeer }) => !isPeer || name === STUDY_PEER)) {
        const seconds = await secondsFor(items[0], options.trainings);
        if (seconds !== null) studies.push({ threads, contender: name, seconds });
      }
    }
    await close();
  }
  const machine = { cpu: cpus()[0].model, cores: cpus().length, node: process.version, torch, sparse, peakGigaflops };
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
  const items = chosen.map((net) => trainingCase(net, options.seed));
  if (options.profile !== null) {
    const found = await profiles(items, options.seconds, options.profile);
    process.stdout.write(options.json ? `${JSON.stringify(found, null, 2)}\n` : profileTable(found));
    return;
  }
  const files = new CaseFiles();
  try {
    if (options.peers) for (const item of items) files.write(item);
    const report = await measureAll(items, options, files);
    const json = () => `${JSON.stringify({ seed: options.seed, ...report }, null, 2)}\n`;
    process.stdout.write(options.json ? json() : reportText(report, items, options));
  } finally {
    files.remove();
  }
}
