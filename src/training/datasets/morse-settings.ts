import { InvalidValueError } from '../../base/caller-errors.ts';
import type { SplitName } from './dataset.ts';

/** Which Morse data. Two settings that differ in any field are different data. */
export interface MorseSettings {
  /** '2017': samples rounded to integers before clipping, 17 levels. '2018': rounded to 3 decimals after dividing by 16 */
  readonly version: '2017' | '2018';
  /** σ of the noise added to every sample, before clipping to [0, 16] */
  readonly noise: number;
  /** leading zeros U{0..remaining} and dashes of 3 to 9 samples */
  readonly difficult: boolean;
  readonly examplesPerClass: Readonly<Record<SplitName, number>>;
  readonly seed: number;
}

export type MorseRequest = Partial<Omit<MorseSettings, 'examplesPerClass'>> & {
  readonly examplesPerClass?: Partial<MorseSettings['examplesPerClass']>;
};

/** Splits as published: 5000, 1000 and 1000 examples of each class. */
const publishedExamples: MorseSettings['examplesPerClass'] = { train: 5000, validation: 1000, test: 1000 };
/** Of all splits together: 64 classes of them, 64 features of 4 bytes and a label each, stay below the 2 GiB that can be digested at once. */
const MOST_EXAMPLES = 130_000;

/** σ as published: 1 in 2017, 0 in 2018, 4 in the difficult data. */
function publishedNoise(version: MorseSettings['version'], difficult: boolean): number {
  if (difficult) return 4;
  return version === '2017' ? 1 : 0;
}

function checkedExamples(request: MorseRequest['examplesPerClass']): MorseSettings['examplesPerClass'] {
  const examples = { ...publishedExamples, ...request };
  for (const [split, count] of Object.entries(examples)) {
    if (!Number.isSafeInteger(count) || count < 1 || count > MOST_EXAMPLES) {
      throw new InvalidValueError(
        `${split} examples per class must be a whole number from 1 to ${MOST_EXAMPLES}; got ${count}`,
      );
    }
  }
  const all = examples.train + examples.validation + examples.test;
  if (all > MOST_EXAMPLES) {
    throw new InvalidValueError(
      `examples per class must be at most ${MOST_EXAMPLES} in all splits together; got ${all}`,
    );
  }
  return examples;
}

/** Fills in what was left out as published. @throws RangeError */
export function morseSettings(request: MorseRequest = {}): MorseSettings {
  const { version = '2018', difficult = false, seed = 0 } = request;
  const noise = request.noise ?? publishedNoise(version, difficult);
  if (version !== '2017' && version !== '2018') {
    throw new InvalidValueError(`the version of the Morse data must be 2017 or 2018; got ${version}`);
  }
  if (!(noise >= 0 && noise <= 100)) throw new InvalidValueError(`noise (σ) must be from 0 to 100; got ${noise}`);
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new InvalidValueError(`the data's seed must be a whole number from 0 to 2^53 − 1; got ${seed}`);
  }
  return { version, noise, difficult, examplesPerClass: checkedExamples(request.examplesPerClass), seed };
}

/** The settings as one line of text, the same for equal settings: what digests are made of. */
export function describeMorse(settings: MorseSettings): string {
  const { version, noise, difficult, examplesPerClass, seed } = settings;
  const { train, validation, test } = examplesPerClass;
  return `morse generator 1, version ${version}, noise ${noise}, difficult ${difficult}, examples ${train}/${validation}/${test}, seed ${seed}`;
}

/** How samples are scaled, in words. */
export const morseNormalisation = ({ version }: MorseSettings): string =>
  version === '2017' ? 'integers 0 to 16, divided by 16' : 'divided by 16, 3 decimals';

function baseName(settings: MorseSettings): string {
  if (settings.difficult) return settings.version === '2017' ? 'morse-difficult-2017' : 'morse-difficult';
  return settings.version === '2017' ? 'morse-2017' : 'morse';
}

/** What each name means before its options. */
export const morseNames: Readonly<Record<string, MorseRequest>> = {
  morse: { version: '2018' },
  'morse-2018': { version: '2018' },
  'morse-2017': { version: '2017' },
  'morse-difficult': { version: '2018', difficult: true },
  'morse-difficult-2017': { version: '2017', difficult: true },
};

/** The shortest name that `parseMorseName` reads back as these settings: "morse", "morse:noise=1,examples=500/100/100". */
export function morseName(settings: MorseSettings): string {
  const usual = morseSettings({ version: settings.version, difficult: settings.difficult });
  const { train, validation, test } = settings.examplesPerClass;
  const options: string[] = [];
  if (settings.noise !== usual.noise) options.push(`noise=${settings.noise}`);
  const examples = `${train}/${validation}/${test}`;
  const usualExamples = Object.values(publishedExamples).join('/');
  if (examples !== usualExamples) options.push(`examples=${examples}`);
  if (settings.seed !== 0) options.push(`seed=${settings.seed}`);
  return options.length === 0 ? baseName(settings) : `${baseName(settings)}:${options.join(',')}`;
}

const EXPECTED = 'noise=σ, examples=TRAIN/VALIDATION/TEST (per class) and seed=N';

function wholeOrNaN(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

function parseOption(option: string): MorseRequest {
  const [key, value = ''] = option.split('=', 2);
  if (key === 'noise' && /^\d+(\.\d+)?$/.test(value)) return { noise: Number(value) };
  if (key === 'seed') return { seed: wholeOrNaN(value) };
  const counts = value.split('/').map(wholeOrNaN);
  if (key === 'examples' && counts.length === 3) {
    return { examplesPerClass: { train: counts[0], validation: counts[1], test: counts[2] } };
  }
  throw new InvalidValueError(`unknown option "${option}" of the Morse data; expected ${EXPECTED}`);
}

/** "morse", "morse-2017", "morse-difficult", each with options: "morse:noise=1,seed=3". @throws RangeError */
export function parseMorseName(text: string): MorseSettings {
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  const options = colon < 0 ? [] : text.slice(colon + 1).split(',');
  if (!Object.hasOwn(morseNames, name)) {
    throw new InvalidValueError(`unknown Morse data "${name}"; expected ${Object.keys(morseNames).join(', ')}`);
  }
  const keys = options.map((option) => option.split('=', 1)[0]);
  const twice = keys.find((key, index) => keys.indexOf(key) < index);
  const request: MorseRequest = Object.assign({}, morseNames[name], ...options.map(parseOption));
  if (twice !== undefined)
    throw new InvalidValueError(`the option ${twice} of the Morse data stands twice in "${text}"`);
  return morseSettings(request);
}
