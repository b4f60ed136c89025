import type { Command } from 'commander';
import { cleanText } from '../../base/clean-text.ts';
import { completionScripts, type ShellName } from '../completion/scripts.ts';
import { suggest } from '../completion/suggest.ts';
import { type GlobalOptions, makeContext } from '../context.ts';

export function scriptAction(options: GlobalOptions, command: Command): void {
  makeContext(options).write(`${completionScripts[command.name() as ShellName]}\n`);
}

/** None where there is no database, or none that can be read: a key that completes never tells of an error. */
async function studyNames(database: string | undefined): Promise<readonly string[]> {
  const { openStore } = await import('../../store/index.ts');
  const opened = openStore(makeContext({ ...(database === undefined ? {} : { db: database }) }).database, {
    mode: 'read',
  });
  if (!opened.ok) return [];
  const names = opened.value.listStudies().map(({ name }) => name);
  opened.value.close();
  return names.reverse();
}

export async function suggestAction(words: readonly string[], options: GlobalOptions, command: Command): Promise<void> {
  const program = command.parent?.parent;
  if (program == null) return;
  const { suggestions, files } = await suggest(program, words, studyNames);
  const lines = suggestions.map(({ word, about }) => (about === '' ? word : `${word}\t${cleanText(about)}`));
  if (files !== null) lines.push(`:files\t${files.join(' ')}`);
  makeContext(options).write(lines.map((line) => `${line}\n`).join(''));
}
