import { InvalidValueError } from '../../base/caller-errors.ts';
import { itemReader } from '../../base/item-reader.ts';
import { shortPercent } from '../../base/number-text.ts';
import { type SplitName, splitNames } from './dataset.ts';
import type { OwnArray } from './own-arrays.ts';
import { refuseData } from './refuse-data.ts';

const ONE_HOT = 'Save class numbers instead of one-hot rows: numpy.argmax(y, 1).';
const ONE_NUMBER = 'Save one class number for each example.';
const FRACTIONS =
  'Save class numbers, whole numbers from 0: a quantity to be predicted must be cut into classes first.';
/** For labels of any other kind, text among them. */
export const NUMBER_LABELS = 'Save class numbers: numpy.unique(y, return_inverse=True)[1].';

/** Whether every row has a single 1 and zeros beside it. */
function isOneHot({ array }: OwnArray): boolean {
  const { shape, fortran } = array;
  if (shape.length !== 2 || shape[1] < 2) return false;
  const [rows, columns] = shape;
  const read = itemReader(array);
  for (let row = 0; row < rows; row++) {
    let ones = 0;
    for (let column = 0; column < columns; column++) {
      const value = read(fortran ? column * rows + row : row * columns + column);
      if (value !== 0 && value !== 1) return false;
      ones += value;
    }
    if (ones !== 1) return false;
  }
  return true;
}

/** The labels of `examples` examples, as they are stored. @throws ScattershotError 'not-a-dataset' naming the first that is none */
export function storedLabels(y: OwnArray, examples: number, of: string): Uint8Array {
  const { name, array } = y;
  const { shape } = array;
  if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1)) {
    const message = `${name} has the shape (${shape.join(', ')}); expected one class number an example`;
    return refuseData(message, isOneHot(y) ? ONE_HOT : ONE_NUMBER);
  }
  if (shape[0] !== examples) return refuseData(`${name} has ${shape[0]} labels for the ${examples} examples of ${of}`);
  const read = itemReader(array);
  return Uint8Array.from({ length: examples }, (_, example) => {
    const label = read(example);
    if (Number.isInteger(label) && label >= 0 && label <= 255) return label;
    const nextStep = Number.isInteger(label) ? NUMBER_LABELS : FRACTIONS;
    return refuseData(`${name}: expected class numbers from 0 to 255; got ${label} at ${example}`, nextStep);
  });
}

/** The labels of one set, with the array they are from. */
interface NamedLabels {
  readonly name: string;
  readonly labels: Uint8Array;
}

export type LabelSets = { readonly train: NamedLabels } & Readonly<
  Record<Exclude<SplitName, 'train'>, NamedLabels | null>
>;

/** How stored labels become class numbers. */
export interface Classes {
  readonly classes: number;
  /** labels that occur, in order, where they are not the class numbers themselves; else null */
  readonly renumbered: readonly number[] | null;
  /** the class number of a stored label */
  numberOf(label: number): number;
  /** what the user should know */
  readonly notes: readonly string[];
}

const countsOf = (labels: Uint8Array) => {
  const counts = new Uint32Array(256);
  for (const label of labels) counts[label]++;
  return counts;
};

const percent = (share: number) => shortPercent(share, 2);
const listed = (labels: readonly number[]) =>
  `label${labels.length === 1 ? '' : 's'} ${labels.slice(0, 8).join(', ')}${labels.length > 8 ? ', …' : ''}`;

/** Of each other set, the classes that no training example has: none of their examples can be got right. */
function unknownClassNotes({ train, ...others }: LabelSets): readonly string[] {
  const known = countsOf(train.labels);
  return Object.values(others).flatMap((set) => {
    if (set === null) return [];
    const counts = countsOf(set.labels);
    const unknown = [...counts.keys()].filter((label) => counts[label] > 0 && known[label] === 0);
    if (unknown.length === 0) return [];
    const share = unknown.reduce((sum, label) => sum + counts[label], 0) / set.labels.length;
    return [
      `${listed(unknown)} of ${set.name} ${unknown.length === 1 ? 'has' : 'have'} no training example: ${percent(share)} of its examples cannot be got right.`,
    ];
  });
}

/** Whether more than half of the numbers from the least to the largest label occur. */
const isDense = (labels: readonly number[]) => 2 * labels.length > labels[labels.length - 1] - labels[0] + 1;

/** Class numbers where labels do not start at 0 or have many gaps. */
function renumbering(labels: readonly number[]): { readonly number: (label: number) => number; readonly note: string } {
  const [least, most] = [labels[0], labels[labels.length - 1]];
  if (isDense(labels)) {
    const note = `Labels run from ${least} to ${most}: label ${least} is taken as class 0, and so on.`;
    return { number: (label) => label - least, note };
  }
  const numbers = new Map(labels.map((label, number) => [label, number]));
  const last = labels.length - 1;
  return {
    number: (label) => numbers.get(label)!,
    note: `The ${listed(labels)} are taken as the classes 0 to ${last}, in this order.`,
  };
}

/**
 * Classes by the labels that are there. A label is its class number where the labels start at 0 and most numbers up to the largest
 * occur, or where enough classes are asked for; else classes are numbered in the order of the labels: 1 to 8 are the classes 0 to 7.
 * @param asked null: as many as the labels need
 * @throws ScattershotError 'not-a-dataset' for a single class; RangeError for fewer classes than there are labels
 */
export function classesOf(sets: LabelSets, asked: number | null): Classes {
  const there = new Uint8Array(256);
  for (const split of splitNames) for (const label of sets[split]?.labels ?? []) there[label] = 1;
  const labels = [...there.keys()].filter((label) => there[label] === 1);
  const [least, most] = [labels[0], labels[labels.length - 1]];
  const trained = new Set(sets.train.labels);
  if (trained.size < 2) {
    return refuseData(`${sets.train.name} has one class only (label ${[...trained].join()}); expected at least two`);
  }
  if (asked !== null && (asked < labels.length || asked > 256)) {
    throw new InvalidValueError(`classes must be from ${labels.length}, as the labels have it, to 256; got ${asked}`);
  }
  const kept = asked === null ? least === 0 && isDense(labels) : asked > most;
  const { number, note } = kept ? { number: (label: number) => label, note: null } : renumbering(labels);
  const needed = number(most) + 1;
  const absent = Array.from({ length: most - least + 1 }, (_, n) => n + least).filter((label) => there[label] === 0);
  const hasGaps = asked === null && labels.length < needed;
  const gaps = `${listed(absent)} ${absent.length === 1 ? 'does' : 'do'} not occur: ${needed} classes, ${labels.length} of them there.`;
  return {
    ...{ classes: asked ?? needed, renumbered: kept ? null : labels, numberOf: number },
    notes: [
      ...(note === null ? [] : [note]),
      ...(hasGaps ? [gaps[0].toUpperCase() + gaps.slice(1)] : []),
      ...unknownClassNotes(sets),
    ],
  };
}
