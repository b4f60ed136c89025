import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { inFolder, program } from '../cli/program.ts';
import { codeBlocks, runToEnd } from './installed-package.ts';

// Every line of the README that calls the program, in its order, in one folder. `npm test` builds first.

const root = fileURLToPath(new URL('../../', import.meta.url));

const lines = codeBlocks('README.md', 'sh')
  .flatMap((block) => block.split('\n'))
  .filter((line) => line.startsWith('scattershot '));

/** Downloads are tried elsewhere, with a local copy. */
const isDownload = (line: string) => line.startsWith('scattershot data fetch');

/** So are several machines, with a server. */
const needsServer = (line: string) => line.includes(' --queue ');

test('the README has examples of every task', () => {
  const commands = new Set(lines.map((line) => line.split(' ')[1]));
  expect([...commands].sort()).toEqual(
    [
      'data',
      'export',
      'leaderboard',
      'plan',
      'report',
      'reproduce',
      'score',
      'search',
      'stop',
      'studies',
      'train',
      'trainer',
      'validate',
      'watch',
      'worker',
    ].sort(),
  );
});

test('the README followed line by line works', { timeout: 600_000 }, async () => {
  await inFolder(async (folder) => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'scattershot'), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
    chmodSync(join(bin, 'scattershot'), 0o755);
    symlinkSync(join(root, 'docs'), join(folder, 'docs'));
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
    const outputs = new Map<string, string>();
    for (const line of lines.filter((line) => !isDownload(line) && !needsServer(line))) {
      const { code, stdout, stderr } = await runToEnd('sh', ['-c', line], folder, env);
      expect({ line, code, stderr: code === 0 ? '' : stderr }).toEqual({ line, code: 0, stderr: '' });
      outputs.set(line, stdout);
    }
    const outputOf = (start: string) => [...outputs].find(([line]) => line.startsWith(start))?.[1] ?? '';
    expect(outputOf('scattershot search --net morse')).toContain('morse-1: best S = 1.0000');
    // What was exported is the best, whatever its number.
    expect(outputOf('scattershot score best.npz')).toContain('S = 1.0000');
    expect(outputOf('scattershot validate --table')).toContain('misleads');
    expect(readFileSync(join(folder, 'morse.csv'), 'utf8')).toContain('anneal');
    expect(existsSync(join(folder, 'cache', 'scattershot.db'))).toBe(true);
  });
});

test('the strategy of the examples is the one that the documentation explains', () => {
  const [documented] = codeBlocks('docs/strategies.md', 'js');
  expect(readFileSync(join(root, 'docs/examples/shuffled-ring.mjs'), 'utf8')).toBe(documented);
});
