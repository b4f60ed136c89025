import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { boardColumns } from '../../src/store/board/columns.ts';
import { runInProcess } from './in-process.ts';
import { inFolder } from './program.ts';

function allCommands(command: Command, path = ''): [string, Command][] {
  return command.commands.flatMap((sub) => {
    const name = `${path} ${sub.name()}`.trim();
    return [[name, sub] as [string, Command], ...allCommands(sub, name)];
  });
}

const commands = allCommands((await createProgram()).program);
const takesOption = (command: Command, flag: string) => command.options.some(({ long }) => long === flag);

test.each(commands.map(([name]) => [name]))(
  '%s --help goes to stdout, exits with 0 and has an example',
  async (name) => {
    await inFolder(async (home) => {
      const help = await runInProcess([...name.split(' '), '--help'], home);
      expect(help).toMatchObject({ code: 0, stderr: '' });
      expect(help.stdout).toContain(`Usage: scattershot ${name} `);
      expect(help.stdout).toMatch(new RegExp(`Examples?:\\n  .*scattershot ${name.replace(' list', '')}`));
    });
  },
);

/** Lines under "Examples:", as words; a shell's quotes are one word. */
function examplesOf(help: string): string[][] {
  const [, after = ''] = /Examples?:\n((?: {2}.*(?:\n|$))+)/.exec(help) ?? [];
  return after
    .split('\n')
    .filter((line) => line.startsWith('  scattershot '))
    .map((line) => [...line.trim().matchAll(/"([^"]*)"|([^\s"]+)/g)].map((match) => match[1] ?? match[2]).slice(1));
}

test('every example is a command line that the program understands', async () => {
  await inFolder(async (home) => {
    for (const [name] of commands) {
      const { stdout } = await runInProcess([...name.split(' '), '--help'], home);
      for (const words of examplesOf(stdout)) {
        const { program } = await createProgram(words);
        const known: string[] = [];
        for (const [, command] of allCommands(program)) {
          command.action(() => void known.push(command.name()));
        }
        const end = words.indexOf('>');
        await program.parseAsync(['node', 'scattershot', ...words.slice(0, end < 0 ? words.length : end)]);
        expect(known, words.join(' ')).toHaveLength(1);
      }
    }
  });
});

test('--workers is offered where there is work for threads, and nowhere else', async () => {
  const offered = commands.filter(([, command]) => takesOption(command, '--workers')).map(([name]) => name);
  expect(offered).toEqual(expect.arrayContaining(['demo', 'search', 'train']));
  expect(offered.every((name) => ['demo', 'search', 'train', 'validate', 'reproduce'].includes(name))).toBe(true);
  await inFolder(async (home) => {
    const refused = await runInProcess(['leaderboard', '--workers', '2'], home);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("unknown option '--workers'") });
  });
});

test('the options that hold everywhere are everywhere', () => {
  for (const [, command] of commands) {
    for (const flag of ['--db', '--seed', '--quiet', '--plain', '--no-color'])
      expect(takesOption(command, flag)).toBe(true);
  }
});

test('the help of the leaderboard names every column that does not belong to a study', async () => {
  await inFolder(async (home) => {
    const { stdout } = await runInProcess(['leaderboard', '--help'], home);
    for (const { name } of boardColumns({ entryKeys: [] })) expect(stdout).toContain(name);
  });
});

test('an unknown command of a group is told as one, with those there are', async () => {
  await inFolder(async (home) => {
    const run = await runInProcess(['studies', 'lst'], home);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(
      /^scattershot: unknown command 'lst'\.\nThe commands are: list, .*rename, remove.*\. See "scattershot studies --help"\.\n$/,
    );
  });
});
