import { InvalidValueError } from '../../base/caller-errors.ts';
import { type Outcome, success } from '../../base/failure.ts';
import { type DataOptions, parseDataOptions, showDataOptions } from './data-options.ts';
import { type Dataset, digestOf } from './dataset.ts';
import { letters } from './letters.ts';
import { type ReadOptions, readingAborted, readPublished } from './read-published.ts';
import { spam } from './spam.ts';
import { makeSplits, type SplitPlan } from './splits.ts';
import type { TextData } from './text-data.ts';

/** A data set made of text, and how it is dealt to splits. */
export interface TextSettings {
  readonly data: TextData;
  readonly plan: SplitPlan;
}

export const textData: Readonly<Record<TextData['name'], TextData>> = { letters, spam };

const allowed = ['train', 'validation', 'test', 'seed'] as const;

/** "letters", "spam:train=1000,seed=3"; null where it names neither. @throws RangeError for options that the data do not allow */
export function parseTextName(text: string): TextSettings | null {
  const [name, options = null] = text.split(/:(.*)/s, 2);
  if (!Object.hasOwn(textData, name)) return null;
  const data = textData[name as TextData['name']];
  const given = options === null ? {} : parseDataOptions(options, allowed);
  const plan = { seed: 0, ...data.usual, ...given };
  const held = (plan.validation ?? 0) + (plan.test ?? 0);
  const least = Math.min(plan.train ?? 1, plan.validation ?? 1, plan.test ?? 1);
  if (least < 1 || held + (plan.train ?? 1) > data.examples) {
    throw new InvalidValueError(
      `${name} has ${data.examples} examples, of which train, validation and test take at least one each; got ${plan.train ?? 'the rest'}, ${plan.validation} and ${plan.test}`,
    );
  }
  return { data, plan };
}

/** The shortest name that `parseTextName` reads back as these settings. */
export function textDataName({ data, plan }: TextSettings): string {
  const options: DataOptions = Object.fromEntries(
    allowed.flatMap((key) => {
      const usual = key === 'seed' ? 0 : data.usual[key];
      return plan[key] === usual ? [] : [[key, plan[key]]];
    }),
  );
  const shown = showDataOptions(options);
  return shown === '' ? data.name : `${data.name}:${shown}`;
}

/** What digests of the data start from. */
const describe = ({ data, plan: { train, validation, test, seed } }: TextSettings) =>
  `text 1, ${data.name}, train ${train ?? 'rest'}, validation ${validation}, test ${test}, seed ${seed}`;

/**
 * A data set made of text, from the cache, its file checked by digest, dealt to splits: the test split first, by the seed, so that
 * settings of one seed and test size share it.
 * @param cacheFolder null: there is nowhere to look
 * @returns Failures: 'not-fetched', 'broken-data', 'aborted', and what the system says
 */
export async function loadText(
  settings: TextSettings,
  cacheFolder: string | null,
  options: ReadOptions = {},
): Promise<Outcome<Dataset>> {
  const { data, plan } = settings;
  const read = await readPublished(data, cacheFolder, options);
  if (!read.ok) return read;
  const examples = data.examplesOf(read.value[0]);
  const splits = await makeSplits(examples, { validation: null, test: null }, data.features, plan, options.signal);
  if (splits === null) return readingAborted(data.name);
  options.onProgress?.(1);
  return success({
    name: textDataName(settings),
    digest: digestOf(describe(settings), splits),
    ...{ features: data.features, classes: data.classes, normalisation: data.normalisation },
    ...splits,
  });
}
