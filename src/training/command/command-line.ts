import { createHash } from 'node:crypto';
import { createReadStream, type Dirent, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { InvalidValueError } from '../../base/caller-errors.ts';
import { type Outcome, success } from '../../base/failure.ts';
import { fileFailure } from '../../base/file-access.ts';
import { ShellSyntaxError, shellWords } from '../../base/shell-word.ts';

/** A command as it is started. */
export interface CommandLine {
  readonly words: readonly string[];
  /** assignments before the program, `CUDA_VISIBLE_DEVICES=0 python3 …` */
  readonly variables: Readonly<Record<string, string>>;
}

/** @throws RangeError for an empty command, and for one that only a shell understands */
export function parseCommand(command: string): CommandLine {
  const words = wordsOf(command);
  const variables: Record<string, string> = {};
  for (const word of [...words]) {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word) ?? [];
    if (name === undefined) break;
    variables[name] = value;
    words.shift();
  }
  if (words.length > 0) return { words, variables };
  throw new InvalidValueError(`the trainer's command must name a program; got "${command}"`);
}

function wordsOf(command: string): string[] {
  try {
    return shellWords(command, homedir());
  } catch (error) {
    if (!(error instanceof ShellSyntaxError)) throw error;
    throw new InvalidValueError(
      `the trainer's command is started without a shell, and ${error.message}; got ${command}`,
      'Quote it, or start a shell: --trainer "sh -c \'cd net && python3 train.py\'"',
    );
  }
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** The file that a word names, after an `=` too; null where it names none. */
function fileOf(word: string, folder: string): string | null {
  const named = [word, word.slice(word.indexOf('=') + 1)].find((text) => text !== '' && isFile(resolve(folder, text)));
  return named ?? null;
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(path)) hash.update(bytes as Buffer);
  return hash.digest('hex');
}

const isSource = ({ name }: Dirent): boolean => !name.startsWith('.') && name !== '__pycache__';

/** A file, or all files below a folder in the order of their names, by their paths from `folder`. */
async function* filesBelow(folder: string, path: string): AsyncGenerator<string> {
  if (!statSync(resolve(folder, path)).isDirectory()) {
    yield path;
    return;
  }
  const entries = (await readdir(resolve(folder, path), { withFileTypes: true })).filter(isSource);
  for (const { name } of entries.sort((a, b) => (a.name < b.name ? -1 : 1)))
    yield* filesBelow(folder, join(path, name));
}

/** What a command and its files come to. */
export interface CommandDigest {
  /** SHA-256 (hex) of words, variables, and the files that are named */
  readonly digest: string;
  /** digests of the files that are part of it, by their names */
  readonly files: ReadonlyMap<string, string>;
}

/** The first file that is no longer what it was; null where all are. */
export function changedFile(before: CommandDigest, now: CommandDigest): string | null {
  const names = [...new Set([...before.files.keys(), ...now.files.keys()])];
  return names.find((name) => before.files.get(name) !== now.files.get(name)) ?? null;
}

/**
 * What a stored result depends on: the command's words, and the content of every file that a word names and of `extra`, files and
 * folders. Failures of reading a file.
 */
export async function commandDigest(
  { words, variables }: CommandLine,
  extra: readonly string[],
  folder: string,
): Promise<Outcome<CommandDigest>> {
  const hash = createHash('sha256').update(`${JSON.stringify([variables, words])}\n`);
  const files = new Map<string, string>();
  const add = async (name: string) => {
    const digest = await digestOfFile(resolve(folder, name));
    files.set(name, digest);
    hash.update(`${JSON.stringify(name)} ${digest}\n`);
  };
  const reading = { path: '' };
  try {
    for (const [index, word] of words.entries()) {
      // A program without a folder is looked for in the PATH, whatever stands in this one.
      const name = index === 0 && !word.includes('/') ? null : fileOf(word, folder);
      if (name === null) continue;
      reading.path = name;
      await add(name);
    }
    for (const path of extra) {
      reading.path = path;
      for await (const name of filesBelow(folder, path)) await add(name);
    }
  } catch (error) {
    const known = fileFailure(error, reading.path, 'read');
    if (known !== null) return known;
    throw error;
  }
  return success({ digest: hash.digest('hex'), files });
}
