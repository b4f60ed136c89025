import { mean, standardDeviation } from 'simple-statistics';
import { failure, type Outcome, ScattershotError, success } from '../../base/failure.ts';
import type { DataOptions } from './data-options.ts';
import { type Dataset, digestOf, type Split, type SplitName, splitNames } from './dataset.ts';
import type { OwnArrays } from './own-arrays.ts';
import { type OwnExamples, ownExamples } from './own-examples.ts';
import { ownPaths, readOwnFiles } from './own-files.ts';
import { type OwnSettings, ownDataName } from './own-name.ts';
import { makeSplits, type SplitPlan } from './splits.ts';

/** Each feature to mean 0 and deviation 1 of the training split; one that never changes becomes 0. In place. */
function standardise(splits: Readonly<Record<SplitName, Split>>, features: number): void {
  const { inputs, examples } = splits.train;
  for (let feature = 0; feature < features; feature++) {
    const column = Array.from({ length: examples }, (_, example) => inputs[example * features + feature]);
    const centre = mean(column);
    const deviation = standardDeviation(column);
    for (const name of splitNames) {
      const values = splits[name].inputs;
      for (let i = feature; i < values.length; i += features) {
        values[i] = deviation === 0 ? 0 : (values[i] - centre) / deviation;
      }
    }
  }
}

/** A fifth for the test split where there is no test set, a tenth of the rest for validation where there is no such set. */
function planOf({ sets }: OwnExamples, given: DataOptions): SplitPlan {
  const { count } = sets.train;
  const part = (split: 'validation' | 'test', of: number, share: number) =>
    given[split] ?? (sets[split] === null ? Math.max(1, Math.round(of * share)) : null);
  const test = part('test', count, 1 / 5);
  const rest = count - (sets.test === null ? (test ?? 0) : 0);
  return { train: given.train ?? null, validation: part('validation', rest, 1 / 10), test, seed: given.seed ?? 0 };
}

export interface OwnFacts extends Pick<OwnExamples, 'features' | 'classes' | 'normalisation'> {
  /** what its splits take in memory, with the arrays that they are read from */
  readonly memoryBytes: number;
}

function memoryOf(arrays: OwnArrays): number {
  const sets = splitNames.flatMap((split) => arrays[split] ?? []);
  return sets.reduce((sum, { x, y }) => {
    const items = x.array.data.length / x.array.bytes;
    return sum + 4 * items + x.array.data.length + y.array.data.length;
  }, 0);
}

/** What the files hold. @throws ScattershotError, RangeError */
export function inspectOwnData({ files, options }: OwnSettings): OwnFacts {
  const arrays = readOwnFiles(files);
  const { features, classes, normalisation } = ownExamples(arrays, options);
  return { features, classes, normalisation, memoryBytes: memoryOf(arrays) };
}

/** What the digest starts from: how the data were dealt and read, not where they lie. */
function describe({ classes, renumbered }: OwnExamples, { validation }: SplitPlan, { scale }: DataOptions): string {
  const labels = renumbered === null ? '' : `, labels ${renumbered.join(' ')}`;
  return `own data 1, validation ${validation ?? 'apart'}, classes ${classes}${labels}, scale ${scale ?? 'usual'}`;
}

/**
 * A user's own data set: .npz with x and y (or x_train, y_train, and x_test, y_test, x_val, y_val where there are such sets; other
 * names as in `readArrayName`), or a pair of IDX files. Further dimensions of x are flattened row-major, the last fastest. Bytes are
 * divided by 255, everything else is taken as it is stored, unless `scale` says otherwise; 'standard' standardises each feature by
 * the training split. Sets of which one holds bytes and the other does not are refused, unless nothing is scaled. Labels that start
 * at 1 are counted from there. The digest depends on what is read, not on the path.
 * @returns Failures: 'no-such-file' and the like, 'not-a-dataset', 'aborted'. @throws RangeError for options that the data do not allow
 */
export async function loadOwnData(
  settings: OwnSettings,
  { signal, onNote }: { readonly signal?: AbortSignal; readonly onNote?: (note: string) => void } = {},
): Promise<Outcome<Dataset>> {
  const { files, options } = settings;
  try {
    const own = ownExamples(readOwnFiles(files), options);
    for (const note of own.notes) onNote?.(note);
    const plan = planOf(own, options);
    const { train, ...apart } = own.sets;
    const splits = await makeSplits(train, apart, own.features, plan, signal);
    if (splits === null) return failure('aborted', `reading ${ownPaths(files)[0]} was interrupted`, 'Start it again.');
    if (options.scale === 'standard') standardise(splits, own.features);
    return success({
      name: ownDataName(settings),
      digest: digestOf(describe(own, plan, options), splits),
      ...{ features: own.features, classes: own.classes, normalisation: own.normalisation },
      ...splits,
    });
  } catch (error) {
    if (error instanceof ScattershotError) return error.failure;
    throw error;
  }
}
