import { InvalidValueError } from '../../base/caller-errors.ts';
import { parseImageName } from './images.ts';
import { morseNames, parseMorseName } from './morse-settings.ts';
import { parseOwnName } from './own-name.ts';
import { imageNames } from './published.ts';
import { type DatasetSource, imageSource, morseSource, ownSource, textSource } from './sources.ts';
import { parseTextName, textData } from './text-sets.ts';

export { loadMorse } from './load-morse.ts';
export { type DataProgress, type DatasetSource, memoryLack } from './sources.ts';

/** Every name that can be asked for, before its options. */
export const datasetNames: readonly string[] = [...Object.keys(morseNames), ...imageNames, ...Object.keys(textData)];

/**
 * "morse", "morse:noise=1,examples=500/100/100,seed=3", "mnist", "cifar-10:train=10000,seed=1", "letters", "spam:seed=2", "my-data.npz:validation=500",
 * "train-images-idx3-ubyte".
 * @throws RangeError naming what there is; of a user's own files, which are looked into, ScattershotError
 */
export function findDataset(name: string): DatasetSource {
  const base = name.split(':', 1)[0];
  if (Object.hasOwn(morseNames, base)) return morseSource(parseMorseName(name));
  if ((imageNames as readonly string[]).includes(base)) return imageSource(parseImageName(name));
  const text = parseTextName(name);
  if (text !== null) return textSource(text);
  const own = parseOwnName(name);
  if (own !== null) return ownSource(own);
  const known = datasetNames.join(', ');
  throw new InvalidValueError(
    `there is no dataset "${name}"; expected one of ${known}, or the path of a .npz or IDX file`,
  );
}
