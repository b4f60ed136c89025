import { join } from 'node:path';
import type { Outcome } from '../../pattern/failure.ts';
import { type CacheEntry, readCachedDataset, writeCachedDataset } from './cache.ts';
import type { Dataset } from './dataset.ts';
import { type GenerateOptions, generateMorse } from './morse.ts';
import { describeMorse, type MorseSettings, morseName, morseNames, parseMorseName } from './morse-settings.ts';

export interface LoadOptions extends GenerateOptions {
  /** sentences that the user should hear: a broken file was made again, nothing could be stored */
  readonly onNote?: (note: string) => void;
}

/** One dataset that can be asked for by name. */
export interface DatasetSource {
  /** the shortest name that is read back as the same data */
  readonly name: string;
  readonly summary: string;
  readonly features: number;
  readonly classes: number;
  /** @param cacheFolder null for no cache */
  load(cacheFolder: string | null, options?: LoadOptions): Promise<Outcome<Dataset>>;
}

async function readOrNote(entry: CacheEntry, onNote: LoadOptions['onNote']): Promise<Dataset | null> {
  const read = await readCachedDataset(entry);
  if (read.kind === 'broken')
    onNote?.(`The cached data ${read.file} could not be used (${read.why}); it is made again.`);
  return read.kind === 'hit' ? read.dataset : null;
}

/**
 * The Morse data of these settings: from the cache where it is whole, else generated and stored. A folder that cannot be written
 * or a full disk costs a note, nothing else.
 * @param cacheFolder holds `datasets/`, made when needed; null for no cache
 * @returns Failure 'aborted' when the signal came first
 */
export async function loadMorse(
  settings: MorseSettings,
  cacheFolder: string | null,
  options: LoadOptions = {},
): Promise<Outcome<Dataset>> {
  if (cacheFolder === null) return generateMorse(settings, options);
  const entry: CacheEntry = { folder: cacheFolder, kind: 'morse', description: describeMorse(settings) };
  const cached = await readOrNote(entry, options.onNote);
  if (cached !== null) {
    options.onProgress?.(1);
    return { ok: true, value: cached };
  }
  const generated = await generateMorse(settings, options);
  if (!generated.ok) return generated;
  const problem = await writeCachedDataset(entry, generated.value);
  if (problem !== null) {
    const folder = join(cacheFolder, 'datasets');
    options.onNote?.(`The data could not be stored in ${folder} (${problem}); it will be generated again next time.`);
  }
  return generated;
}

function morseSource(settings: MorseSettings): DatasetSource {
  const noise = settings.noise === 0 ? 'no noise' : `noise σ = ${settings.noise}`;
  const start = settings.difficult ? ', starting anywhere in the frame' : '';
  return {
    name: morseName(settings),
    summary: `Morse symbols, version ${settings.version}, ${noise}${start}`,
    features: 64,
    classes: 64,
    load: (cacheFolder, options) => loadMorse(settings, cacheFolder, options),
  };
}

/** Every name that can be asked for, before its options. */
export const datasetNames: readonly string[] = Object.keys(morseNames);

/** "morse", "morse-2017", "morse-difficult", "morse:noise=1,examples=500/100/100,seed=3". @throws RangeError naming what there is */
export function findDataset(name: string): DatasetSource {
  const base = name.split(':', 1)[0];
  if (Object.hasOwn(morseNames, base)) return morseSource(parseMorseName(name));
  throw new RangeError(`there is no dataset "${name}"; expected one of ${datasetNames.join(', ')}`);
}
