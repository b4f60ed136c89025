import { Random } from '../../base/random.ts';
import { defineArchitecture, junctionSizes } from '../../pattern/architecture.ts';
import { makePattern } from '../../pattern/pattern.ts';
import { type Dataset, digestOf, emptySplit, type Split, type SplitName, splitNames } from '../datasets/dataset.ts';
import type { TrainingJob } from '../trainer.ts';

/** Data and a network that any trainer has done with in no time. */

const FEATURES = 8;
const CLASSES = 4;
const examples = { train: 120, validation: 40, test: 40 } as const;

/** Normal numbers; an example's class is that of its largest among the first four. */
function someSplit(count: number, random: Random): Split {
  const split = emptySplit(count, FEATURES);
  for (let example = 0; example < count; example++) {
    const row = split.inputs.subarray(example * FEATURES, (example + 1) * FEATURES);
    for (let i = 0; i < FEATURES; i++) row[i] = random.normal();
    split.labels[example] = row.subarray(0, CLASSES).indexOf(Math.max(...row.subarray(0, CLASSES)));
  }
  return split;
}

export function tinyDataset(): Dataset {
  const random = Random.fromSeed(1);
  const splits = Object.fromEntries(
    splitNames.map((name) => [name, someSplit(examples[name], random)] as const),
  ) as unknown as Record<SplitName, Split>;
  const digest = digestOf('trainer check', splits);
  return { name: 'trainer check', digest, features: FEATURES, classes: CLASSES, normalisation: 'none', ...splits };
}

/** 8 - 12 - 4 neurons, edges dealt round. */
export function tinyJob(seed: number): TrainingJob {
  const architecture = defineArchitecture({ layers: [FEATURES, 12, CLASSES], fanOuts: [3, 2] });
  const junctions = junctionSizes(architecture).map(({ left, edges }) =>
    Uint32Array.from({ length: edges }, (_, e) => e % left),
  );
  return { id: `job ${seed}`, architecture, pattern: makePattern(architecture, junctions), seed };
}
