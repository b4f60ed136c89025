import { Piscina } from 'piscina';
import { failure, type Outcome, success } from '../../base/failure.ts';
import { PrintLimit, type PrintRates } from '../../base/print-limit.ts';
import { badModule, errorText, readModule } from '../../base/user-module.ts';
import type { Architecture } from '../../pattern/architecture.ts';
import type { Pattern } from '../../pattern/pattern.ts';
import type { OwnProxy, OwnProxySpec, OwnProxyTask } from './own-proxy.ts';

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const workerFile = new URL(`./proxy-worker.${extension}`, import.meta.url);

/** Loading takes a moment; a module that loops, or waits for what never comes, never ends. */
const MOST_LOADING_SECONDS = 30;

/** A pattern should take milliseconds: a study waits for each of them. */
const MOST_SECONDS = 10;

const printRates: PrintRates = { perSecond: 50, mostCharacters: 1_000_000 };

/** A thread for one module of a user's: what goes wrong in it, or takes too long, ends it alone. */
class ProxyThread {
  readonly #path: string;
  readonly #piscina = new Piscina({ filename: workerFile.href, name: 'describeProxy', minThreads: 1, maxThreads: 1 });

  /** @param onPrint hears what the module prints: clean lines */
  constructor(path: string, onPrint: (text: string) => void = () => {}) {
    this.#path = path;
    const limit = new PrintLimit(printRates);
    this.#piscina.on('message', (text: string) => {
      for (const passed of limit.pass(text)) onPrint(passed);
    });
  }

  /** @param doing what took too long: "was not loaded". @param signal ends the thread early, as a failure 'stopped' */
  async ask<T>(name: string, task: unknown, doing: string, seconds: number, signal?: AbortSignal): Promise<Outcome<T>> {
    const limit = AbortSignal.timeout(1000 * seconds);
    try {
      const either = signal === undefined ? limit : AbortSignal.any([limit, signal]);
      return (await this.#piscina.run(task, { name, signal: either })) as Outcome<T>;
    } catch (error) {
      if (signal?.aborted) return failure('stopped', 'the measuring was stopped', 'Measure again.');
      if (limit.aborted) {
        return badModule(
          'proxy',
          this.#path,
          `${doing} after ${seconds} seconds`,
          'Mend the file: it must come to an end.',
        );
      }
      return badModule('proxy', this.#path, `ended the thread that ran it (${errorText(error)})`, 'Mend the file.');
    }
  }

  close(): Promise<void> {
    return this.#piscina.destroy();
  }
}

/**
 * The proxy that a user's file holds: the module is run once, in a thread of its own.
 * @param path absolute. @param taken names that are others'. @param mostSeconds that loading it may take
 * Failures 'no-proxy-file', 'bad-proxy-file', 'proxy-name-taken'
 */
export async function inspectProxyFile(
  path: string,
  taken: readonly string[],
  mostSeconds = MOST_LOADING_SECONDS,
): Promise<Outcome<OwnProxySpec>> {
  const file = await readModule('proxy', path);
  if (!file.ok) return file;
  const thread = new ProxyThread(path);
  type Described = Pick<OwnProxy, 'name' | 'better'>;
  const described = await thread.ask<Described>('describeProxy', path, 'was not loaded', mostSeconds);
  await thread.close();
  if (!described.ok) return described;
  const { name, better } = described.value;
  if (!taken.includes(name)) return success({ name, better, file: file.value });
  const message = `the proxy file ${path} calls its proxy "${name}", as another one is called`;
  return failure('proxy-name-taken', message, 'Give it a name of its own.');
}

/**
 * A user's proxy of patterns of one architecture, one after the other, in a thread of its own. It ends with the first that fails.
 * @param mostSeconds that one pattern may take. @param onPrint hears what the module prints: clean lines
 * Failures 'bad-proxy-file', 'no-proxy-file', 'proxy-file-changed'; 'stopped' by the signal
 */
export async function measureOwnProxy(
  proxy: OwnProxySpec,
  patterns: Iterable<Pattern>,
  architecture: Architecture,
  signal: AbortSignal,
  mostSeconds = MOST_SECONDS,
  onPrint?: (text: string) => void,
): Promise<Outcome<number[]>> {
  const thread = new ProxyThread(proxy.file.path, onPrint);
  const values: number[] = [];
  try {
    for (const pattern of patterns) {
      const task: OwnProxyTask = { proxy, pattern, architecture };
      // The first call loads the module too.
      const seconds = values.length === 0 ? mostSeconds + MOST_LOADING_SECONDS : mostSeconds;
      const value = await thread.ask<number>('measurePattern', task, 'had no value for a pattern', seconds, signal);
      if (!value.ok) return value;
      values.push(value.value);
    }
    return success(values);
  } finally {
    await thread.close();
  }
}
