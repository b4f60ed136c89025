import { join } from 'node:path';
import type { Outcome } from '../../base/failure.ts';
import { type CacheEntry, readCachedDataset, writeCachedDataset } from './cache.ts';
import type { Dataset } from './dataset.ts';
import { type GenerateOptions, generateMorse } from './morse.ts';
import { describeMorse, type MorseSettings } from './morse-settings.ts';

export interface LoadOptions extends GenerateOptions {
  /** sentences that the user should hear: a broken file was made again, nothing could be stored */
  readonly onNote?: (note: string) => void;
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
