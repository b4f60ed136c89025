import { type ArchitectureRequest, defineArchitecture } from '../../src/pattern/architecture.ts';
import type { Constraints } from '../../src/pattern/constraints/constraints.ts';
import { fanOutsForFanIns } from '../../src/pattern/degree-choice.ts';
import { type EntryOptions, scatterEntries } from '../../src/pattern/entries.ts';
import type { Metric } from '../../src/scatter/metric.ts';
import type { Problem } from '../../src/search/strategy.ts';

export function makeProblem(
  request: ArchitectureRequest,
  options: EntryOptions & {
    readonly metric?: Metric;
    readonly target?: number | null;
    readonly constraints?: Constraints;
  } = {},
): Problem {
  const architecture = defineArchitecture(request);
  const { metric = 'indicator', target = null, constraints, ...entryOptions } = options;
  const problem = { architecture, entries: scatterEntries(architecture, entryOptions), metric, target };
  return constraints === undefined ? problem : { ...problem, constraints };
}

/** The network of these fan-ins: balanced where left neurons cannot all have one fan-out. */
export const withFanIns = (layers: readonly number[], fanIns: readonly number[]) => ({
  layers,
  fanOuts: fanOutsForFanIns(layers, fanIns),
});

/** What every strategy meets: it does each of these, or says why not. */
export const strategyProblems: Readonly<Record<string, Problem>> = {
  'one junction': makeProblem({ layers: [16, 8], fanOuts: [2] }),
  'two junctions': makeProblem({ layers: [16, 64, 16], fanOuts: [16, 4] }),
  'three junctions, every span': makeProblem({ layers: [32, 16, 16, 8], fanOuts: [2, 4, 2] }, { spans: 'all' }),
  'fair share': makeProblem({ layers: [16, 64, 16], fanOuts: [16, 4] }, { metric: 'fair-share' }),
  'an ideal of 3 in windows of 4': makeProblem({ layers: [16, 12], fanOuts: [9] }, { metric: 'fair-share' }),
  padding: makeProblem({ layers: [32, 16, 8], fanOuts: [4, 2], usedInputs: 27, usedOutputs: 5 }),
  'a picture of 8x8': makeProblem({ layers: [64, 16, 4], fanOuts: [4, 2], shapes: [[8, 8], [4, 4], [4]] }),
  'feature maps of 4x4x4': makeProblem({ layers: [64, 16], fanOuts: [2], shapes: [[4, 4, 4], [16]] }),
  'a dense junction behind a sparse one': makeProblem({ layers: [24, 12, 5], fanOuts: [3, 5] }),
  'two neurons to two': makeProblem({ layers: [2, 2], fanOuts: [1] }),
  'four neurons to two': makeProblem({ layers: [4, 2], fanOuts: [1] }),
  'dense throughout': makeProblem({ layers: [4, 3, 2], fanOuts: [3, 2] }),
  'a single neuron everywhere': makeProblem({ layers: [1, 1], fanOuts: [1] }),
  'balanced windows of unequal size': makeProblem({ layers: [20, 12], fanOuts: [6] }, { windows: 'balanced' }),
  'overlapping windows given by hand': makeProblem(
    { layers: [8, 4], fanOuts: [2] },
    {
      windows: {
        '1:1 forward': [
          [0, 1, 2, 3, 4],
          [3, 4, 5, 6, 7],
        ],
      },
    },
  ),
  'balanced degrees': makeProblem(withFanIns([14, 9], [4])),
  'balanced degrees in two junctions': makeProblem(withFanIns([20, 14, 9], [4, 5])),
  'balanced degrees behind exact ones, every span': makeProblem(withFanIns([16, 12, 9, 6], [4, 5, 4]), {
    spans: 'all',
  }),
  'balanced degrees, padded': makeProblem(
    { ...withFanIns([20, 14, 9], [4, 5]), usedInputs: 17, usedOutputs: 7 },
    { metric: 'fair-share' },
  ),
  'balanced degrees in a picture of 6x7': makeProblem({ ...withFanIns([42, 10], [9]), shapes: [[6, 7], [10]] }),
  'balanced degrees of one edge or two': makeProblem(withFanIns([9, 5], [2])),
  'balanced degrees, nearly dense': makeProblem(withFanIns([7, 5], [6])),
  'balanced degrees and a wanted scatter': makeProblem(withFanIns([20, 14, 9], [4, 5]), { target: 0.8 }),
  'a wanted scatter': makeProblem({ layers: [16, 64, 16], fanOuts: [16, 4] }, { target: 0.8 }),
  'a low wanted scatter': makeProblem({ layers: [32, 16, 16, 8], fanOuts: [2, 4, 2] }, { target: 0.3 }),
};

const network = { layers: [16, 64, 16], fanOuts: [16, 4] };
const nm = (n: number, m: number, transposable = false) => ({ n, m, transposable });

/** Constraints that patterns can keep: every strategy keeps to each of these, or says why it cannot. */
export const constrainedProblems: Readonly<Record<string, Problem>> = {
  'parallelism over several right neurons': makeProblem(network, { constraints: { parallelism: [8, 16] } }),
  'parallelism that ends within right neurons': makeProblem(
    { layers: [12, 16], fanOuts: [12] },
    { constraints: { parallelism: [6] } },
  ),
  '1:4 in both junctions': makeProblem(network, { constraints: { structure: [nm(1, 4), nm(1, 4)] } }),
  'transposable 1:4 in one junction': makeProblem(network, {
    metric: 'fair-share',
    constraints: { structure: [null, nm(1, 4, true)] },
  }),
  'forbidden and forced edges': makeProblem(network, {
    constraints: { forbidden: [[[0, 0]], [[1, 1]]], forced: [[[1, 1]], [[5, 5]]] },
  }),
  'distinct neighbourhoods': makeProblem(network, { constraints: { distinctNeighbourhoods: true } }),
  'forbidden and forced edges of balanced degrees': makeProblem(withFanIns([20, 14, 9], [4, 5]), {
    constraints: { forbidden: [[[0, 0]], [[1, 1]]], forced: [[[1, 1]], [[5, 5]]] },
  }),
  '2:4 of balanced degrees': makeProblem(withFanIns([16, 9], [8]), { constraints: { structure: [nm(2, 4)] } }),
  'distinct neighbourhoods of balanced degrees': makeProblem(withFanIns([14, 9], [4]), {
    constraints: { distinctNeighbourhoods: true },
  }),
  'several at once of balanced degrees': makeProblem(withFanIns([16, 18], [4]), {
    constraints: { structure: [nm(1, 4)], forbidden: [[[0, 3]]], forced: [[[7, 7]]], distinctNeighbourhoods: true },
  }),
  'several at once, and a wanted scatter': makeProblem(
    { layers: [16, 32], fanOuts: [16] },
    {
      target: 0.9,
      metric: 'fair-share',
      constraints: {
        parallelism: [2],
        structure: [nm(4, 8, true)],
        forbidden: [[[0, 3]]],
        forced: [[[7, 7]]],
        distinctNeighbourhoods: true,
      },
    },
  ),
};

/** Constraints that no pattern keeps: every strategy refuses them. */
export const impossibleProblems: Readonly<Record<string, Problem>> = {
  'more forced edges than fan-in': makeProblem(
    { layers: [16, 8], fanOuts: [2] },
    {
      constraints: {
        forced: [
          [
            [0, 3],
            [1, 3],
            [2, 3],
            [3, 3],
            [4, 3],
          ],
        ],
      },
    },
  ),
  'forbidden edges that leave a left neuron none, of balanced degrees': makeProblem(withFanIns([5, 3], [2]), {
    constraints: {
      forbidden: [
        [
          [0, 0],
          [0, 1],
          [0, 2],
        ],
      ],
    },
  }),
  'more right neurons than distinct neighbourhoods': makeProblem(
    { layers: [4, 8], fanOuts: [2] },
    { constraints: { distinctNeighbourhoods: true } },
  ),
};
