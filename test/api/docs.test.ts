import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { codeBlocks } from './installed-package.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pagesIn = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
const pages = ['README.md', ...pagesIn('docs'), ...pagesIn('docs/tasks'), ...pagesIn('docs/findings')];

test.each(pages)('%s links to what is there', (page) => {
  const text = readFileSync(join(root, page), 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
  const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target]) => target);
  const missing = links.filter((target) => !/^https?:/.test(target) && !existsSync(join(root, dirname(page), target)));
  expect(missing).toEqual([]);
});

const everyCommand = (command: Command): Command[] => [command, ...command.commands.flatMap(everyCommand)];

test('every command line of the pages on tasks is one that the program understands', async () => {
  const lines = pagesIn('docs/tasks')
    .flatMap((page) => codeBlocks(page, 'sh'))
    .flatMap((block) => block.split('\n'))
    .flatMap((line) => /scattershot ([^>|)#]+)/.exec(line)?.[1].trim() ?? []);
  expect(lines.length).toBeGreaterThan(10);
  for (const line of lines) {
    const words = line.split(' ');
    const { program } = await createProgram(words);
    let ran = 0;
    for (const command of everyCommand(program)) command.action(() => void ran++);
    await program.parseAsync(['node', 'scattershot', ...words]);
    expect([line, ran]).toEqual([line, 1]);
  }
});

test('the index names every page', () => {
  const index = readFileSync(join(root, 'docs/README.md'), 'utf8');
  const own = pages.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md');
  const named = own.filter(
    (page) => index.includes(`(${page.slice('docs/'.length)})`) || page.startsWith('docs/findings/'),
  );
  expect(own.filter((page) => !named.includes(page))).toEqual([]);
});
