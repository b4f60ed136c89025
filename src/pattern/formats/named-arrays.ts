import { showValue } from '../../base/content-error.ts';
import type { Pattern } from '../pattern.ts';
import type { DenseArray } from './dense.ts';
import { rowsFromDense, transposedArray } from './dense.ts';
import { type PatternFile, refuse, refuseEdges } from './pattern-file.ts';
import { patternFromRows } from './rows.ts';

/** Which arrays of a file are its junctions, and how they lie. */
export interface ArrayChoice {
  /** names, in the order of the junctions; default: junction1, junction2, … */
  readonly tensors?: readonly string[];
  /**
   * true: arrays are [left, right], as Keras keeps kernels; false: [right, left], as PyTorch keeps weights; default: [right, left],
   * unless several arrays follow on one another only as [left, right]
   */
  readonly transposed?: boolean;
}

/** An array of a container by its header; its items are read when asked for. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  /** @throws ScattershotError or ContentError for items that cannot be read */
  read(): DenseArray;
}

/** Arrays of a container, and what it calls them. */
export interface Container {
  readonly word: 'array' | 'tensor';
  readonly arrays: readonly NamedArray[];
}

/** The order of an array's sides, in words. */
export const arrayOrder = ({ transposed = false }: Pick<ArrayChoice, 'transposed'>) =>
  transposed ? 'left-right' : 'right-left';

export const junctionName = (index: number) => `junction${index + 1}`;

/** Names listed in a message. */
const MOST_LISTED = 8;

/** Junctions of a choice that is worth typing. */
const MOST_GUESSED = 32;

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const shown = names.slice(0, MOST_LISTED).join(', ');
  return names.length > MOST_LISTED ? `${shown} and ${names.length - MOST_LISTED} more` : shown;
}

const isMatrix = ({ shape }: NamedArray): boolean => shape.length === 2;

const shapeText = ({ shape }: NamedArray): string => `[${shape.join(', ')}]`;

/** Whether arrays follow on one another: the right neurons of each are the left ones of the next. */
function areChained(arrays: readonly NamedArray[], transposed: boolean): boolean {
  const [rightSide, leftSide] = transposed ? [1, 0] : [0, 1];
  return arrays.every(({ shape }, index) => index === 0 || shape[leftSide] === arrays[index - 1].shape[rightSide]);
}

/** The junctions of a container, as named or as chosen; nothing two-dimensional is left out without a word. @throws ScattershotError */
function chosenArrays({ word, arrays }: Container, choice: ArrayChoice): readonly NamedArray[] {
  const byName = new Map(arrays.map((array) => [array.name, array]));
  if (choice.tensors !== undefined) {
    return choice.tensors.map((name) => {
      const found = byName.get(name);
      if (found !== undefined) return found;
      const held = listed(arrays.map((array) => array.name));
      return refuse(
        'no-such-array',
        `it has no ${word} ${showValue(name)} (${word}s: ${held})`,
        `Give names of ${word}s that it has.`,
      );
    });
  }
  const junctions: NamedArray[] = [];
  for (
    let found = byName.get(junctionName(0));
    found !== undefined;
    found = byName.get(junctionName(junctions.length))
  ) {
    junctions.push(found);
  }
  const missing = junctionName(junctions.length);
  const matrices = arrays.filter(isMatrix);
  const unread = matrices.filter((array) => !junctions.includes(array));
  if (junctions.length === 0) {
    const held = matrices.length > 0 ? matrices : arrays;
    return refuseNames(
      word,
      `it has no ${word} ${missing} (${word}s: ${listed(held.map(({ name }) => name))})`,
      matrices,
    );
  }
  if (unread.length > 0) {
    const names = listed(unread.map((array) => `${array.name} ${shapeText(array)}`));
    const which = listed(junctions.map(({ name }) => name));
    const gap = unread.some(({ name }) => /^junction[1-9]\d*$/.test(name)) ? `it has no ${word} ${missing}; ` : '';
    return refuseNames(
      word,
      `${gap}beside ${which} it has two-dimensional ${word}s that would not be read: ${names}`,
      matrices,
    );
  }
  return junctions;
}

const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' }).compare;

/** By the numbers in the names first: junction_2 comes after junction1. */
function byNumbers(a: string, b: string): number {
  const [first, second] = [a, b].map((name) => (name.match(/\d+/g) ?? []).map(Number));
  const at = first.findIndex((number, index) => number !== second[index]);
  return at < 0 || second[at] === undefined ? byName(a, b) : first[at] - second[at];
}

/** The order that a reader would guess: of masks alone where they follow on one another, by their numbers or else by their names. */
function guessedChoice(matrices: readonly NamedArray[]): { names: string[]; transposed: boolean } | null {
  const sets = [/_mask$/, /mask/i, /./].map((meant) => matrices.filter(({ name }) => meant.test(name)));
  return sets.map(guessedOrder).find((guess) => guess !== null) ?? null;
}

function guessedOrder(meant: readonly NamedArray[]): { names: string[]; transposed: boolean } | null {
  if (meant.length === 0 || meant.length > MOST_GUESSED || meant.some(({ name }) => name.includes(','))) return null;
  const orders = [byNumbers, byName].map((compare) => [...meant].sort((a, b) => compare(a.name, b.name)));
  for (const transposed of [false, true]) {
    const chained = orders.find((order) => areChained(order, transposed));
    if (chained !== undefined) return { names: chained.map(({ name }) => name), transposed };
  }
  return null;
}

/** @param matrices what could be meant */
function refuseNames(word: string, message: string, matrices: readonly NamedArray[]): never {
  const guess = guessedChoice(matrices);
  const pruned =
    matrices.some(({ name }) => /_orig$/.test(name)) && matrices.some(({ name }) => /_mask$/.test(name))
      ? '; its names are those of torch.nn.utils.prune, whose masks end in _mask'
      : '';
  const choose = `Choose and order the ${word}s of the junctions`;
  const example =
    guess === null
      ? '--tensor NAME,NAME'
      : `--tensor ${guess.names.join(',')}${guess.transposed && guess.names.length === 1 ? ' --transposed' : ''}`;
  return refuse(
    'unnamed-junctions',
    message + pruned,
    `${choose}: ${example}. Or save them as junction1, junction2, ….`,
  );
}

/** @throws ScattershotError where junctions do not follow on one another; where they would the other way round, that is said */
function requireChain(arrays: readonly NamedArray[], transposed: boolean): void {
  if (areChained(arrays, transposed)) return;
  const [rightSide, leftSide] = transposed ? [1, 0] : [0, 1];
  const at = arrays.findIndex(
    ({ shape }, index) => index > 0 && shape[leftSide] !== arrays[index - 1].shape[rightSide],
  );
  const message = `junction ${at + 1} has ${arrays[at].shape[leftSide]} left neurons; expected the ${arrays[at - 1].shape[rightSide]} that end junction ${at}`;
  if (!areChained(arrays, !transposed)) refuseEdges(message);
  refuse(
    'transposed',
    transposed
      ? `${message}. Read as [right, left], as PyTorch keeps weights, they follow on one another`
      : `${message}. Read transposed, as [left, right], in which Keras keeps kernels, they follow on one another`,
    transposed ? 'Leave --transposed out.' : 'Give --transposed.',
  );
}

/** What was read of a container. */
export interface ReadArrays extends Pick<PatternFile, 'arrays' | 'order' | 'orderFromSizes' | 'weighted'> {
  readonly pattern: Pattern;
}

/** The pattern that a container's arrays make; each is checked before the next is unpacked. @throws ScattershotError or ContentError */
export function patternFromArrays(container: Container, choice: ArrayChoice): ReadArrays {
  const arrays = chosenArrays(container, choice);
  const orderFromSizes = choice.transposed === undefined && !areChained(arrays, false) && areChained(arrays, true);
  const transposed = choice.transposed ?? orderFromSizes;
  for (const array of arrays) requireMatrix(container.word, array);
  requireChain(arrays, transposed);
  const rows = function* () {
    for (const [index, array] of arrays.entries()) {
      const dense = array.read();
      const where = `junction ${index + 1}${array.name === junctionName(index) ? '' : ` (${array.name})`}`;
      yield rowsFromDense(transposed ? transposedArray(dense) : dense, where);
    }
  };
  const { pattern, weighted } = patternFromRows(rows());
  return {
    pattern,
    arrays: arrays.map(({ name }) => name),
    order: arrayOrder({ transposed }),
    ...(orderFromSizes ? { orderFromSizes } : {}),
    ...(weighted.length > 0 ? { weighted } : {}),
  };
}

function requireMatrix(word: string, array: NamedArray): void {
  const { name, shape } = array;
  if (shape.length === 2 && shape.every((side) => side >= 1)) return;
  const subject = word === 'tensor' ? `tensor ${name}` : name;
  refuse(
    'unsupported-array',
    `${subject} has the shape ${shapeText(array)}, not [right, left]`,
    'Save it as a two-dimensional array of bool, integers or floats, [right, left].',
  );
}
