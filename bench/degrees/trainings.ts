import { Random } from '../../src/base/random.ts';
import { defineArchitecture, junctionSizes } from '../../src/pattern/architecture.ts';
import { fanOutsForFanIns } from '../../src/pattern/degree-choice.ts';
import { scatterEntries } from '../../src/pattern/entries.ts';
import { trainingSettings } from '../../src/training/settings.ts';
import { SparseNetwork } from '../../src/training/sparse/network.ts';
import { startWeights } from '../../src/training/weights.ts';
import { uniformRandomPattern } from '../../strategies/uniform-random.ts';
import { cpuMs, table } from '../timing.ts';
import { randomSplit } from '../training/nets.ts';

/** A balanced net by its fan-ins, and an exact one of as many edges, or nearly. */
const pairs = [
  [
    { layers: [784, 300, 100, 10], fanIns: [78, 30, 100] },
    { layers: [780, 300, 100, 10], fanIns: [78, 30, 100] },
  ],
  [
    { layers: [784, 300, 100, 10], fanIns: [39, 15, 100] },
    { layers: [780, 300, 100, 10], fanIns: [39, 15, 100] },
  ],
  [
    { layers: [784, 300, 100, 10], fanIns: [16, 6, 100] },
    { layers: [780, 300, 100, 10], fanIns: [13, 6, 100] },
  ],
] as const;

const BATCH = 256;
const STEPS = 20;
const ROUNDS = 7;

/** Takes steps of the sparse engine on random examples. @returns edges, and the steps' cost */
function trainingOf(layers: readonly number[], fanIns: readonly number[]) {
  const architecture = defineArchitecture({ layers, fanOuts: fanOutsForFanIns(layers, fanIns) });
  const metric = 'indicator';
  const problem = { architecture, entries: scatterEntries(architecture, {}, metric), metric, target: null } as const;
  const pattern = uniformRandomPattern(problem, Random.fromSeed(1));
  const [features] = layers;
  const split = randomSplit(BATCH, features, 10, Random.fromSeed(2));
  const order = Uint32Array.from({ length: BATCH }, (_, i) => i);
  const settings = trainingSettings();
  const start = startWeights(pattern, 1, settings);
  const open = () =>
    new SparseNetwork({ architecture, pattern, start, settings, features, batch: BATCH, fastMath: false });
  const round = () => {
    const network = open();
    const steps = () => {
      for (let step = 0; step < STEPS; step++) {
        network.accumulate(split, order, 0, BATCH, () => false);
        network.update();
      }
    };
    steps();
    return cpuMs(steps);
  };
  return { edges: junctionSizes(architecture).reduce((sum, { edges }) => sum + edges, 0), round };
}

/** Nanoseconds of one processor for an edge and an example, forward, backward and update, and the ratio; the least of some rounds in turn. */
export function trainingTable(): string {
  const rows = pairs.map((pair) => {
    const [balanced, exact] = pair.map(({ layers, fanIns }) => trainingOf(layers, fanIns));
    const costs = Array.from({ length: ROUNDS }, () => [balanced.round(), exact.round()]);
    const least = [0, 1].map((i) => Math.min(...costs.map((cost) => cost[i])));
    const each = [balanced, exact].map(({ edges }, i) => (1e6 * least[i]) / STEPS / BATCH / edges);
    const names = pair.map(({ layers, fanIns }) => `${layers.join('-')} (${fanIns.join(',')})`);
    return [
      ...names,
      `${balanced.edges}`,
      `${exact.edges}`,
      ...each.map((ns) => ns.toFixed(3)),
      (each[0] / each[1]).toFixed(2),
    ];
  });
  return table([['balanced (fan-ins)', 'exact', 'edges', 'edges', 'balanced ns', 'exact ns', 'ratio'], ...rows]);
}
