import { Piscina } from 'piscina';
import { failure, type Outcome, success } from '../pattern/failure.ts';
import type { IslandSpec } from './events.ts';
import { errorText, readStrategyFile } from './strategy-file.ts';

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const workerFile = new URL(`./inspect-worker.${extension}`, import.meta.url);

/** What the thread says of the file; a Failure too where it died of it. */
async function nameOf(path: string): Promise<Outcome<string>> {
  const thread = new Piscina({ filename: workerFile.href, name: 'strategyName', minThreads: 1, maxThreads: 1 });
  try {
    return (await thread.run(path)) as Outcome<string>;
  } catch (error) {
    const message = `the strategy file ${path} ended the thread that loaded it (${errorText(error)})`;
    return failure('bad-strategy-file', message, 'Mend the file.');
  } finally {
    await thread.destroy();
  }
}

/**
 * The strategy that a user's file holds, to be put on islands: the module is run once, in a thread of its own.
 * @param path absolute. @param taken names that are others'
 * Failures 'no-strategy-file', 'bad-strategy-file', 'strategy-name-taken'
 */
export async function inspectStrategyFile(
  path: string,
  taken: readonly string[],
): Promise<Outcome<Required<Pick<IslandSpec, 'strategy' | 'file'>>>> {
  const file = await readStrategyFile(path);
  if (!file.ok) return file;
  const name = await nameOf(path);
  if (!name.ok) return name;
  if (taken.includes(name.value)) {
    const message = `the strategy file ${path} calls its strategy "${name.value}", as another one is called`;
    return failure('strategy-name-taken', message, 'Give it a name of its own.');
  }
  return success({ strategy: name.value, file: file.value });
}
