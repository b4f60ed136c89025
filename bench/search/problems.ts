import { type ArchitectureRequest, defineArchitecture } from '../../src/pattern/architecture.ts';
import type { Constraints, NeuronPair, NmStructure } from '../../src/pattern/constraints/constraints.ts';
import { type EntryOptions, scatterEntries } from '../../src/pattern/entries.ts';
import { presets } from '../../src/pattern/presets.ts';
import type { Metric } from '../../src/scatter/metric.ts';
import type { Problem } from '../../src/search/strategy.ts';

interface BenchProblem extends EntryOptions {
  readonly name: string;
  readonly request: ArchitectureRequest;
  readonly metric?: Metric;
  readonly constraints?: Constraints;
  /** left out unless it is asked for: one more of a kind that is there already */
  readonly onlyByName?: true;
}

/** `count` pairs of a left and a right neuron, spread over the junction by a multiplicative generator: the same in every run. */
function scatteredPairs(left: number, right: number, count: number, step: number): NeuronPair[] {
  const pairs = new Map<number, NeuronPair>();
  for (let state = 1; pairs.size < count; state = (state * 48271) % 2147483647) {
    const pair = [(state * step) % left, Math.floor(state / 7) % right] as const;
    pairs.set(pair[0] * right + pair[1], pair);
  }
  return [...pairs.values()];
}

const nm = (n: number, m: number, transposable: boolean, junctions: number): NmStructure[] =>
  Array.from({ length: junctions }, () => ({ n, m, transposable }));

/** Constraints as hardware and tools ask for them: memories, N:M, pairs that must not be connected, rows that must differ. */
const constrainedProblems: readonly Omit<BenchProblem, 'onlyByName'>[] = [
  {
    name: 'mnist-clash-free-20-and-8',
    request: { layers: [800, 112, 16], fanOuts: [14, 8] },
    metric: 'fair-share',
    constraints: { parallelism: [20, 8] },
  },
  {
    name: 'three-junctions-clash-free',
    request: { layers: [512, 128, 64, 32], fanOuts: [4, 4, 8] },
    spans: 'all',
    constraints: { parallelism: [16, 8, 16] },
  },
  {
    name: 'morse-transposable-1-of-8',
    request: presets.morse,
    metric: 'fair-share',
    constraints: { structure: nm(1, 8, true, 2) },
  },
  {
    name: 'two-of-four',
    request: { layers: [256, 128, 32], fanOuts: [64, 16] },
    metric: 'fair-share',
    constraints: { structure: nm(2, 4, false, 2) },
  },
  {
    name: 'transposable-1-of-4-all-spans',
    request: { layers: [512, 128, 64, 32], fanOuts: [32, 16, 8] },
    spans: 'all',
    metric: 'fair-share',
    constraints: { structure: nm(1, 4, true, 3) },
  },
  {
    name: 'morse-forbidden',
    request: presets.morse,
    metric: 'fair-share',
    constraints: { forbidden: [scatteredPairs(64, 1024, 400, 7), scatteredPairs(1024, 64, 400, 11)] },
  },
  {
    name: 'cifar10-2cl-forbidden',
    request: presets['cifar10-2cl'],
    constraints: { forbidden: [scatteredPairs(4096, 512, 2000, 7), scatteredPairs(512, 16, 50, 11)] },
  },
  {
    name: 'distinct-neighbourhoods',
    request: { layers: [256, 128, 32], fanOuts: [4, 4] },
    spans: 'all',
    constraints: { distinctNeighbourhoods: true },
  },
];

/**
 * Nets beyond the plain ones: ideals above 1, layers in 2-D and 3-D, every span, parallelism. In four of them (unequal-windows,
 * cifar10-3cl-all-spans, three-junctions-all-spans, clash-free-16-and-32) nobody knows how to write a perfect pattern down.
 * Those with more kinds of constraints run only when named.
 */
const benchProblems: readonly BenchProblem[] = [
  {
    name: 'ideals-5-and-7-of-12',
    request: { layers: [96, 60, 24], fanOuts: [25, 14] },
    metric: 'fair-share',
  },
  { name: 'ideal-3-of-50', request: { layers: [300, 100, 20], fanOuts: [6, 4] }, metric: 'fair-share', spans: 'all' },
  { name: 'unequal-windows', request: { layers: [90, 40, 16], fanOuts: [12, 6] }, windows: 'balanced' },
  {
    name: 'picture-28x28',
    request: { ...presets['mnist-cl'], shapes: [[28, 28], [14, 16], [10]] },
    metric: 'fair-share',
  },
  {
    name: 'feature-maps-8x8x16',
    request: { layers: [1024, 64, 16], fanOuts: [1, 4], shapes: [[8, 8, 16], [8, 8], [16]] },
    spans: 'all',
  },
  {
    name: 'cifar10-3cl-all-spans',
    request: { ...presets['cifar10-3cl'], shapes: [[4, 4, 256], [512], [256], [16]] },
    spans: 'all',
  },
  { name: 'three-junctions-all-spans', request: { layers: [512, 128, 64, 32], fanOuts: [4, 4, 8] }, spans: 'all' },
  {
    name: 'clash-free-16-and-32',
    request: { layers: [256, 128, 32], fanOuts: [8, 8] },
    metric: 'fair-share',
    constraints: { parallelism: [16, 32] },
  },
  {
    name: 'morse-clash-free-8',
    request: presets.morse,
    metric: 'fair-share',
    constraints: { parallelism: [8, 8] },
  },
  { name: 'morse-fair-share', request: presets.morse, metric: 'fair-share' },
  ...constrainedProblems.map((problem) => ({ ...problem, onlyByName: true as const })),
];

export interface NamedProblem {
  readonly name: string;
  readonly problem: Problem;
}

/** @throws RangeError for a name that is none */
export function problemsNamed(names: readonly string[] | null): NamedProblem[] {
  const unknown = names?.find((name) => !benchProblems.some((problem) => problem.name === name));
  if (unknown !== undefined) {
    throw new RangeError(`expected problems among ${benchProblems.map(({ name }) => name).join(', ')}; got ${unknown}`);
  }
  return benchProblems
    .filter(({ name, onlyByName }) => (names === null ? !onlyByName : names.includes(name)))
    .map(({ name, request, metric = 'indicator', constraints, onlyByName: _, ...options }) => {
      const architecture = defineArchitecture(request);
      const entries = scatterEntries(architecture, options, metric);
      const constrained = constraints === undefined ? {} : { constraints };
      return { name, problem: { architecture, entries, metric, target: null, ...constrained } };
    });
}
