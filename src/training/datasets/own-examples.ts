import { max, mean, min, standardDeviation } from 'simple-statistics';
import { InvalidValueError } from '../../base/caller-errors.ts';
import { itemReader } from '../../base/item-reader.ts';
import type { DataOptions, InputScale } from './data-options.ts';
import type { SplitName } from './dataset.ts';
import { featurePlaces, itemsIn } from './numeric-array.ts';
import type { LabelledArrays, OwnArray, OwnArrays } from './own-arrays.ts';
import { classesOf, type LabelSets, storedLabels } from './own-labels.ts';
import { refuseData } from './refuse-data.ts';
import type { Examples } from './splits.ts';

const isBytes = ({ array }: OwnArray) => array.kind === 'u' && array.bytes === 1;

/** Whether values are divided by 255 before any standardising. @throws RangeError */
function isDivided(scale: InputScale | undefined, x: OwnArray): boolean {
  if (scale === 'unit' && !isBytes(x)) {
    throw new InvalidValueError(
      `scale=unit is for arrays of bytes (uint8); got ${x.name} of ${x.array.bytes}-byte items`,
    );
  }
  return scale !== 'none' && isBytes(x);
}

/** Bytes are divided and other numbers are not, so one set of each would be two scales. @throws ScattershotError 'not-a-dataset' */
function requireSameScale(x: OwnArray, other: OwnArray, scale: InputScale | undefined): void {
  if (scale === 'none' || isBytes(x) === isBytes(other)) return;
  const [bytes, others] = isBytes(x) ? [x.name, other.name] : [other.name, x.name];
  refuseData(
    `${bytes} holds bytes, which are divided by 255, and ${others} does not: the two would be scaled differently`,
    'Save both as the same type, or take both as they are stored with the option scale=none.',
  );
}

/** How values are scaled, in words. */
function scalingWords(scale: InputScale | undefined, x: OwnArray): string {
  if (scale === 'standard') return 'each feature to mean 0 and deviation 1 of the training split';
  return isDivided(scale, x) ? 'divided by 255' : 'as stored';
}

/** The least and the largest of all values, their mean and deviation. */
interface ValueSpread {
  readonly least: number;
  readonly most: number;
  readonly mean: number;
  readonly deviation: number;
}

/** One set read: its examples, labels still as they are stored, and how its values lie. */
interface ReadSet extends Examples {
  readonly spread: ValueSpread;
}

/** @throws ScattershotError 'not-a-dataset' for shapes that do not fit, labels that are none, values that are not finite */
function readSet({ x, y }: LabelledArrays, scale: InputScale | undefined): ReadSet {
  const { name, array } = x;
  const [count, ...sides] = array.shape;
  const features = itemsIn(sides);
  const labels = y.array.shape[0];
  if (count !== labels && sides.length === 1 && sides[0] === labels) {
    const nextStep = 'Save x with the examples first: x.T.';
    refuseData(
      `${name} has the shape (${array.shape.join(', ')}) for ${labels} labels; expected (examples, features)`,
      nextStep,
    );
  }
  if (array.shape.length === 0 || count === 0 || features === 0) {
    return refuseData(
      `${name} has the shape (${array.shape.join(', ')}); expected (examples, features) or more dimensions`,
    );
  }
  const read = itemReader(array);
  const { exampleStep, places } = featurePlaces(array);
  const divided = isDivided(scale, x);
  const write = (example: number, out: Float32Array, at: number) => {
    for (let feature = 0; feature < features; feature++) {
      const value = read(example * exampleStep + places[feature]);
      // Divided, not multiplied: v/255 is the nearest float, as for the published images.
      out[at + feature] = divided ? value / 255 : value;
    }
  };
  if (array.kind === 'f') requireFinite(name, count, features, write);
  return { count, labels: storedLabels(y, count, name), write, spread: spreadOf(count, features, write) };
}

/** @throws ScattershotError 'not-a-dataset' naming the first value that is none */
function requireFinite(name: string, count: number, features: number, write: Examples['write']): void {
  const row = new Float32Array(features);
  for (let example = 0; example < count; example++) {
    write(example, row, 0);
    const feature = row.findIndex((value) => !Number.isFinite(value));
    if (feature >= 0) {
      refuseData(
        `${name} is not finite at example ${example}, feature ${feature} (as a 32-bit float)`,
        'Replace such values before saving.',
      );
    }
  }
}

/** Values that a spread is taken of, at most: enough to tell scales apart. */
const MOST_VALUES = 200_000;

/** How the values of a set lie; of a large set, those of examples evenly chosen from it. */
function spreadOf(count: number, features: number, write: Examples['write']): ValueSpread {
  const rows = Math.max(1, Math.min(count, Math.floor(MOST_VALUES / features)));
  const values = new Float32Array(rows * features);
  for (let row = 0; row < rows; row++) write(Math.floor((row * count) / rows), values, row * features);
  const list = Array.from(values);
  return { least: min(list), most: max(list), mean: mean(list), deviation: standardDeviation(list) };
}

/** Sets of one source never differ so much: one of them was scaled, and the other was not. */
const MOST_RATIO = 3;
const MOST_SHIFT = 2;
/** Of fewer values little can be said. */
const LEAST_VALUES = 32;

const rangeText = ({ least, most }: ValueSpread) => `${Number(least.toPrecision(3))} to ${Number(most.toPrecision(3))}`;

/** A warning where two sets are not on one scale; null where they are. */
function scaleNote(x: OwnArray, train: ValueSpread, other: OwnArray, spread: ValueSpread): string | null {
  if (Math.min(itemsIn(x.array.shape), itemsIn(other.array.shape)) < LEAST_VALUES) return null;
  const [small, large] = [train.deviation, spread.deviation].sort((a, b) => a - b);
  if (large <= MOST_RATIO * small && Math.abs(train.mean - spread.mean) <= MOST_SHIFT * large) return null;
  return `${x.name} runs from ${rangeText(train)} and ${other.name} from ${rangeText(spread)}: they seem to be scaled differently, and accuracy will say little. Scale both alike before saving.`;
}

/** A user's examples, checked, before they are dealt to splits. */
export interface OwnExamples {
  readonly features: number;
  readonly classes: number;
  /** the stored labels in order, where they are not the class numbers themselves; else null */
  readonly renumbered: readonly number[] | null;
  readonly sets: Readonly<Record<SplitName, Examples | null>> & { readonly train: Examples };
  readonly normalisation: string;
  /** what the user should know of the data, a sentence each */
  readonly notes: readonly string[];
}

const featuresOf = ({ array }: OwnArray) => itemsIn(array.shape.slice(1));

/** @throws ScattershotError 'not-a-dataset' */
function requireEnough({ train, validation, test }: OwnArrays, count: number): void {
  const splits = ['training', ...(validation === null ? ['validation'] : []), ...(test === null ? ['test'] : [])];
  if (count >= splits.length) return;
  const list = splits.length === 1 ? splits[0] : `${splits.slice(0, -1).join(', ')} and ${splits.at(-1)}`;
  refuseData(
    `${train.x.name} holds ${count} of at least ${splits.length} examples, one each for ${list}`,
    'Add examples.',
  );
}

/** Another set beside the training set, with what is to be said of it. @throws ScattershotError 'not-a-dataset' */
function otherSet(train: OwnArray, spread: ValueSpread, other: LabelledArrays | null, scale: InputScale | undefined) {
  if (other === null) return { set: null, notes: [] };
  requireSameScale(train, other.x, scale);
  if (featuresOf(other.x) !== featuresOf(train)) {
    refuseData(`${other.x.name} has ${featuresOf(other.x)} features; ${train.name} has ${featuresOf(train)}`);
  }
  const set = readSet(other, scale);
  const note = scaleNote(train, spread, other.x, set.spread);
  return { set, notes: note === null ? [] : [note] };
}

/** What the files hold, checked. @throws ScattershotError 'not-a-dataset', RangeError for options that do not fit the data */
export function ownExamples(arrays: OwnArrays, { scale, classes: asked }: DataOptions): OwnExamples {
  const { x, y } = arrays.train;
  const train = readSet(arrays.train, scale);
  const validation = otherSet(x, train.spread, arrays.validation, scale);
  const test = otherSet(x, train.spread, arrays.test, scale);
  requireEnough(arrays, train.count);
  const namedLabels = (of: LabelledArrays | null, set: Examples | null) =>
    of === null || set === null ? null : { name: of.y.name, labels: set.labels };
  const labels: LabelSets = {
    train: { name: y.name, labels: train.labels },
    validation: namedLabels(arrays.validation, validation.set),
    test: namedLabels(arrays.test, test.set),
  };
  const { classes, renumbered, numberOf, notes } = classesOf(labels, asked ?? null);
  const numbered = (set: Examples): Examples =>
    renumbered === null ? set : { ...set, labels: set.labels.map(numberOf) };
  return {
    ...{ features: featuresOf(x), classes, renumbered, normalisation: scalingWords(scale, x) },
    sets: {
      train: numbered(train),
      validation: validation.set === null ? null : numbered(validation.set),
      test: test.set === null ? null : numbered(test.set),
    },
    notes: [...notes, ...validation.notes, ...test.notes],
  };
}
