import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { type Failure, failure, messageOf, type Outcome, success } from '../base/failure.ts';
import type { StrategyFile } from './events.ts';
import type { Strategy } from './strategy.ts';

/** Where the contract of a user's strategy is written down. */
const CONTRACT = 'See docs/strategies.md for what a strategy file must hold.';

const kebabCase = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

const methods = ['accepts', 'start', 'step'] as const;

/** "null", "an array", "a number": what was got instead, in a word. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Promise) return 'a promise';
  const type = typeof value === 'object' ? (value.constructor?.name ?? 'Object') : typeof value;
  return /^[aeio]/i.test(type) ? `an ${type}` : `a ${type}`;
}

/** What an error says, on one line. */
export function errorText(error: unknown): string {
  const text = messageOf(error);
  return (
    text
      .split('\n')
      .map((line) => line.trim())
      .find((line) => line !== '') ?? 'an error without a message'
  );
}

/** "strategy mine of /home/me/mine.mjs": behind what went wrong, since a path may be all that a line has room for. */
export const strategyText = (name: string, file?: StrategyFile): string =>
  `strategy ${name}${file === undefined ? '' : ` of ${file.path}`}`;

/** What keeps a value from being a strategy, or null. */
function strategyShapeFault(value: unknown): string | null {
  if (value === null || typeof value !== 'object') return `its strategy must be an object; got ${kindOf(value)}`;
  const { name, summary, source } = value as Record<string, unknown>;
  if (typeof name !== 'string') return `its strategy must have a name; got ${kindOf(name)}`;
  if (!kebabCase.test(name)) {
    return `its strategy's name must be of lower-case words joined by hyphens, such as "my-strategy"; got ${JSON.stringify(name)}`;
  }
  for (const [key, text] of Object.entries({ summary, source })) {
    if (text !== undefined && typeof text !== 'string') {
      return `its strategy's ${key} must be a string; got ${kindOf(text)}`;
    }
  }
  for (const method of methods) {
    const found = (value as Record<string, unknown>)[method];
    if (typeof found !== 'function') return `its strategy's ${method} must be a function; got ${kindOf(found)}`;
  }
  return null;
}

/** The file as it is now: reads it, runs nothing of it. @param path absolute. Failure 'no-strategy-file' */
export async function readStrategyFile(path: string): Promise<Outcome<StrategyFile>> {
  try {
    return success({
      path,
      sha256: createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'is not there' : `cannot be read (${errorText(error)})`;
    return failure('no-strategy-file', `the strategy file ${path} ${why}`, 'Check the path.');
  }
}

/** Null for a file that is what it was when the study began. Failures 'no-strategy-file', 'strategy-file-changed' */
export async function strategyFileFault({ path, sha256 }: StrategyFile): Promise<Failure | null> {
  const now = await readStrategyFile(path);
  if (!now.ok) return { ...now, nextStep: 'Put the file back where the study found it, or start a new study.' };
  if (now.value.sha256 === sha256) return null;
  return failure(
    'strategy-file-changed',
    `the strategy file ${path} is not what it was when the study began, so the study would not go on as it began`,
    'Put the former file back, or start a new study with this one.',
  );
}

/**
 * Runs the module and finds its strategy: the default export, or the one named `strategy`. For worker threads alone, which end
 * when it does not. Failure 'bad-strategy-file'
 */
export async function importStrategy(path: string): Promise<Outcome<Strategy>> {
  const bad = (why: string, nextStep = CONTRACT) =>
    failure('bad-strategy-file', `the strategy file ${path} ${why}`, nextStep);
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await import(pathToFileURL(path).href);
  } catch (error) {
    // Node does not tell a program where a module does not parse.
    const nextStep = error instanceof SyntaxError ? `See where with: node --check ${path}` : CONTRACT;
    return bad(`cannot be loaded: ${errorText(error)}`, nextStep);
  }
  const found = module.default ?? module.strategy;
  if (found === undefined) return bad('exports neither a default nor one named "strategy"');
  const fault = strategyShapeFault(found);
  return fault === null ? success(found as Strategy) : bad(`does not hold a strategy: ${fault}`);
}
