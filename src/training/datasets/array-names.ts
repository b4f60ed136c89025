import { type SplitName, splitNames } from './dataset.ts';

/** What an array holds, by its name: examples (x) or labels (y), and of which set; null: of one set, not divided yet. */
export interface ArrayName {
  readonly role: 'x' | 'y';
  readonly split: SplitName | null;
}

const roleWords: Readonly<Record<ArrayName['role'], readonly string[]>> = {
  x: ['x', 'image', 'images', 'data', 'feature', 'features', 'input', 'inputs', 'example', 'examples'],
  y: ['y', 'label', 'labels', 'target', 'targets'],
};

const splitWords: Readonly<Record<SplitName, readonly string[]>> = {
  train: ['train', 'training'],
  validation: ['val', 'valid', 'validation', 'dev'],
  test: ['test', 'testing'],
};

/** The names that are read, for next steps. */
export const READ_NAMES =
  'Read are x and y, or x_train and y_train, with x_test and y_test, x_val and y_val where there are such sets ' +
  '(in any case and order, as testX; also images, data, features, inputs, and labels, targets).';

/** Every name that is read, without case and separators. */
const known = new Map<string, ArrayName>();
for (const role of ['x', 'y'] as const) {
  for (const word of roleWords[role]) {
    known.set(word, { role, split: null });
    for (const split of splitNames) {
      for (const of of splitWords[split]) {
        known.set(word + of, { role, split });
        known.set(of + word, { role, split });
      }
    }
  }
}

/** What an array of this name is read as: x, X_test, testX, val_images, …; null where the name is not one that is read. */
export const readArrayName = (name: string): ArrayName | null =>
  known.get(name.toLowerCase().replace(/[\s./_-]/g, '')) ?? null;

/** What an array's header says of it. */
interface ArrayLook {
  readonly name: string;
  readonly shape: readonly number[];
  /** null where its items are not plain numbers */
  readonly kind: 'b' | 'i' | 'u' | 'f' | null;
}

/** Words of a vector that goes with examples and is none itself: sample_weight, x_mean, test_size. */
const companionWords = new Set([
  ...['weight', 'weights', 'mean', 'means', 'std', 'var', 'scale', 'offset', 'min', 'max'],
  ...['shape', 'size', 'sizes', 'count', 'counts', 'name', 'names'],
]);

const dataWords = new Set([...Object.values(roleWords), ...Object.values(splitWords)].flat());

/** "testLabels2" → test, labels, 2. */
const wordsOf = (name: string): readonly string[] =>
  name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u);

/**
 * Whether an array that is not read could be somebody's examples, labels or division into sets: any table of numbers, and a vector
 * whose name says so. Vectors and single numbers that only go with the data are none.
 */
export function couldBeData({ name, shape, kind }: ArrayLook): boolean {
  if (kind === null || shape.some((side) => side === 0)) return false;
  const sides = shape.filter((side) => side > 1);
  if (sides.length !== 1) return sides.length > 1;
  const words = wordsOf(name);
  return words.some((word) => dataWords.has(word)) && !words.some((word) => companionWords.has(word));
}
