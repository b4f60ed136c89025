import { setImmediate } from 'node:timers/promises';
import { InvalidValueError } from '../../base/caller-errors.ts';
import { shuffledRange } from '../../base/numbers.ts';
import { Random } from '../../base/random.ts';
import { emptySplit, type Split, type SplitName, splitNames } from './dataset.ts';

/** Examples as they were read, before they are dealt to splits. */
export interface Examples {
  readonly count: number;
  readonly labels: Uint8Array;
  /** writes an example's features, normalised, to `out` from `at` on */
  write(example: number, out: Float32Array, at: number): void;
}

/** How examples are dealt to splits. */
export interface SplitPlan {
  /** training examples; null: all that the other splits leave */
  readonly train: number | null;
  /** null: all of a validation set that comes apart */
  readonly validation: number | null;
  /** null: all of a test set that comes apart */
  readonly test: number | null;
  readonly seed: number;
}

const streams = { deal: 1, test: 2, trainOrder: 3, validationOrder: 4, validation: 5 } as const;

/**
 * The examples in a random order in which every class is spread evenly, so that any first or last part has each class in proportion
 * (to within one example a class): example number r, from 0, of a class of n stands by (r + ½)/n.
 */
export function spreadOrder(labels: Uint8Array, random: Random): Uint32Array {
  const order = shuffledRange(labels.length, random);
  const sizes = new Uint32Array(256);
  for (const label of labels) sizes[label]++;
  const seen = new Uint32Array(256);
  const key = new Float64Array(labels.length);
  for (const example of order) {
    const label = labels[example];
    key[example] = (seen[label]++ + 0.5) / sizes[label];
  }
  // A stable sort: equal keys stay in random order.
  return order.sort((a, b) => key[a] - key[b]);
}

function requireCount(count: number, most: number, split: SplitName, of: string): void {
  if (!(Number.isSafeInteger(count) && count >= 1 && count <= most)) {
    const range = most < 1 ? 'cannot be taken from' : `must have from 1 to ${most} of`;
    throw new InvalidValueError(`the ${split} split ${range} ${of}; got ${count}`);
  }
}

interface Dealt {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  readonly test: Uint32Array;
}

/** Of sets that come apart from the training examples. */
interface SetsApart<T> {
  readonly validation: T | null;
  readonly test: T | null;
}

/**
 * Which example goes where. A test set that comes apart stays as it is (of a part of it: the numbers ascend), and so does a validation
 * set; else the test split is dealt first, then validation, then training. So `validation` and `test` decide what those splits hold,
 * and a smaller `train` is a part of a larger. Training and validation examples are shuffled.
 * @throws RangeError for counts that the examples do not allow
 */
export function dealExamples(examples: Uint8Array, apart: SetsApart<Uint8Array>, plan: SplitPlan): Dealt {
  const random = Random.fromSeed(plan.seed);
  const order = spreadOrder(examples, random.fork(streams.deal));
  const heldOut = (split: 'validation' | 'test', most: number, of: string) => {
    const set = apart[split];
    if (set === null) requireCount(plan[split] ?? 0, most, split, of);
    else if (plan[split] !== null) requireCount(plan[split], set.length, split, `${set.length} ${split} examples`);
    return set === null ? (plan[split] ?? 0) : 0;
  };
  const kept = apart.validation === null ? 2 : 1;
  const tested = heldOut(
    'test',
    order.length - kept,
    `${order.length} examples (all but ${kept === 2 ? 'two' : 'one'})`,
  );
  const rest = order.length - tested;
  const validated = heldOut('validation', rest - 1, `${rest} examples (all but one)`);
  const left = rest - validated;
  const train = plan.train ?? left;
  requireCount(
    train,
    left,
    'train',
    apart.validation === null ? `the ${left} examples that validation leaves` : `${left} examples`,
  );
  const from = tested + validated;
  return {
    train: random.fork(streams.trainOrder).shuffle(order.slice(from, from + train)),
    validation:
      apart.validation === null
        ? random.fork(streams.validationOrder).shuffle(order.slice(tested, from))
        : partOf(apart.validation, plan.validation, random.fork(streams.validation)),
    test:
      apart.test === null ? order.slice(0, tested).sort() : partOf(apart.test, plan.test, random.fork(streams.test)),
  };
}

/** `count` examples of a set, every class in proportion; null: all. */
function partOf(labels: Uint8Array, count: number | null, random: Random): Uint32Array {
  if (count === null || count === labels.length) return Uint32Array.from(labels, (_, example) => example);
  return spreadOrder(labels, random).slice(0, count).sort();
}

function fill(examples: Examples, chosen: Uint32Array, features: number): Split {
  const split = emptySplit(chosen.length, features);
  for (const [row, example] of chosen.entries()) {
    split.labels[row] = examples.labels[example];
    examples.write(example, split.inputs, row * features);
  }
  return split;
}

/** Deals and copies; what does not come apart is taken from the examples. @returns null when the signal came first. @throws RangeError */
export async function makeSplits(
  examples: Examples,
  apart: SetsApart<Examples>,
  features: number,
  plan: SplitPlan,
  signal?: AbortSignal,
): Promise<Readonly<Record<SplitName, Split>> | null> {
  const { validation, test } = apart;
  const labels = { validation: validation?.labels ?? null, test: test?.labels ?? null };
  const dealt = dealExamples(examples.labels, labels, plan);
  const sources = { train: examples, validation: validation ?? examples, test: test ?? examples };
  const splits = {} as Record<SplitName, Split>;
  for (const name of splitNames) {
    await setImmediate();
    if (signal?.aborted) return null;
    splits[name] = fill(sources[name], dealt[name], features);
  }
  return splits;
}
