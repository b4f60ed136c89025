import { Random } from '../../src/base/random.ts';
import { type ArchitectureRequest, defineArchitecture, junctionSizes } from '../../src/pattern/architecture.ts';
import { makePattern, type Pattern } from '../../src/pattern/pattern.ts';
import {
  type Dataset,
  digestOf,
  emptySplit,
  type Split,
  type SplitName,
  splitNames,
} from '../../src/training/datasets/dataset.ts';
import type { TrainingJob } from '../../src/training/trainer.ts';

/** Some pattern of these sizes: edges dealt round, neurons renumbered at random. */
export function somePattern(request: Pick<ArchitectureRequest, 'layers' | 'fanOuts'>, seed = 1): Pattern {
  const random = Random.fromSeed(seed);
  const junctions = junctionSizes(request).map(({ left, edges }) => {
    const names = random.shuffle(Uint32Array.from({ length: left }, (_, k) => k));
    return Uint32Array.from({ length: edges }, (_, e) => names[e % left]);
  });
  return makePattern(request, junctions);
}

export interface TaskOptions {
  readonly features: number;
  readonly classes: number;
  readonly examples?: Partial<Record<SplitName, number>>;
  readonly seed?: number;
}

/** A problem that a small network can learn: normal numbers, the label being the highest of some fixed mixtures of them. */
export function someDataset({ features, classes, examples = {}, seed = 1 }: TaskOptions): Dataset {
  const random = Random.fromSeed(seed);
  const mixtures = Array.from({ length: classes }, () => Array.from({ length: features }, () => random.normal()));
  const fill = (count: number): Split => {
    const split = emptySplit(count, features);
    for (let example = 0; example < count; example++) {
      const row = split.inputs.subarray(example * features, (example + 1) * features);
      for (let i = 0; i < features; i++) row[i] = random.normal();
      const scores = mixtures.map((mixture) => mixture.reduce((sum, weight, i) => sum + weight * row[i], 0));
      split.labels[example] = scores.indexOf(Math.max(...scores));
    }
    return split;
  };
  const counts: Record<SplitName, number> = { train: 200, validation: 60, test: 60, ...examples };
  const splits = Object.fromEntries(splitNames.map((name) => [name, fill(counts[name])])) as Record<SplitName, Split>;
  const digest = digestOf(`some data ${features} ${classes} ${seed}`, splits);
  return { name: 'some data', digest, features, classes, normalisation: 'none', ...splits };
}

export interface JobOptions extends ArchitectureRequest {
  readonly id?: string;
  readonly seed?: number;
}

export function someJob(
  { id = 'job', seed = 1, ...request }: JobOptions,
  more: Partial<TrainingJob> = {},
): TrainingJob {
  const architecture = defineArchitecture(request);
  return { id, architecture, pattern: somePattern(architecture, seed), seed, ...more };
}
