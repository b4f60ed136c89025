import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inFolder, runProgram } from './program.ts';

/** As people save masks: row j holds the left neurons of right neuron j. */
const maskFile = (rows: readonly (readonly number[])[], layers: readonly number[]) =>
  JSON.stringify({ format: 'scattershot/pattern', version: 1, layers, junctions: [rows] });

/** A one-junction search of a moment; every test adds how dense the network is. */
const search = ['search', '--budget', '2', '--workers', '1', '--strategy', 'uniform-random', '--plain'];

test('a density a junction takes exact degrees near it, else balanced ones, and says which', async () => {
  await inFolder(async (cwd) => {
    const layers = ['--layers', '28,12,6'];
    const run = await runProgram([...search, ...layers, '--density', '18%,dense', '--rank-by', 'other-scatter'], {
      cwd,
    });
    expect(run.code).toBe(0);
    expect(run.stderr).toContain('28→12: fan-in 5, fan-outs 2 or 3, 17.9 % dense');
    expect(run.stderr).toContain('12→6: fan-in 12, fan-out 6, 100 % dense');
    expect(run.stderr).toContain('28-12-6 (fan-in 5,12)');
    for (const file of ['best.npz', 'best.safetensors', 'best.json']) {
      expect((await runProgram(['export', 'best', '--output', file], { cwd })).code).toBe(0);
      const scored = JSON.parse((await runProgram(['score', file, '--json'], { cwd })).stdout);
      expect(scored).toMatchObject({ layers: [28, 12, 6], fanOuts: [60 / 28, 6], fanIns: [5, 12] });
      expect(scored.density).toBeCloseTo((60 + 72) / (28 * 12 + 72), 12);
    }
  });
});

test('the command that an exact refusal gives works as it stands', async () => {
  await inFolder(async (cwd) => {
    for (const asked of [
      ['--density', '18%', '--degrees', 'exact'],
      ['--fan-in', '5,3', '--degrees', 'exact'],
      ['--fan-out', '2,7'],
    ]) {
      const refused = await runProgram([...search, '--layers', '28,12,6', ...asked], { cwd });
      expect(refused.code).toBe(2);
      expect(refused.stderr).toMatch(/junction 1 \(28 to 12 neurons\)/);
      const words = /scattershot (search --layers \S+ --fan-out [\d,]+)/.exec(refused.stderr)?.[1].split(' ') ?? [];
      const run = await runProgram([...words, '--budget', '1', '--quiet', '--json'], { cwd });
      expect(run.stderr).toBe('');
      expect(run.code).toBe(0);
    }
  });
});

test('a file’s junction of one fan-in and fan-outs one apart is balanced; two apart are refused with their range', async () => {
  await inFolder(async (cwd) => {
    const layers = [5, 4];
    const rows = [
      [0, 1],
      [2, 3],
      [0, 4],
      [1, 2],
    ];
    writeFileSync(join(cwd, 'balanced.json'), maskFile(rows, layers));
    const scored = await runProgram(['score', 'balanced.json'], { cwd });
    expect(scored.stdout).toContain('Network 5-4, fan-out 1-2, fan-in 2, density 40.0 %');
    writeFileSync(join(cwd, 'uneven.json'), maskFile(rows.with(3, [0, 2]), layers));
    const refused = await runProgram(['score', 'uneven.json'], { cwd });
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/left neuron 0 has fan-out 3; expected 1 or 2 .*fan-in 2, fan-out 1 to 3/);
  });
});

test('a command advised keeps the padding of a net of the paper, and balanced degrees are advised where they exist alone', async () => {
  await inFolder(async (cwd) => {
    const { stderr } = await runProgram(
      ['search', '--net', 'cifar10-2cl', '--density', '3%', '--degrees', 'exact', '--quiet'],
      { cwd },
    );
    expect(stderr).toContain('scattershot search --layers 4096,512,16 --used-outputs 10 --fan-out 16,1.');
    expect(stderr).toContain('scattershot search --layers 4096,512,16 --used-outputs 10 --fan-in 123,32.');
    expect(stderr).not.toContain('every density');
  });
});
