import { type Outcome, success } from '../../base/failure.ts';
import { datasetNames, findDataset } from './index.ts';

/** A data set, and whether a training can have it. */
export interface DatasetState {
  readonly name: string;
  /** 'generated': made when it is needed; 'published': must be fetched once; 'own': files of the user's own */
  readonly kind: 'generated' | 'published' | 'own';
  readonly summary: string;
  readonly features: number;
  readonly classes: number;
  /** where its files lie, or will */
  readonly path: string;
  /** null where a training can have it; else the reason, 'not-fetched' or 'broken-data', and what to do */
  readonly lack: { readonly reason: string; readonly message: string; readonly nextStep: string } | null;
}

/** How far a data set is on its way. */
export interface DatasetProgress {
  readonly step: 'check' | 'download' | 'unpack' | 'make';
  /** the file that is worked on */
  readonly what: string;
  readonly doneBytes: number;
  /** null while unknown */
  readonly totalBytes: number | null;
}

/** How data sets are fetched. */
export interface DatasetFetch {
  /** a folder, a .tar.gz archive or an http address; default: where it is known to be */
  readonly from?: string;
  /** ends the fetch; what was downloaded is kept and gone on with the next time */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DatasetProgress) => void;
}

/** @param name with its options, or the path of files of your own. @throws RangeError for a name that is none */
export function datasetState(name: string, cacheFolder: string): DatasetState {
  const source = findDataset(name);
  const { kind, summary, features, classes } = source;
  const lack = source.lacks(cacheFolder);
  return {
    ...{ name: source.name, kind, summary, features, classes, path: source.path(cacheFolder) },
    lack: lack && { reason: lack.reason, message: lack.message, nextStep: lack.nextStep },
  };
}

/**
 * Every data set that has a name, and whether it is there: by names and sizes of files; digests are checked where they are fetched and
 * read.
 *
 * ```ts
 * for (const { name, lack } of listDatasets('cache')) console.log(name, lack?.nextStep ?? 'is here');
 * ```
 *
 * @param cacheFolder where the program keeps what it fetched: cache, unless SCATTERSHOT_HOME is set
 */
export const listDatasets = (cacheFolder: string): readonly DatasetState[] =>
  datasetNames.map((name) => datasetState(name, cacheFolder));

/** Brings a data set into the cache, each file checked by its digest. Failures of downloads; 'aborted' by the signal. */
export async function fetchDataset(
  name: string,
  cacheFolder: string,
  options: DatasetFetch = {},
): Promise<Outcome<DatasetState>> {
  const fetched = await findDataset(name).fetch(cacheFolder, options);
  return fetched.ok ? success(datasetState(name, cacheFolder)) : fetched;
}
