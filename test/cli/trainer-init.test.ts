import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inFolder, runProgram } from './program.ts';

const sources = 'src/training/command/programs';

describe('trainer init', () => {
  test.each([
    ['pytorch', 'trainer.py', 'python3 trainer.py'],
    ['node', 'trainer.mjs', 'node trainer.mjs'],
  ])('%s writes %s and says how to go on', async (program, file, command) => {
    await inFolder(async (cwd) => {
      const run = await runProgram(['trainer', 'init', program], { cwd });
      expect(run).toMatchObject({ code: 0, stderr: '' });
      expect(run.stdout).toContain(`Wrote ${file}.`);
      expect(run.stdout).toContain(`scattershot demo --engine command --trainer "${command}"\n`);
      expect(readFileSync(join(cwd, file), 'utf8')).toBe(readFileSync(join(sources, file), 'utf8'));
    });
  });

  test('replaces no file unless --force says so', async () => {
    await inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'trainer.mjs'), 'mine');
      const refused = await runProgram(['trainer', 'init', 'node', '--json'], { cwd });
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(JSON.parse(refused.stderr)).toMatchObject({
        reason: 'file-exists',
        nextStep: expect.stringContaining('--force'),
      });
      expect(readFileSync(join(cwd, 'trainer.mjs'), 'utf8')).toBe('mine');
      const forced = await runProgram(['trainer', 'init', 'node', '--force', '--json'], { cwd });
      expect(forced.code).toBe(0);
      expect(JSON.parse(forced.stdout)).toMatchObject({
        program: 'node',
        file: 'trainer.mjs',
        command: 'node trainer.mjs',
        path: expect.stringMatching(/trainer\.mjs$/),
      });
      expect(readFileSync(join(cwd, 'trainer.mjs'), 'utf8')).toContain('A trainer for Scattershot');
    });
  });

  test('knows no other program', async () => {
    await inFolder(async (cwd) => {
      const run = await runProgram(['trainer', 'init', 'jax'], { cwd });
      expect(run).toMatchObject({ code: 2, stdout: '' });
      expect(run.stderr).toMatch(/pytorch, node/);
      expect(existsSync(join(cwd, 'trainer.py'))).toBe(false);
    });
  });
});
