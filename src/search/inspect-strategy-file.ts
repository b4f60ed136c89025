import { Piscina } from 'piscina';
import { failure, type Outcome, success } from '../base/failure.ts';
import { errorText } from '../base/user-module.ts';
import type { IslandSpec } from './events.ts';
import { readStrategyFile } from './strategy-file.ts';

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const workerFile = new URL(`./inspect-worker.${extension}`, import.meta.url);

/** Loading takes a moment; a module that loops, or waits for what never comes, never ends. */
const MOST_LOADING_SECONDS = 30;

/** What the thread says of the file; a Failure too where it died of it, or did not come to its end. */
async function nameOf(path: string, mostSeconds: number): Promise<Outcome<string>> {
  const thread = new Piscina({ filename: workerFile.href, name: 'strategyName', minThreads: 1, maxThreads: 1 });
  const limit = new AbortController();
  const late = setTimeout(() => limit.abort(), 1000 * mostSeconds);
  try {
    return (await thread.run(path, { signal: limit.signal })) as Outcome<string>;
  } catch (error) {
    if (limit.signal.aborted) {
      const message = `the strategy file ${path} was not loaded after ${mostSeconds} seconds`;
      return failure('bad-strategy-file', message, 'Mend the file: what it does at its top level must come to an end.');
    }
    const message = `the strategy file ${path} ended the thread that loaded it (${errorText(error)})`;
    return failure('bad-strategy-file', message, 'Mend the file.');
  } finally {
    clearTimeout(late);
    await thread.destroy();
  }
}

/**
 * The strategy that a user's file holds, to be put on islands: the module is run once, in a thread of its own.
 * @param path absolute. @param taken names that are others'. @param mostSeconds that loading it may take
 * Failures 'no-strategy-file', 'bad-strategy-file', 'strategy-name-taken'
 */
export async function inspectStrategyFile(
  path: string,
  taken: readonly string[],
  mostSeconds = MOST_LOADING_SECONDS,
): Promise<Outcome<Required<Pick<IslandSpec, 'strategy' | 'file'>>>> {
  const file = await readStrategyFile(path);
  if (!file.ok) return file;
  const name = await nameOf(path, mostSeconds);
  if (!name.ok) return name;
  if (taken.includes(name.value)) {
    const message = `the strategy file ${path} calls its strategy "${name.value}", as another one is called`;
    return failure('strategy-name-taken', message, 'Give it a name of its own.');
  }
  return success({ strategy: name.value, file: file.value });
}
