import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { documented } from '../search/strategy-files.ts';
import { inFolder, runProgram } from './program.ts';

const small = ['--layers', '32,64,16', '--fan-out', '16,4'];

test('a search by time prints the command that finds the same by number, which it does on another number of threads', async () => {
  await inFolder(async (cwd) => {
    const timed = ['search', ...small, '--budget', '2s', '--islands', '3', '--workers', '1', '--name', 'timed'];
    const first = await runProgram([...timed, '--json', '--quiet'], { cwd });
    expect(first.code).toBe(0);
    const { repeat, ...found } = JSON.parse(first.stdout);
    expect(repeat).toMatch(new RegExp(`--islands 3 --budget ${found.evaluated} `));
    const words = repeat.split(' ').slice(1);
    const again = await runProgram([...words, '--workers', '2', '--name', 'again', '--json', '--quiet'], { cwd });
    const { repeat: none, study, seconds, ...same } = JSON.parse(again.stdout);
    expect([none, study]).toEqual([null, 'again']);
    expect({ ...same, ended: null, study: 'timed', seconds: found.seconds }).toEqual({ ...found, ended: null });
    const text = await runProgram(['search', '--resume', 'timed', '--plain'], { cwd });
    expect(text.stdout).toContain(`Find the same again with: ${repeat}`);
  });
});

test('the islands of a study are its own: a resume with another number is refused, with the same it is not', async () => {
  await inFolder(async (cwd) => {
    await runProgram(['search', ...small, '--budget', '20', '--islands', '3', '--name', 'own', '--quiet'], { cwd });
    const resume = ['search', '--resume', 'own', '--budget', '30', '--quiet'];
    const other = await runProgram([...resume, '--islands', '4'], { cwd });
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('--islands differs')]);
    expect((await runProgram([...resume, '--islands', '3'], { cwd })).code).toBe(0);
    expect((await runProgram(['search', ...small, '--islands', '0'], { cwd })).code).toBe(2);
  });
});

test('what a strategy prints is in the log, and a step that hangs ends after the time that is given', async () => {
  await inFolder(async (cwd) => {
    const step = 'console.log("made " + state.made); while (state.made === 2);\n    const { layers';
    writeFileSync(`${cwd}/mine.mjs`, documented.replace('const { layers', step));
    const run = await runProgram(
      [
        'search',
        ...small,
        '--strategy',
        'mine.mjs,uniform-random',
        '--islands',
        '2',
        '--budget',
        '30',
        '--step-timeout',
        '2',
      ],
      { cwd },
    );
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/shuffled-ring on island 0: made 0\n/);
    expect(run.stderr).toMatch(
      /warning: island 0 ended: it took longer than 2 seconds and was ended; --step-timeout gives more \(strategy shuffled-ring of .*mine\.mjs, in round 3\)/,
    );
    expect(run.stdout).not.toContain('made ');
  });
});
