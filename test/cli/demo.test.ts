import { spawnSync } from 'node:child_process';
import { openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inFolder, program, runProgram } from './program.ts';

test('an interrupted demo says how to go on, and goes on where it stopped', async () => {
  await inFolder(async (cwd) => {
    const cut = (args: readonly string[], when: RegExp) =>
      runProgram(['demo', ...args], {
        cwd,
        onStart: (child) => {
          child.stderr?.on('data', (text: string) => {
            if (when.test(text)) child.kill('SIGINT');
          });
        },
      });
    const first = await cut(['--workers', '2'], /new best/);
    expect(first).toMatchObject({ code: 130, stdout: '' });
    expect(first.stderr).toContain('scattershot demo --resume demo-1');
    const second = await cut(['--resume', 'demo-1'], /trained #/);
    expect(second.code).toBe(130);
    expect(second.stderr).toContain('(resumed)');
    const studies = JSON.parse((await runProgram(['studies', '--json'], { cwd })).stdout);
    expect(studies).toMatchObject([{ id: 1, study: 'demo-1', status: 'interrupted', evaluated: 30 }]);
    expect(studies[0].trained).toBeGreaterThan(0);
  });
});

test('doctor names every backend, what is chosen, and how to get what is missing', async () => {
  await inFolder(async (cwd) => {
    const run = await runProgram(['doctor', '--json'], { cwd });
    expect(run.code).toBe(0);
    const { chosen, backends } = JSON.parse(run.stdout);
    expect(backends.map(({ backend }: { backend: string }) => backend)).toEqual([
      'tensorflow',
      'webgpu',
      'wasm',
      'cpu',
    ]);
    expect(['tensorflow', 'webgpu', 'wasm']).toContain(chosen);
    for (const { available, nextStep } of backends) if (!available) expect(nextStep).toMatch(/\w/);
  });
});

test('doctor says of the sparse engine which kernels it trains with', async () => {
  await inFolder(async (cwd) => {
    const { stdout, stderr } = await runProgram(['doctor'], { cwd });
    const used = /uses: the engine (\w+) on (.+)/.exec(stderr);
    const device = /^sparse +engine +yes +(.+)$/m.exec(stdout)?.[1].trim();
    if (used?.[1] === 'sparse') expect(used[2]).toBe(device);
    else expect(used?.[1]).toBe('tfjs');
  });
});

test('a full disk under stdout is told in a sentence', async () => {
  await inFolder(async (cwd) => {
    const full = openSync('/dev/full', 'w');
    const run = spawnSync(process.execPath, [program, 'doctor', '--json'], {
      cwd,
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/disk is full/);
    expect(run.stderr).not.toMatch(/\n\s+at /);
  });
});
