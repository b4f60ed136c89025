import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { unwrap } from '../base/failure.ts';
import { provenance } from '../base/version.ts';
import type { StepLimits } from '../search/step-limits.ts';
import { openStore, type Store } from '../store/index.ts';
import { defaultCacheFolder } from './cache-folder.ts';
import type { StudyListener } from './events.ts';
import type { StudyHost } from './host.ts';
import { type SearchResult, searchResult } from './search-result.ts';
import { type StudySettings, storedSettings } from './settings.ts';
import { type ResumeChanges, resumeStudy, type StudyOutcome, startStudy } from './start-study.ts';
import { withMachines } from './study-machines.ts';

/** Where a study runs and what hears of it; nothing here changes what it finds. */
export interface RunStudyOptions {
  /** keeps the study, opened for writing; default: a database in a temporary folder, which is removed at the end */
  readonly store?: Store;
  /** default: the settings' `baseName` and a number */
  readonly name?: string;
  /** threads; default: one a core */
  readonly workers?: number;
  /** holds datasets/; default: cache/ of the working directory, or of SCATTERSHOT_HOME */
  readonly cacheFolder?: string;
  /** ends the study early, with `status` 'interrupted' */
  readonly signal?: AbortSignal;
  readonly onEvent?: StudyListener;
  /** when a step that hangs, or eats memory, is ended: its strategy's island ends, and nothing else */
  readonly limits?: StepLimits;
  /**
   * other machines do the work, those whose `scattershot worker` has this queue: redis://HOST:6379, rediss://HOST:6380 or
   * postgres://USER@HOST:5432/DATABASE, the password there or in SCATTERSHOT_QUEUE_PASSWORD; they are heard as events of kind 'host'
   */
  readonly queue?: string;
}

/** What a study came to. */
export interface RanStudy extends StudyOutcome {
  /** what its search found */
  readonly found: SearchResult;
}

/** Hands out a store that goes away with what was stored in it. */
export async function withTemporaryStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'scattershot-'));
  try {
    const store = unwrap(openStore(join(folder, 'study.db'), { mode: 'write', madeBy: provenance }));
    try {
      return await work(store);
    } finally {
      store.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs a whole study to its end: search, and where its settings ask for it training and verdict.
 *
 * ```ts
 * const { result, found } = await runStudy(demoSettings({ seed: 7 }));
 * console.log(result?.verdict, found.best?.scatter);
 * ```
 *
 * @param settings of `searchSettings` or `demoSettings`, or read from a study
 * @throws RangeError for settings that cannot be, and for what is no queue's URL; ScattershotError for what the world does. What was stored in a store of the
 *   caller's own stays, and `continueStudy` goes on with it
 */
export async function runStudy(settings: StudySettings, options: RunStudyOptions = {}): Promise<RanStudy> {
  const { store, name = null } = options;
  const run = async (keeper: Store): Promise<RanStudy> => {
    const outcome = await withHost(keeper, options, (host) => startStudy(settings, name, host));
    return { ...outcome, found: searchResult(keeper, outcome.study, settings.keep) };
  };
  return store === undefined ? withTemporaryStore(run) : run(store);
}

function withHost<T>(
  store: Store,
  options: Omit<RunStudyOptions, 'store' | 'name'>,
  work: (host: StudyHost) => Promise<T>,
): Promise<T> {
  const { workers = availableParallelism(), cacheFolder = defaultCacheFolder(), limits } = options;
  const { signal = new AbortController().signal, onEvent = () => {}, queue } = options;
  const place = { listener: onEvent, signal };
  return withMachines(queue, place, (there) => work({ store, cacheFolder, workers, limits, ...there }));
}

/**
 * Goes on with a study that was interrupted, by its own settings, to the result that it would have had.
 *
 * ```ts
 * const store = openStore('cache/scattershot.db');
 * const { status } = await continueStudy('morse-1', { store });
 * store.close();
 * ```
 *
 * @param study its name or number
 * @param changes a new total budget, or patience
 * @throws ScattershotError as `runStudy`; 'no-study' where there is none; 'strategy-file-changed' or 'no-strategy-file' where a
 *   strategy of your own is not what it was
 */
export async function continueStudy(
  study: string | number,
  options: Omit<RunStudyOptions, 'store' | 'name'> & { readonly store: Store },
  changes: ResumeChanges = {},
): Promise<RanStudy> {
  const { store } = options;
  const stored = unwrap(store.getStudy(study));
  const outcome = await withHost(store, options, (host) => resumeStudy(stored, host, changes));
  const { keep } = unwrap(storedSettings(outcome.study));
  return { ...outcome, found: searchResult(store, outcome.study, keep) };
}
