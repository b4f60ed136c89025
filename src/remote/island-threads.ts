import type { IslandRunnerOptions } from '../search/island-runner.ts';
import { SearchPool } from '../search/pool.ts';
import type { WorkerSetup } from '../search/tasks.ts';

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const workerFile = new URL(`./island-worker.${extension}`, import.meta.url);

/** Threads that do islands' steps for another machine, or check those that others did. */
export const islandThreads = (setup: Omit<WorkerSetup, 'timed'>, options: IslandRunnerOptions): SearchPool => {
  const { threads, limits, onPrint } = options;
  return new SearchPool(setup, threads, { file: workerFile, limits, onPrint });
};
