import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { processExists } from '../../src/base/process-exists.ts';
import { demoSettings } from '../../src/study/demo.ts';
import { fixtureCommand } from '../training/command/fixture-command.ts';
import { inFolder, program, runProgram } from './program.ts';

const patience = { timeout: 120_000, interval: 50 };

const linesOf = (file: string, kind: string): string[][] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith(`${kind} `))
        .map((line) => line.split(' '))
    : [];

const pidsOf = (file: string) => [...new Set(linesOf(file, 'given').map(([, pid]) => Number(pid)))];

/** A study of 10 candidates and 2 seeds. */
const study = [
  '--net',
  'morse',
  '--data',
  'morse:examples=100/20/20',
  '--candidates',
  '10',
  '--seeds',
  '2',
  '--epochs',
  '2',
];

function startStudy(folder: string, args: readonly string[]) {
  const child = spawn(process.execPath, [program, 'validate', '--plain', ...args], {
    cwd: folder,
    env: { ...process.env, SCATTERSHOT_HOME: folder, TMPDIR: folder },
    stdio: 'ignore',
  });
  const ended = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
  return { child, ended };
}

test('a study by a trainer of one’s own survives kills of itself and of the trainer, and trains nothing twice', async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'noted.txt');
    const own = [
      ...study,
      '--name',
      'own',
      '--twins',
      '0',
      '--engine',
      'command',
      '--trainer',
      fixtureCommand('log-slowly', file),
    ];
    const first = startStudy(folder, own);
    await vi.waitFor(() => expect(linesOf(file, 'trained').length).toBeGreaterThan(2), patience);
    first.child.kill('SIGKILL');
    await first.ended;
    const [orphan] = pidsOf(file);
    await vi.waitFor(() => expect(processExists(orphan)).toBe(false), patience);
    await vi.waitFor(
      () => expect(readdirSync(folder).filter((name) => /^scattershot-trainer/.test(name))).toEqual([]),
      patience,
    );

    const before = linesOf(file, 'trained').length;
    const second = startStudy(folder, ['--resume', 'own']);
    await vi.waitFor(() => expect(linesOf(file, 'trained').length).toBeGreaterThan(before + 2), patience);
    process.kill(-(pidsOf(file).at(-1) as number), 'SIGKILL');
    expect(await second.ended).toBe(0);
    // 20 trainings; the study was killed once and the trainer once, each with one training under way at most.
    const trained = linesOf(file, 'trained').length;
    expect(trained).toBeGreaterThanOrEqual(20);
    expect(trained).toBeLessThanOrEqual(22);
    const given = linesOf(file, 'given').length;
    const again = await runProgram(['validate', '--resume', 'own', '--json'], { cwd: folder });
    expect(JSON.parse(again.stdout)).toMatchObject({ engine: 'command', candidates: 10 });
    expect(linesOf(file, 'given')).toHaveLength(given);
  });
});

test('Ctrl-C ends the trainer with the study', async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'noted.txt');
    const running = startStudy(folder, [
      ...study,
      '--engine',
      'command',
      '--trainer',
      fixtureCommand('log-slowly', file),
    ]);
    await vi.waitFor(() => expect(linesOf(file, 'trained').length).toBeGreaterThan(1), patience);
    running.child.kill('SIGINT');
    expect(await running.ended).toBe(130);
    expect(pidsOf(file).filter(processExists)).toEqual([]);
    expect(readdirSync(folder).filter((name) => /^scattershot-trainer/.test(name))).toEqual([]);
  });
});

test('a score without a margin is refused before anything is trained, and no word says that the study could go on', async () => {
  await inFolder(async (folder) => {
    const args = ['validate', ...study, '--engine', 'command', '--trainer', fixtureCommand('error-score')];
    const { code, stderr } = await runProgram(args, { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain('Run validate with --margin');
    expect(stderr).not.toContain('Go on with');
  });
});

test('a demo by another score takes its margin, and says that it needs one where none is given', async () => {
  await inFolder(async (cwd) => {
    const args = ['demo', '--engine', 'command', '--trainer', fixtureCommand('error-score')];
    const without = await runProgram(args, { cwd });
    expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining('Run demo with --margin') });
    expect(without.stderr).not.toContain('new best');
    let begun = false;
    const given = await runProgram([...args, '--margin', '2', '--plain'], {
      cwd,
      onStart: (child) => {
        child.stderr?.on('data', (text: string) => {
          if (begun || !/new best/.test(text)) return;
          begun = true;
          child.kill('SIGINT');
        });
      },
    });
    expect(given.code).toBe(130);
    expect(given.stderr).not.toContain('--margin');
    const name = /scattershot demo --resume (\S+)/.exec(given.stderr)?.[1] ?? '';
    const other = await runProgram(['demo', '--resume', name, '--margin', '3'], { cwd });
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('--margin') });
  });
});

test('the margin of a demo is the one that was asked for, or the default of a validation', () => {
  const trainer = { command: fixtureCommand('error-score') };
  const asked = demoSettings({ engine: 'command', trainer, margin: 2 });
  expect(asked.validation).toMatchObject({ margin: 2, marginAsked: true });
  expect(demoSettings().validation?.margin).toBe(0.5);
});

test('trainer check refuses a file that is not there by its name, before it starts anything', async () => {
  await inFolder(async (cwd) => {
    const file = join(cwd, 'noted.txt');
    const args = ['trainer', 'check', fixtureCommand('log-slowly', file), '--trainer-files', 'missing.py'];
    const { code, stdout, stderr } = await runProgram(args, { cwd });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('cannot read missing.py: there is no such file');
    expect(existsSync(file)).toBe(false);
  });
});
