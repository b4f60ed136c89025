import { statSync } from 'node:fs';
import { InvalidValueError } from '../../base/caller-errors.ts';
import { failure, type Outcome, ScattershotError, success } from '../../base/failure.ts';
import { type DataOptions, dataOptionKeys, parseDataOptions, type Scale, showDataOptions } from './data-options.ts';
import { type Dataset, digestOf, type Split, type SplitName, splitNames } from './dataset.ts';
import { featurePlaces, itemReader, itemsIn } from './numeric-array.ts';
import { idxPairOf, type NamedArray, type OwnArrays, type OwnFiles, readOwnFiles, refuseData } from './own-files.ts';
import { type Examples, makeSplits } from './splits.ts';

/** A user's own data set: its files, and how it is dealt and scaled. */
export interface OwnSettings {
  readonly files: OwnFiles;
  readonly options: DataOptions;
}

const options = `(?:${dataOptionKeys.join('|')})=`;
const OPTIONS_AFTER_PATH = new RegExp(`^(.+?):(${options}[^:]*)$`, 's');

/** "idx:images=a,labels=b,test-images=c,test-labels=d,seed=3"; paths with commas cannot be given so. */
function parseIdxName(text: string): OwnSettings {
  const fileKeys = ['images', 'labels', 'test-images', 'test-labels'];
  const parts = text.split(',');
  const isFile = (part: string) => fileKeys.includes(part.split('=', 1)[0]);
  const files = new Map(parts.filter(isFile).map((part) => part.split(/=(.*)/s, 2) as [string, string]));
  const [images, labels, testImages, testLabels] = fileKeys.map((key) => files.get(key) || null);
  if (images === null || labels === null || (testImages === null) !== (testLabels === null)) {
    throw new InvalidValueError(
      `expected idx:images=FILE,labels=FILE, and perhaps test-images=FILE,test-labels=FILE; got idx:${text}`,
    );
  }
  const rest = parts.filter((part) => !isFile(part)).join(',');
  const test = testImages === null || testLabels === null ? null : { images: testImages, labels: testLabels };
  return {
    files: { kind: 'idx', images, labels, test },
    options: rest === '' ? {} : parseDataOptions(rest, dataOptionKeys),
  };
}

const looksLikePath = (text: string) =>
  /[\\/]/.test(text) || /\.(npz|npy|idx|gz)$/i.test(text) || /idx\d-ubyte$/i.test(text);

/**
 * A path with options after it, or an idx: pair; null for what is neither and no file either.
 * @throws RangeError for options that are none; ScattershotError where labels are not beside their images
 */
export function parseOwnName(text: string): OwnSettings | null {
  if (text.startsWith('idx:')) return parseIdxName(text.slice(4));
  const [, path = text, given] = OPTIONS_AFTER_PATH.exec(text) ?? [];
  const status = statSync(path, { throwIfNoEntry: false });
  const isFile = status?.isFile() === true;
  if (!isFile && !looksLikePath(path)) return null;
  const parsed = given === undefined ? {} : parseDataOptions(given, dataOptionKeys);
  if (status?.isDirectory()) {
    throw new ScattershotError(failure('not-a-file', `cannot read ${path}: it is a folder`, 'Name a file in it.'));
  }
  if (!isFile) {
    throw new ScattershotError(
      failure('no-such-file', `cannot read ${path}: there is no such file`, 'Check the path.'),
    );
  }
  if (/\.npy$/i.test(path)) refuseData(`${path} holds one array, and both examples and labels are needed`);
  return { files: /\.npz$/i.test(path) ? { kind: 'npz', path } : idxPairOf(path), options: parsed };
}

const shapeText = ({ shape }: { readonly shape: readonly number[] }) => `(${shape.join(', ')})`;

/** Labels as bytes. @throws ScattershotError 'not-a-dataset' naming the first that is none */
function labelsOf({ name, array }: NamedArray, examples: number, of: string): Uint8Array {
  const { shape } = array;
  const flat = shape.length === 1 || (shape.length === 2 && shape[1] === 1);
  if (!flat) {
    const hint = shape.length === 2 ? ' For one-hot rows, save numpy.argmax(y, 1).' : '';
    return refuseData(`${name} has the shape ${shapeText(array)}; expected one class number an example.${hint}`);
  }
  if (shape[0] !== examples) return refuseData(`${name} has ${shape[0]} labels for the ${examples} examples of ${of}`);
  const read = itemReader(array);
  return Uint8Array.from({ length: examples }, (_, example) => {
    const label = read(example);
    const good = Number.isInteger(label) && label >= 0 && label <= 255;
    return good ? label : refuseData(`${name}: expected class numbers from 0 to 255; got ${label} at ${example}`);
  });
}

const isBytes = ({ array }: NamedArray) => array.kind === 'u' && array.bytes === 1;

/** Whether values are divided by 255 before any standardising. @throws RangeError */
function isDivided(scale: Scale | undefined, x: NamedArray): boolean {
  if (scale === 'unit' && !isBytes(x)) {
    throw new InvalidValueError(
      `scale=unit is for arrays of bytes (uint8); got ${x.name} of ${x.array.bytes}-byte items`,
    );
  }
  return scale !== 'none' && isBytes(x);
}

/** Bytes are divided and other numbers are not, so one split of each would be two scales. @throws ScattershotError 'not-a-dataset' */
function requireSameScale(x: NamedArray, tested: NamedArray, scale: Scale | undefined): void {
  if (scale === 'none' || isBytes(x) === isBytes(tested)) return;
  const [bytes, others] = isBytes(x) ? [x.name, tested.name] : [tested.name, x.name];
  refuseData(
    `${bytes} holds bytes, which are divided by 255, and ${others} does not: training and test examples would be scaled differently`,
    'Save both as the same type, or take both as they are stored with the option scale=none.',
  );
}

/** How values are scaled, in words. */
function scalingWords(scale: Scale | undefined, x: NamedArray): string {
  if (scale === 'standard') return 'each feature to mean 0 and deviation 1 of the training split';
  return isDivided(scale, x) ? 'divided by 255' : 'as stored';
}

/** @throws ScattershotError 'not-a-dataset' for shapes that do not fit, labels that are none, values that are not finite */
function examplesOf(x: NamedArray, y: NamedArray, scale: Scale | undefined): Examples {
  const { name, array } = x;
  const [count, ...sides] = array.shape;
  const features = itemsIn(sides);
  if (array.shape.length === 0 || count === 0 || features === 0) {
    return refuseData(`${name} has the shape ${shapeText(array)}; expected (examples, features) or more dimensions`);
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
  return { count, labels: labelsOf(y, count, name), write };
}

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

interface OwnExamples {
  readonly features: number;
  readonly classes: number;
  readonly examples: Examples;
  readonly test: Examples | null;
  readonly normalisation: string;
}

const featuresOf = ({ array }: NamedArray) => itemsIn(array.shape.slice(1));

function ownExamples({ x, y, test }: OwnArrays, { scale, classes: asked }: DataOptions): OwnExamples {
  const examples = examplesOf(x, y, scale);
  const tested = test === null ? null : examplesOf(test.x, test.y, scale);
  if (test !== null) requireSameScale(x, test.x, scale);
  const fewest = test === null ? 3 : 2;
  if (examples.count < fewest) {
    const splits = test === null ? 'training, validation and test' : 'training and validation';
    return refuseData(
      `${x.name} holds ${examples.count} of at least ${fewest} examples, one each for ${splits}`,
      'Add examples.',
    );
  }
  if (test !== null && featuresOf(test.x) !== featuresOf(x)) {
    return refuseData(`${test.x.name} has ${featuresOf(test.x)} features; ${x.name} has ${featuresOf(x)}`);
  }
  const least = 1 + [...examples.labels, ...(tested?.labels ?? [])].reduce((most, label) => Math.max(most, label), 0);
  if (asked !== undefined && (asked < least || asked > 256)) {
    throw new InvalidValueError(`classes must be from ${least}, as the labels have it, to 256; got ${asked}`);
  }
  const classes = asked ?? least;
  if (classes < 2) return refuseData(`${y.name} has one class only; expected at least two`);
  return { features: featuresOf(x), classes, examples, test: tested, normalisation: scalingWords(scale, x) };
}

/** Each feature to mean 0 and deviation 1 of the training split; one that never changes becomes 0. In place. */
function standardise(splits: Readonly<Record<SplitName, Split>>, features: number): void {
  const { inputs, examples } = splits.train;
  for (let feature = 0; feature < features; feature++) {
    let sum = 0;
    for (let i = feature; i < inputs.length; i += features) sum += inputs[i];
    const mean = sum / examples;
    let squares = 0;
    for (let i = feature; i < inputs.length; i += features) squares += (inputs[i] - mean) ** 2;
    const deviation = Math.sqrt(squares / examples);
    for (const name of splitNames) {
      const values = splits[name].inputs;
      for (let i = feature; i < values.length; i += features) {
        values[i] = deviation === 0 ? 0 : (values[i] - mean) / deviation;
      }
    }
  }
}

/** A fifth for the test split where there is none, a tenth of the rest for validation. */
function planOf({ examples, test }: OwnExamples, given: DataOptions) {
  const held = test === null ? (given.test ?? Math.max(1, Math.round(examples.count / 5))) : (given.test ?? null);
  const rest = examples.count - (test === null ? (held ?? 0) : 0);
  const validation = given.validation ?? Math.max(1, Math.round(rest / 10));
  return { train: given.train ?? null, validation, test: held, seed: given.seed ?? 0 };
}

export interface OwnFacts {
  readonly features: number;
  readonly classes: number;
  /** how values are scaled, in words */
  readonly normalisation: string;
}

/** What the files hold. @throws ScattershotError, RangeError */
export function inspectOwnData(settings: OwnSettings): OwnFacts {
  const { features, classes, normalisation } = ownExamples(readOwnFiles(settings.files), settings.options);
  return { features, classes, normalisation };
}

/** All files, the examples' own first. */
export function ownPaths(files: OwnFiles): readonly [string, ...string[]] {
  if (files.kind === 'npz') return [files.path];
  return [files.images, files.labels, ...(files.test === null ? [] : [files.test.images, files.test.labels])];
}

export function ownDataName({ files, options: given }: OwnSettings): string {
  const shown = showDataOptions(given);
  if (files.kind === 'idx') {
    const test = files.test === null ? [] : [`test-images=${files.test.images}`, `test-labels=${files.test.labels}`];
    const parts = [`images=${files.images}`, `labels=${files.labels}`, ...test, ...(shown === '' ? [] : [shown])];
    return `idx:${parts.join(',')}`;
  }
  return shown === '' ? files.path : `${files.path}:${shown}`;
}

/**
 * A user's own data set: .npz with x and y (or x_train, y_train, x_test, y_test), or a pair of IDX files. Further dimensions of x are
 * flattened row-major, the last fastest. Bytes are divided by 255, everything else is taken as it is stored, unless `scale` says
 * otherwise; 'standard' standardises each feature by the training split. One of the training and test sets in bytes and the other
 * not is refused, unless nothing is scaled. The digest depends on what is read, not on the path.
 * @returns Failures: 'no-such-file' and the like, 'not-a-dataset', 'aborted'. @throws RangeError for options that the data do not allow
 */
export async function loadOwnData(settings: OwnSettings, signal?: AbortSignal): Promise<Outcome<Dataset>> {
  const { options: given } = settings;
  try {
    const own = ownExamples(readOwnFiles(settings.files), given);
    const plan = planOf(own, given);
    const splits = await makeSplits(own.examples, own.test, own.features, plan, signal);
    if (splits === null)
      return failure('aborted', `reading ${ownPaths(settings.files)[0]} was interrupted`, 'Start it again.');
    if (given.scale === 'standard') standardise(splits, own.features);
    const description = `own data 1, validation ${plan.validation}, classes ${own.classes}, scale ${given.scale ?? 'usual'}`;
    return success({
      name: ownDataName(settings),
      digest: digestOf(description, splits),
      features: own.features,
      classes: own.classes,
      normalisation: own.normalisation,
      ...splits,
    });
  } catch (error) {
    if (error instanceof ScattershotError) return error.failure;
    throw error;
  }
}
