import { parseArgs } from 'node:util';
import { messageOf } from '../../src/base/failure.ts';
import { Random } from '../../src/base/random.ts';
import { type Architecture, defineArchitecture, isExact, junctionSizes } from '../../src/pattern/architecture.ts';
import { fanOutsForDensities, fanOutsForFanIns } from '../../src/pattern/degree-choice.ts';
import { scatterEntries } from '../../src/pattern/entries.ts';
import type { Pattern } from '../../src/pattern/pattern.ts';
import { certificate, scoreBound } from '../../src/scatter/bound.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import type { ScatterScore } from '../../src/scatter/metric.ts';
import type { Problem } from '../../src/search/strategy.ts';
import { strategies } from '../../strategies/index.ts';
import { totalEdges } from '../../strategies/shared/batch.ts';
import { densities, type RealNet, realNets } from './nets.ts';
import { swapTable } from './swaps.ts';
import { trainingTable } from './trainings.ts';

const usage = `usage: npm run bench -- degrees [--nets N,…] [--swaps] [--trainings]
  --nets NUMBERS  rows of bench/degrees/nets.ts, from 1 (default: all, which takes minutes)
  --swaps         swaps a second in balanced and exact junctions of equally many edges instead
  --trainings     what training them costs instead
`;

/** Steps of each strategy that a cell of the table takes; walks only where a step is short. */
const STEPS: Readonly<Record<string, number>> = { 'permutation-grid': 1, exact: 1, anneal: 6, 'uniform-random': 1 };
const MOST_WALKED_EDGES = 1_000_000;

interface Cell {
  readonly architecture: Architecture;
  readonly score: ScatterScore;
  readonly bound: number;
  readonly certified: boolean;
  readonly random: number;
  readonly strategy: string;
  readonly seconds: number;
}

function* candidatesOf(problem: Problem): Generator<readonly [string, Pattern]> {
  for (const [name, steps] of Object.entries(STEPS)) {
    const strategy = strategies.get(name);
    const isWalk = name === 'anneal' || name === 'exact';
    if (strategy === undefined || strategy.accepts(problem) !== true) continue;
    if (isWalk && totalEdges(problem) > MOST_WALKED_EDGES) continue;
    const random = Random.fromSeed(1);
    let state = strategy.start(problem, random.fork(0));
    for (let step = 1; step <= steps; step++) {
      const made = strategy.step(problem, state, [], random.fork(step));
      state = made.state;
      for (const pattern of made.candidates) yield [name, pattern];
    }
  }
}

function cellOf(layers: readonly number[], fanOuts: readonly number[]): Cell {
  const architecture = defineArchitecture({ layers, fanOuts });
  const metric = 'indicator';
  const entries = scatterEntries(architecture, {}, metric);
  const problem: Problem = { architecture, entries, metric, target: null };
  const begun = performance.now();
  let best: { strategy: string; score: ScatterScore; seconds: number } | null = null;
  let random = Number.NaN;
  for (const [strategy, pattern] of candidatesOf(problem)) {
    const score = scorePattern(pattern, entries, metric);
    if (strategy === 'uniform-random') random = score.scatter;
    if (best !== null && score.scatter <= best.score.scatter) continue;
    best = { strategy, score, seconds: (performance.now() - begun) / 1000 };
  }
  if (best === null) throw new Error('no strategy made a pattern');
  const certified = certificate(best.score, entries, architecture) !== null;
  return { architecture, ...best, bound: scoreBound(entries, architecture, metric), certified, random };
}

const fanInsOf = (architecture: Architecture): string =>
  junctionSizes(architecture)
    .map((size) => (size.density === 1 ? 'dense' : `${size.fanIn}${isExact(size) ? '' : '*'}`))
    .join(', ');

/** Rounded towards 0, so that only what is at the bound looks like it. */
const digits = (value: number): string => (Math.floor(value * 1e4 + 1e-7) / 1e4).toFixed(4);

function lineOf(name: string, asked: string, cell: Cell): string {
  const { architecture, score, bound, certified, random, strategy, seconds } = cell;
  const cells = [
    digits(score.scatter),
    digits(bound),
    certified ? 'yes' : '',
    digits(random),
    strategy,
    seconds.toFixed(1),
  ];
  return `| ${[name, asked, fanInsOf(architecture), ...cells].join(' | ')} |\n`;
}

const sentences = (message: string) => message.replace('no pattern is so sparse: ', '');

/** A row at one density; where there is none, why, and a row at the nearest that works. */
function rowsOf({ layers }: RealNet, density: number): string {
  const name = layers.join('-');
  const asked = `${100 * density} %`;
  try {
    return lineOf(name, asked, cellOf(layers, fanOutsForDensities(layers, [density])));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const fanIns = layers.slice(1).map((right, i) => {
      const least = Math.ceil(layers[i] / right);
      return Math.min(layers[i], Math.max(least, Math.round(density * layers[i])));
    });
    const nearest = lineOf(name, 'nearest', cellOf(layers, fanOutsForFanIns(layers, fanIns)));
    return `| ${name} | ${asked} | none: ${sentences(messageOf(error))} | | | | | | |\n${nearest}`;
  }
}

export async function main(parameters: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      ...{ nets: { type: 'string' }, swaps: { type: 'boolean', default: false } },
      ...{ trainings: { type: 'boolean', default: false }, help: { type: 'boolean' } },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  if (values.swaps) {
    process.stdout.write(swapTable());
    return;
  }
  if (values.trainings) {
    process.stdout.write(trainingTable());
    return;
  }
  const chosen = values.nets?.split(',').map((number) => realNets[Number(number) - 1]) ?? realNets;
  process.stdout.write('| net | asked for | fan-ins | S | bound | certified | random | by | seconds |\n');
  process.stdout.write('|---|---|---|---|---|---|---|---|---|\n');
  for (const net of chosen) for (const density of densities) process.stdout.write(rowsOf(net, density));
}
