import { type ArchitectureRequest, defineArchitecture } from '../../src/pattern/architecture.ts';
import { type EntryOptions, scatterEntries } from '../../src/pattern/entries.ts';
import type { Metric } from '../../src/scatter/metric.ts';
import type { Problem } from '../../src/search/strategy.ts';

export function makeProblem(
  request: ArchitectureRequest,
  options: EntryOptions & { readonly metric?: Metric; readonly target?: number | null } = {},
): Problem {
  const architecture = defineArchitecture(request);
  const { metric = 'indicator', target = null, ...entryOptions } = options;
  return { architecture, entries: scatterEntries(architecture, entryOptions), metric, target };
}

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
  'a wanted scatter': makeProblem({ layers: [16, 64, 16], fanOuts: [16, 4] }, { target: 0.8 }),
  'a low wanted scatter': makeProblem({ layers: [32, 16, 16, 8], fanOuts: [2, 4, 2] }, { target: 0.3 }),
};
