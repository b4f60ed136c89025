import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { errorPlace, placeText, syntaxErrorPlace } from './error-place.ts';
import { type Failure, failure, messageOf, type Outcome, success } from './failure.ts';

/** A user's module, and what it held when the study began: another content would give another study. */
export interface UserModule {
  /** absolute */
  readonly path: string;
  /** of its bytes, hexadecimal; what it imports itself is not covered */
  readonly sha256: string;
}

/** What a module is to hold. It names failures: 'no-strategy-file', 'bad-strategy-file', 'strategy-file-changed'. */
export type ModuleKind = 'strategy' | 'proxy';

/** Where the contract of a user's module is written down. */
const contracts: Readonly<Record<ModuleKind, string>> = {
  strategy: 'See docs/strategies.md for what a strategy file must hold.',
  proxy: 'See docs/proxies.md for what a proxy file must hold.',
};

const kebabCase = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Whether a text is a path rather than a name: "./mine.mjs", "mine.mjs", "/home/me/mine.js". */
export const isModulePath = (text: string): boolean => /[/\\]/.test(text) || /\.[cm]?[jt]s$/.test(text);

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

export function badModule(kind: ModuleKind, path: string, why: string, nextStep = contracts[kind]): Failure {
  return failure(`bad-${kind}-file`, `the ${kind} file ${path} ${why}`, nextStep);
}

/** What keeps an object's name, or a text of it, from being one; or null. */
export function nameFault(kind: ModuleKind, value: unknown, texts: readonly string[]): string | null {
  if (value === null || typeof value !== 'object') return `its ${kind} must be an object; got ${kindOf(value)}`;
  const { name, ...others } = value as Readonly<Record<string, unknown>>;
  if (typeof name !== 'string') return `its ${kind} must have a name; got ${kindOf(name)}`;
  if (!kebabCase.test(name)) {
    return `its ${kind}'s name must be of lower-case words joined by hyphens, such as "my-${kind}"; got ${JSON.stringify(name)}`;
  }
  const wrong = texts.find((key) => others[key] !== undefined && typeof others[key] !== 'string');
  return wrong === undefined ? null : `its ${kind}'s ${wrong} must be a string; got ${kindOf(others[wrong])}`;
}

/** The file as it is now: reads it, runs nothing of it. @param path absolute. Failure 'no-…-file' */
export async function readModule(kind: ModuleKind, path: string): Promise<Outcome<UserModule>> {
  try {
    const bytes = await readFile(path);
    return success({ path, sha256: createHash('sha256').update(bytes).digest('hex') });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'is not there' : `cannot be read (${errorText(error)})`;
    return failure(`no-${kind}-file`, `the ${kind} file ${path} ${why}`, 'Check the path.');
  }
}

/** Null for a file that is what it was when the study began. Failures 'no-…-file', '…-file-changed' */
export async function moduleFault(kind: ModuleKind, { path, sha256 }: UserModule): Promise<Failure | null> {
  const now = await readModule(kind, path);
  if (!now.ok) return { ...now, nextStep: 'Put the file back where the study found it, or start a new study.' };
  if (now.value.sha256 === sha256) return null;
  return failure(
    `${kind}-file-changed`,
    `the ${kind} file ${path} is not what it was when the study began, so the study would not go on as it began`,
    'Put the former file back, or start a new study with this one.',
  );
}

/**
 * Runs the module and gives what it exports: its default, or what is named as the kind. For worker threads alone, which end when it
 * does not. Failure 'bad-…-file'
 */
export async function importModule(kind: ModuleKind, path: string): Promise<Outcome<unknown>> {
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await import(pathToFileURL(path).href);
  } catch (error) {
    const place = error instanceof SyntaxError ? syntaxErrorPlace(path) : errorPlace(error);
    return badModule(kind, placeText(path, place), `cannot be loaded: ${errorText(error)}`);
  }
  const found = module.default ?? module[kind];
  return found === undefined
    ? badModule(kind, path, `exports neither a default nor one named "${kind}"`)
    : success(found);
}
