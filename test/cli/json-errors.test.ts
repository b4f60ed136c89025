import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inFolder, runProgram } from './program.ts';

const failures: readonly (readonly [string, string, number, string, RegExp])[] = [
  ['an unknown option', 'search --colour --json', 2, 'usage', /--colour/],
  ['an unknown option of a command without --json', 'export 1 --json --output a.json', 2, 'usage', /--json|database/],
  ['an unknown command', 'serch --json', 2, 'usage', /unknown command 'serch'/],
  ['an unknown command of a group', 'studies lst --json', 2, 'usage', /unknown command 'lst'/],
  ['a value that cannot be', 'search --net morse --budget soon --json', 2, 'usage', /soon/],
  ['a missing argument', 'score --json', 2, 'usage', /file/],
  ['an impossible network', 'search --layers 64,48 --fan-out 35 --json', 2, 'usage', /33/],
  ['options that exclude each other', 'leaderboard --json --csv', 2, 'usage', /--csv/],
  ['a file that is not there', 'score none.json --json', 1, 'no-such-file', /none\.json/],
  ['no database', 'leaderboard --json', 1, 'no-database', /no study yet/],
  ['a windows file that is not there', 'score one.json --windows none.json --json', 1, 'no-such-file', /none\.json/],
  ['strategies that all refuse', 'search --net morse --strategy ./never.mjs --budget 4 --json', 1, '', /never/],
];

/** A strategy that refuses every network. */
const never = `export default {
  name: 'never', summary: 'never', source: 'a test', accepts: () => 'it never does', start: () => null, step: () => null,
};`;

const pattern = { format: 'scattershot/pattern', version: 1, layers: [2, 2], junctions: [[[0], [1]]] };

test.each(failures)('with --json an error is one document on stderr: %s', async (_, line, code, reason, message) => {
  await inFolder(async (cwd) => {
    writeFileSync(join(cwd, 'one.json'), JSON.stringify(pattern));
    writeFileSync(join(cwd, 'never.mjs'), never);
    const run = await runProgram(line.split(' '), { cwd });
    expect(run.stdout).toBe('');
    const error = JSON.parse(run.stderr);
    expect(error).toMatchObject({
      reason: expect.stringMatching(reason === '' ? /^[a-z-]+$/ : `^${reason}$`),
      message: expect.stringMatching(message),
      nextStep: expect.stringMatching(/\w/),
    });
    expect(run.code).toBe(code);
  });
});

test('without --json a usage error is one sentence, with a next step that names the command', async () => {
  await inFolder(async (cwd) => {
    const run = await runProgram(['data', 'fetch', 'mnist', '--form', 'x'], { cwd });
    expect(run.stderr).toBe(
      'scattershot: unknown option \'--form\'.\nDid you mean --from? See "scattershot data fetch --help".\n',
    );
    expect(run).toMatchObject({ code: 2, stdout: '' });
  });
});
