import { InvalidValueError } from '../../base/caller-errors.ts';

/** What may stand after a data set's name, as in "mnist:train=10000,validation=5000,seed=1". */
export interface DataOptions {
  readonly train?: number;
  readonly validation?: number;
  readonly test?: number;
  readonly seed?: number;
  readonly scale?: InputScale;
  readonly classes?: number;
}

/** 'none': as stored; 'unit': whole numbers of a byte divided by 255; 'standard': mean 0, deviation 1 */
export type InputScale = (typeof scales)[number];
const scales = ['none', 'unit', 'standard'] as const;

const counts = ['train', 'validation', 'test', 'seed', 'classes'] as const;

/**
 * @param allowed keys of the options that this data set has
 * @throws RangeError naming what was got and what is expected
 */
export function parseDataOptions(text: string, allowed: readonly (keyof DataOptions)[]): DataOptions {
  const options: Record<string, number | InputScale> = {};
  for (const option of text.split(',')) {
    const [key, value = ''] = option.split('=', 2);
    const known = (allowed as readonly string[]).includes(key);
    const count = (counts as readonly string[]).includes(key) && /^\d{1,15}$/.test(value);
    const scale = key === 'scale' && (scales as readonly string[]).includes(value);
    if (!known || Object.hasOwn(options, key) || !(count || scale)) {
      const expected = allowed.map((each) => `${each}=${each === 'scale' ? scales.join('|') : 'N'}`).join(', ');
      throw new InvalidValueError(`unknown option "${option}" of the data; expected ${expected}, each once`);
    }
    options[key] = count ? Number(value) : (value as InputScale);
  }
  return options;
}

export const dataOptionKeys = ['train', 'validation', 'test', 'seed', 'scale', 'classes'] as const;

/** The options in one order, for names and digests; '' where there are none. */
export function showDataOptions(options: DataOptions): string {
  return dataOptionKeys.flatMap((key) => (options[key] === undefined ? [] : `${key}=${options[key]}`)).join(',');
}
