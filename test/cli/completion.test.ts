import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { commandTable } from '../../src/cli/command-table.ts';
import { completionScripts, shellNames } from '../../src/cli/completion/scripts.ts';
import { readableEndings } from '../../src/pattern/formats/endings.ts';
import { datasetNames } from '../../src/training/datasets/index.ts';
import { strategyNames } from '../../strategies/names.ts';
import { makeDatabase, runInProcess } from './in-process.ts';
import { inFolder, program } from './program.ts';

/** What the scripts are answered for a line, its last word at the cursor. */
async function suggested(home: string, ...words: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await runInProcess(['completion', 'suggest', '--', ...words], home);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.split('\n').filter((line) => line !== '');
}

const wordsOf = (lines: readonly string[]) => lines.map((line) => line.split('\t')[0]);

test('commands complete, those of a group below it, with a few words on each', async () => {
  await inFolder(async (home) => {
    expect(wordsOf(await suggested(home, ''))).toEqual(commandTable.map(({ name }) => name));
    expect(await suggested(home, 'sc')).toEqual(['score\tscatter of a pattern file']);
    expect(wordsOf(await suggested(home, 'studies', ''))).toEqual(['list', 'rename', 'remove', 'check']);
    expect(wordsOf(await suggested(home, 'completion', ''))).toEqual([...shellNames]);
  });
});

test('options complete, except those that were given', async () => {
  await inFolder(async (home) => {
    expect(wordsOf(await suggested(home, 'search', '--st'))).toEqual(['--strategy', '--step-timeout']);
    expect(wordsOf(await suggested(home, 'search', '--strategy', 'anneal', '--st'))).toEqual(['--step-timeout']);
    expect(wordsOf(await suggested(home, 'data', 'fetch', '--fr'))).toEqual(['--from']);
    expect(wordsOf(await suggested(home, 'search', '--', '--st'))).toEqual([]);
  });
});

test('every option of every command completes, and so do the choices that its parser knows', async () => {
  await inFolder(async (home) => {
    for (const { name } of commandTable) expect(wordsOf(await suggested(home, name, '--'))).toContain('--db');
    expect(await suggested(home, 'search', '--metric', '')).toEqual(['indicator', 'fair-share']);
    expect(await suggested(home, 'search', '--metric=f')).toEqual(['--metric=fair-share']);
    expect(await suggested(home, 'validate', '--optimizer', '')).toEqual(['adam', 'sgd']);
    expect(await suggested(home, 'export', 'best', '--format', 'n')).toEqual(['npz', 'npy']);
    expect(await suggested(home, 'search', '--budget', '')).toEqual([]);
    expect(await suggested(home, 'reproduce', 'fig')).toEqual(['fig1', 'fig2', 'fig3', 'fig4', 'fig6']);
  });
});

test('lists complete after a comma, each name once', async () => {
  await inFolder(async (home) => {
    const strategies = await suggested(home, 'search', '--strategy', 'anneal,e');
    expect(strategies.slice(0, -1)).toEqual(
      strategyNames.filter((name) => name.startsWith('e')).map((name) => `anneal,${name}`),
    );
    expect(strategies.at(-1)).toBe(':files\t.mjs .js');
    expect(await suggested(home, 'search', '--rank-by', 'rank,ran')).toEqual([]);
  });
});

test('names of studies, data sets and columns complete, and files where a file may stand', async () => {
  await inFolder(async (home) => {
    expect(await suggested(home, 'watch', '')).toEqual([]);
    makeDatabase(home, [], 'tiny');
    expect(await suggested(home, 'watch', '')).toEqual(['tiny']);
    expect(await suggested(home, 'search', '--resume', 't')).toEqual(['tiny']);
    expect(await suggested(home, 'watch', '--db', 'none.db', '')).toEqual([]);
    expect(await suggested(home, 'train', '')).toEqual(['tiny', `:files\t${readableEndings.join(' ')}`]);
    expect(await suggested(home, 'score', 'a.json', '')).not.toContain('a.json');
    expect(await suggested(home, 'data', 'fetch', 'mnist', '')).toEqual([...datasetNames]);
    expect(await suggested(home, 'leaderboard', '--sort', 'acc')).toEqual(['accuracy']);
    expect(await suggested(home, 'search', '--log', '')).toEqual([':files\t']);
  });
});

test('a line that makes no sense completes nothing, and is no error', async () => {
  await inFolder(async (home) => {
    for (const words of [['nothing', ''], ['search', '--nothing', 'x'], ['--', ''], []]) {
      expect((await suggested(home, ...words)).every((line) => !line.includes('undefined'))).toBe(true);
    }
    writeFileSync(join(home, 'broken.db'), 'no database');
    expect(await suggested(home, 'watch', '--db', join(home, 'broken.db'), '')).toEqual([]);
  });
});

/** Shells that are installed; those that are not are left out, except bash, which every developer's machine has. */
const installed = (shell: string) => shell === 'bash' || spawnSync(shell, ['-c', 'true']).status === 0;

/** What each shell replies to a line with the cursor at its end. */
const replies: Readonly<Record<(typeof shellNames)[number], (line: string) => string[]>> = {
  bash: (line) => [
    '--norc',
    '-c',
    `. ./script
     set -f; read -ra COMP_WORDS <<< ${JSON.stringify(line.replace(/([:=])/g, ' $1 '))}; set +f
     [[ ${JSON.stringify(line)} == *' ' ]] && COMP_WORDS+=('')
     COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _scattershot; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ],
  zsh: (line) => [
    '-f',
    '-c',
    `compdef() { :; }
     _describe() { local -a all=("\${(@P)3}"); print -rl -- "\${(@)all%%:*}"; }
     _files() { print -rl -- files "$@"; }
     compset() { :; }
     . ./script
     line=${JSON.stringify(line)}; words=(\${(z)line}); [[ $line == *' ' ]] && words+=('')
     CURRENT=\${#words}; _scattershot`,
  ],
  fish: (line) => ['--no-config', '-c', `source ./script; complete -C ${JSON.stringify(line)}`],
};

test.each(shellNames.filter(installed))('%s asks the program, and shows what it answers', async (shell) => {
  await inFolder(async (home) => {
    const bin = join(home, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'scattershot'), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
    chmodSync(join(bin, 'scattershot'), 0o755);
    const printed = await runInProcess(['completion', shell], home);
    expect(printed).toMatchObject({ code: 0, stdout: `${completionScripts[shell]}\n` });
    writeFileSync(join(home, 'script'), printed.stdout);
    for (const name of ['best.npz', 'notes.txt', 'beta.json']) writeFileSync(join(home, name), '');
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, SCATTERSHOT_HOME: home, HOME: home };
    const reply = (line: string) => {
      const { stdout, stderr } = spawnSync(shell, replies[shell](line), { cwd: home, env, encoding: 'utf8' });
      expect(stderr).toBe('');
      return wordsOf(stdout.trim().split('\n'));
    };
    expect(reply('scattershot st')).toEqual(expect.arrayContaining(['stop', 'studies', 'strategy']));
    expect(reply('scattershot st')).toHaveLength(3);
    expect(reply('scattershot search --metric ').sort()).toEqual(['fair-share', 'indicator']);
    const files = reply('scattershot score be').join(' ');
    if (shell === 'zsh') expect(files).toBe(`files -g (${readableEndings.map((ending) => `*${ending}`).join('|')})`);
    else expect(files.split(' ').sort()).toEqual(['best.npz', 'beta.json']);
  });
});
