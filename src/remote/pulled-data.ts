import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type Failure, failure, type Outcome, success } from '../base/failure.ts';
import type { OpenTools } from '../queue/executor.ts';
import { type CacheEntry, cacheFile, readCachedDataset, writeCachedDataset } from '../training/datasets/cache.ts';
import { type Dataset, digestOf, emptySplit, splitNames } from '../training/datasets/dataset.ts';
import { datasetNames, findDataset, memoryLack } from '../training/datasets/index.ts';
import { availableMemory } from '../training/memory.ts';
import { contentDigest, partsOf } from './offered-data.ts';
import type { OfferedData } from './training-wire.ts';

/** Disk that pulled data may take in a cache folder; those not used for longest are removed. */
const MOST_CACHED_BYTES = 2 ** 34;

export interface PulledDataHost {
  /** holds datasets/ */
  readonly cacheFolder: string;
  readonly onNote: (sentence: string) => void;
}

const bytesOf = ({ examples, features }: OfferedData): number =>
  splitNames.reduce((sum, name) => sum + examples[name] * (4 * features + 1), 0);

/**
 * The data of a study: this machine's own of that name where they have its digest, else those that were pulled before, else pulled from
 * the study's host.
 * @returns Failures 'data-too-large'; 'data-mismatch' where what came is not what was said; 'blob-missing' where it did not come
 */
export async function pulledData(
  offered: OfferedData,
  tools: OpenTools,
  host: PulledDataHost,
): Promise<Outcome<Dataset>> {
  const lack = memoryLack({ name: offered.name, memoryBytes: bytesOf(offered) }, availableMemory());
  if (lack !== null) return lack;
  const own = await ownData(offered, tools, host);
  if (own !== null) return success(own);
  const entry = entryOf(offered, host);
  const cached = await readCachedDataset(entry);
  if (cached.kind === 'hit' && hasSizes(cached.dataset, offered)) {
    const now = new Date();
    await utimes(cacheFile(entry), now, now).catch(() => {});
    return success(named(cached.dataset, offered));
  }
  const pulled = await pull(offered, tools);
  if (pulled.ok) await store(entry, pulled.value, offered, host);
  return pulled;
}

const named = (arrays: Pick<Dataset, 'train' | 'validation' | 'test'>, offered: OfferedData): Dataset => {
  const { name, digest, features, classes, normalisation } = offered;
  const { train, validation, test } = arrays;
  return { name, digest, features, classes, normalisation, train, validation, test };
};

const hasSizes = (dataset: Dataset, { features, examples }: OfferedData): boolean =>
  dataset.features === features && splitNames.every((name) => dataset[name].examples === examples[name]);

/** Data that this machine has under that name. A name that might be a file's is not looked for: it would be another's. */
async function ownData(offered: OfferedData, tools: OpenTools, host: PulledDataHost): Promise<Dataset | null> {
  const { name, digest, features, classes } = offered;
  if (!datasetNames.includes(name.split(':', 1)[0])) return null;
  try {
    const source = findDataset(name);
    const fits = source.features === features && source.classes === classes;
    // What a front makes of data has their name and other features; what would take more room than was said is not made.
    if (!fits || source.kind === 'own' || source.lacks(host.cacheFolder) !== null) return null;
    if (source.kind === 'generated' && source.memoryBytes > bytesOf(offered)) return null;
    const loaded = await source.load(host.cacheFolder, { signal: tools.signal, onNote: host.onNote });
    return loaded.ok && loaded.value.digest === digest ? loaded.value : null;
  } catch {
    return null;
  }
}

/** @returns the arrays, filled part by part, so that no second copy of all is in memory */
async function pull(offered: OfferedData, tools: OpenTools): Promise<Outcome<Dataset>> {
  const { features, examples, parts, name, classes } = offered;
  const arrays = {
    train: emptySplit(examples.train, features),
    validation: emptySplit(examples.validation, features),
    test: emptySplit(examples.test, features),
  };
  const targets = partsOf(arrays);
  const fits = targets.length === parts.length && targets.every((target, at) => target.length === parts[at].sizeBytes);
  if (!fits) return mismatch(name, 'its parts are not as large as its sizes say');
  for (const [index, target] of targets.entries()) {
    const pulled = await tools.pull(parts[index]);
    if (!pulled.ok) return pulled.reason === 'blob-mismatch' ? mismatch(name, pulled.message) : pulled;
    if (pulled.value.length !== target.length) return mismatch(name, 'a part is not as long as was said');
    target.set(pulled.value);
  }
  const content = contentDigest({ features, ...arrays });
  if (content !== offered.content) {
    return mismatch(name, `they have digest ${content.slice(0, 12)}, and ${offered.content.slice(0, 12)} was said`);
  }
  const wrong = splitNames.some((split) => arrays[split].labels.some((label) => label >= classes));
  return wrong ? mismatch(name, `they have labels above their ${classes} classes`) : success(named(arrays, offered));
}

const mismatch = (name: string, why: string): Failure =>
  failure(
    'data-mismatch',
    `the data ${name} that came from the study's host are not those it named: ${why}`,
    'Begin the study again.',
  );

const entryOf = ({ content }: OfferedData, { cacheFolder }: PulledDataHost): CacheEntry => ({
  ...{ folder: cacheFolder, kind: 'pulled' },
  description: `data from a study's host 1, content ${content}`,
});

/** What cannot be stored is pulled again the next time. */
async function store(entry: CacheEntry, dataset: Dataset, offered: OfferedData, host: PulledDataHost): Promise<void> {
  if (bytesOf(offered) > MOST_CACHED_BYTES) return;
  const digest = digestOf(entry.description, dataset);
  const problem = await writeCachedDataset(entry, { ...dataset, digest });
  if (problem !== null) {
    host.onNote(`The data ${offered.name} could not be stored (${problem}); they will be asked for again next time.`);
  }
  await removeOldest(join(host.cacheFolder, 'datasets')).catch(() => {});
}

async function removeOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('pulled-') && name.endsWith('.dataset'));
  const files = await Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(folder, name));
      return { path: join(folder, name), size, mtimeMs };
    }),
  );
  let total = 0;
  for (const { path, size } of files.sort((a, b) => b.mtimeMs - a.mtimeMs)) {
    total += size;
    if (total > MOST_CACHED_BYTES) await rm(path, { force: true });
  }
}
