import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { describeArchitecture } from '../../src/pattern/architecture.ts';
import { scatterEntries } from '../../src/pattern/entries.ts';
import { scoreBoth, scorePattern } from '../../src/scatter/kernel.ts';
import { referenceCost, referenceScore } from '../../src/scatter/reference.ts';
import { measure, milliseconds, summarize, type Timing, table } from '../timing.ts';
import { benchNets, benchPattern } from './nets.ts';
import { type PeerJob, type PeerName, type PeerResult, runPeers } from './peers.ts';

const usage = `usage: npm run bench -- scatter [--seed N] [--nets NAME,…] [--reference-cost N] [--no-peers] [--json]
  --reference-cost N  multiply-adds up to which ml-matrix is run (default 1e9; 1e10 adds the nets that take it a minute)
`;

interface NetResult {
  readonly net: string;
  readonly architecture: string;
  readonly edges: number;
  readonly kernel: Timing;
  readonly bothMetrics: Timing;
  readonly reference: Timing | null;
  readonly numpy: Timing | null;
  /** the faster of sparse and dense right-hand sides */
  readonly scipy: Timing | null;
  readonly swapsPerSecond: number | null;
}

interface Options {
  readonly seed: number;
  readonly nets: readonly string[] | null;
  readonly referenceCost: number;
  readonly peers: boolean;
  readonly json: boolean;
}

function optionsOf(parameters: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      seed: { type: 'string', default: '1' },
      nets: { type: 'string' },
      'reference-cost': { type: 'string', default: '1e9' },
      'no-peers': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  return {
    seed: Number(values.seed),
    nets: values.nets?.split(',') ?? null,
    referenceCost: Number(values['reference-cost']),
    peers: !values['no-peers'],
    json: values.json,
  };
}

type Prepared = PeerJob & { readonly architecture: string; readonly edges: number };

function prepare(options: Options): Prepared[] {
  const chosen = benchNets.filter(({ name }) => options.nets === null || options.nets.includes(name));
  if (chosen.length === 0) {
    throw new RangeError(`expected nets among ${benchNets.map(({ name }) => name).join('; ')}; got ${options.nets}`);
  }
  return chosen.map(({ name, request }) => {
    const { architecture, pattern } = benchPattern(request, options.seed);
    const edges = pattern.junctions.reduce((sum, sources) => sum + sources.length, 0);
    // a sparse right-hand side that fills up takes scipy minutes and gigabytes on the largest nets
    const peers: PeerName[] = edges > 600_000 ? ['numpy', 'scipyDense'] : ['numpy', 'scipySparse', 'scipyDense'];
    const entries = scatterEntries(architecture);
    return { name, pattern, entries, peers, budgetMs: 500, edges, architecture: describeArchitecture(architecture) };
  });
}

/** @throws Error when a peer's vector is not the kernel's: then the two did not do the same job */
function checkedTiming(job: PeerJob, result: PeerResult | undefined, name: PeerName): Timing | null {
  const measured = result?.peers[name];
  if (measured === undefined) return null;
  const { vector } = scorePattern(job.pattern, job.entries, 'indicator');
  for (const [index, value] of vector.entries()) {
    if (Math.abs(value - measured.vector[index]) > 1e-12) {
      throw new Error(`${job.name}, ${job.entries[index].key}: ${name} gives ${measured.vector[index]}, not ${value}`);
    }
  }
  return summarize(measured.times);
}

const faster = (a: Timing | null, b: Timing | null) =>
  a === null || b === null ? (a ?? b) : a.medianMs <= b.medianMs ? a : b;

async function measureSwaps(jobs: readonly Prepared[], seed: number): Promise<(number | null)[]> {
  if (!existsSync(new URL('../../src/scatter/incremental.ts', import.meta.url))) return jobs.map(() => null);
  const { swapsPerSecond } = await import('./swaps.ts');
  return jobs.map(({ pattern, entries }) => swapsPerSecond(pattern, entries, 'indicator', seed));
}

function measureReference({ pattern, entries }: Prepared, most: number): Timing | null {
  const cost = entries.reduce((sum, entry) => sum + referenceCost(pattern, entry), 0);
  if (cost > most) return null;
  const small = cost < 1e8;
  const options = { warmUps: small ? 2 : 0, leastRuns: small ? 5 : 1, budgetMs: 1000 };
  return measure(() => referenceScore(pattern, entries, 'indicator'), options);
}

const speed = (timing: Timing) =>
  `${milliseconds(timing.medianMs)} [${milliseconds(timing.lowMs)}–${milliseconds(timing.highMs)}]`;
const ratio = (timing: Timing | null, kernel: Timing) =>
  timing === null
    ? '–'
    : `${milliseconds(timing.medianMs)} (${Number((timing.medianMs / kernel.medianMs).toPrecision(3))}×)`;

function netTable(results: readonly NetResult[]): string {
  const head = [
    'net',
    'architecture',
    'edges',
    'kernel',
    'both metrics',
    'ml-matrix',
    'numpy',
    'scipy.sparse',
    'swaps/s',
  ];
  const rows = results.map(
    ({ net, architecture, edges, kernel, bothMetrics, reference, numpy, scipy, swapsPerSecond }) => [
      net,
      architecture,
      String(edges),
      speed(kernel),
      milliseconds(bothMetrics.medianMs),
      ratio(reference, kernel),
      ratio(numpy, kernel),
      ratio(scipy, kernel),
      swapsPerSecond === null ? '–' : `${(swapsPerSecond / 1e6).toPrecision(3)} M`,
    ],
  );
  return table([head, ...rows]);
}

/** Kernel time of n-n-n nets as fan-out, then width, doubles. */
function growth(seed: number): { layers: number; fanOut: number; edges: number; kernel: Timing }[] {
  const sizes = [
    ...[4, 8, 16, 32, 64, 128, 256].map((fanOut) => ({ layers: 2048, fanOut })),
    ...[512, 1024, 4096, 8192].map((layers) => ({ layers, fanOut: 32 })),
  ];
  return sizes.map(({ layers, fanOut }) => {
    const { architecture, pattern } = benchPattern(
      { layers: [layers, layers, layers], fanOuts: [fanOut, fanOut] },
      seed,
    );
    const entries = scatterEntries(architecture);
    const kernel = measure(() => scorePattern(pattern, entries, 'indicator'), { budgetMs: 300 });
    return { layers, fanOut, edges: 2 * layers * fanOut, kernel };
  });
}

function growthTable(rows: ReturnType<typeof growth>): string {
  const head = ['net', 'fan-out', 'edges', 'kernel', 'ns an edge'];
  return table([
    head,
    ...rows.map(({ layers, fanOut, edges, kernel }) => [
      `${layers}-${layers}-${layers}`,
      String(fanOut),
      String(edges),
      speed(kernel),
      ((kernel.medianMs * 1e6) / edges).toFixed(2),
    ]),
  ]);
}

/** Every scorer on every net, kernels first so that the peak of memory is theirs. */
async function compare(jobs: readonly Prepared[], options: Options) {
  const kernels = jobs.map(({ pattern, entries }) => ({
    kernel: measure(() => scorePattern(pattern, entries, 'indicator')),
    bothMetrics: measure(() => scoreBoth(pattern, entries, 'indicator')),
  }));
  const peakMb = process.resourceUsage().maxRSS / 1024;
  const swaps = await measureSwaps(jobs, options.seed);
  const references = jobs.map((job) => measureReference(job, options.referenceCost));
  const outcome = options.peers ? runPeers(jobs) : null;
  if (outcome !== null && !outcome.ok) process.stderr.write(`${outcome.message}. ${outcome.nextStep}\n`);
  const report = outcome?.ok ? outcome.value : null;
  const results = jobs.map((job, i): NetResult => {
    const peers = report?.results[i];
    return {
      net: job.name,
      architecture: job.architecture,
      edges: job.edges,
      ...kernels[i],
      reference: references[i],
      numpy: checkedTiming(job, peers, 'numpy'),
      scipy: faster(checkedTiming(job, peers, 'scipySparse'), checkedTiming(job, peers, 'scipyDense')),
      swapsPerSecond: swaps[i],
    };
  });
  return { results, peakMb, versions: report?.versions };
}

/** Reference, kernel, incremental, numpy and scipy.sparse on the same seeded patterns, one after the other in one run. */
export async function main(parameters: readonly string[]): Promise<void> {
  if (parameters.includes('--help')) {
    process.stdout.write(usage);
    return;
  }
  const options = optionsOf(parameters);
  const { results, peakMb, versions } = await compare(prepare(options), options);
  const growing = growth(options.seed);
  const machine = { cpu: cpus()[0].model, cores: cpus().length, node: process.version, ...versions };
  if (options.json) {
    const everything = { machine, seed: options.seed, peakMb, results, growth: growing };
    process.stdout.write(`${JSON.stringify(everything, null, 2)}\n`);
    return;
  }
  process.stdout.write(`${JSON.stringify(machine)}, seed ${options.seed}
Milliseconds for the whole indicator vector: median [quartiles]; beside it the others and how many times the kernel's median.
Peak memory of the process with all patterns and kernels: ${peakMb.toFixed(0)} MB. swaps/s: incremental, all junctions in turn.

${netTable(results)}
How cost grows:
${growthTable(growing)}`);
}
