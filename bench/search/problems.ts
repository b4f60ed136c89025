import { type ArchitectureRequest, defineArchitecture } from '../../src/pattern/architecture.ts';
import type { Constraints } from '../../src/pattern/constraints/constraints.ts';
import { type EntryOptions, scatterEntries } from '../../src/pattern/entries.ts';
import { presets } from '../../src/pattern/presets.ts';
import type { Metric } from '../../src/scatter/metric.ts';
import type { Problem } from '../../src/search/strategy.ts';

interface BenchProblem extends EntryOptions {
  readonly name: string;
  readonly request: ArchitectureRequest;
  readonly metric?: Metric;
  readonly constraints?: Constraints;
}

/**
 * Nets beyond the plain ones: ideals above 1, layers in 2-D and 3-D, every span, parallelism. In four of them (unequal-windows,
 * cifar10-3cl-all-spans, three-junctions-all-spans, clash-free-16-and-32) no perfect pattern is known how to be written down.
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
    .filter(({ name }) => names === null || names.includes(name))
    .map(({ name, request, metric = 'indicator', constraints, ...options }) => {
      const architecture = defineArchitecture(request);
      const entries = scatterEntries(architecture, options, metric);
      const constrained = constraints === undefined ? {} : { constraints };
      return { name, problem: { architecture, entries, metric, target: null, ...constrained } };
    });
}
