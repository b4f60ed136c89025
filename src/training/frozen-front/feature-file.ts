import { readFile, rm, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { sizeText } from '../../base/content-error.ts';
import { readBy } from '../../base/documents.ts';
import { type Failure, failure, messageOf } from '../../base/failure.ts';
import { makeFolders, writeWhole } from '../../base/file-access.ts';
import { type CacheEntry, cacheFile, readCachedDataset, writeCachedDataset } from '../datasets/cache.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { splitNames } from '../datasets/dataset.ts';
import type { FrontName, SnapshotKeeper } from '../trainer.ts';

const factsSchema = z.object({
  seed: z.int().nonnegative(),
  /** of the network that the front was trained with */
  testAccuracy: z.number(),
  engine: z.string(),
  backend: z.string(),
  device: z.string(),
  samplesPerSecond: z.number(),
  durationMs: z.number(),
});

/** What is known of a front's training, beside what it was asked for. */
export type FrontFacts = Readonly<z.infer<typeof factsSchema>>;

export interface Features {
  /** its features are the values of the first layer */
  readonly dataset: Dataset;
  readonly facts: FrontFacts;
}

/** The file of a front's features, `cache/features/<front>-<digest>.dataset`. @param key digest of all that decides them */
export const featureEntry = (cacheFolder: string, front: FrontName, key: string): CacheEntry => ({
  ...{ folder: cacheFolder, kind: front, within: 'features' },
  description: `features of the front ${front}, training ${key}`,
});

/** Bytes of a file of features. */
export const featureBytes = (dataset: Dataset, outputs: number): number =>
  splitNames.reduce((sum, name) => sum + dataset[name].examples * (4 * outputs + 1), 0);

/** Null where there is no such file; one that is not whole is told of, and made again. */
export async function readFeatures(entry: CacheEntry, warn: (message: string) => void): Promise<Features | null> {
  const read = await readCachedDataset(entry);
  if (read.kind === 'absent') return null;
  if (read.kind === 'broken') {
    warn(`the features in ${read.file} cannot be used (${read.why}); the front is trained again`);
    return null;
  }
  const facts = readBy(factsSchema, read.note);
  if (facts.ok) return { dataset: read.dataset, facts: facts.value };
  warn(`the features in ${cacheFile(entry)} cannot be used (${facts.why}); the front is trained again`);
  return null;
}

const FREE_SOME = 'Free some space, set SCATTERSHOT_HOME to a larger disk, or take fewer examples of the data.';

/** Asked before a front is trained. Failure 'disk-full' */
export async function diskLack(entry: CacheEntry, bytes: number): Promise<Failure | null> {
  const folder = dirname(cacheFile(entry));
  try {
    makeFolders(folder);
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize >= bytes) return null;
    const message = `the features of the front take ${sizeText(bytes)} in ${folder}, where ${sizeText(bavail * bsize)} are free`;
    return failure('disk-full', message, FREE_SOME);
  } catch (error) {
    const message = `the features of the front cannot be kept in ${folder}: ${messageOf(error)}`;
    return failure('unwritable-file', message, 'Check the folder, or set SCATTERSHOT_HOME to another.');
  }
}

/** @returns Failure 'disk-full' or 'unwritable-file'; null where they are stored */
export async function writeFeatures(entry: CacheEntry, { dataset, facts }: Features): Promise<Failure | null> {
  const problem = await writeCachedDataset(entry, dataset, facts);
  if (problem === null) return null;
  const isFull = problem === 'ENOSPC' || problem === 'EDQUOT';
  const message = `the features of the front cannot be kept in ${cacheFile(entry)}: ${isFull ? 'the disk is full' : `the system says ${problem}`}`;
  return failure(
    isFull ? 'disk-full' : 'unwritable-file',
    message,
    isFull ? FREE_SOME : 'Check the folder, or set SCATTERSHOT_HOME to another.',
  );
}

/** Where the training of a front stands, in a file beside that of its features: killed, it goes on from there. */
export class FrontSnapshots implements SnapshotKeeper {
  readonly everyMs: number | undefined;
  readonly #path: string;
  readonly #warn: (message: string) => void;
  #failed = false;

  constructor(entry: CacheEntry, warn: (message: string) => void, everyMs?: number) {
    this.#path = `${cacheFile(entry)}.snapshot`;
    this.#warn = warn;
    this.everyMs = everyMs;
  }

  /** As a part of a job. */
  async read(): Promise<{ readonly snapshot?: Uint8Array }> {
    try {
      return { snapshot: await readFile(this.#path) };
    } catch {
      return {};
    }
  }

  async save(_job: string, snapshot: Uint8Array): Promise<void> {
    const written = await writeWhole(this.#path, [snapshot]);
    if (written.ok || this.#failed) return;
    this.#failed = true;
    this.warn(_job, `where it stands cannot be stored (${written.message}); should it be interrupted, it loses more`);
  }

  warn(_job: string, message: string): void {
    this.#warn(`training of the shared front: ${message}`);
  }

  async forget(): Promise<void> {
    await rm(this.#path, { force: true }).catch(() => {});
  }
}
