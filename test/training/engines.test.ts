import { afterEach, describe, expect, test, vi } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import {
  chooseEngine,
  createTrainer,
  detectBackends,
  engineNames,
  type TrainerOptions,
} from '../../src/training/engines.ts';
import { fastMathFault, fastMathSupported } from '../../src/training/sparse/fast-math.ts';
import type { Trainer } from '../../src/training/trainer.ts';
import { fixtureCommand } from './command/fixture-command.ts';

const trainers: Trainer[] = [];
afterEach(async () => {
  await Promise.all(trainers.splice(0).map((trainer) => trainer.close()));
});

async function runsOn(options: TrainerOptions): Promise<{ readonly engine: string; readonly backend: string }> {
  const trainer = unwrap(await createTrainer({ threads: 1, ...options }));
  trainers.push(trainer);
  return trainer.runsOn;
}

test('an unknown engine is refused, naming those there are', async () => {
  await expect(createTrainer({ engine: 'torch' })).rejects.toThrow(
    /engine must be one of auto, sparse, tfjs, command; got torch/,
  );
});

test('every engine that is named can be made, and says what it runs on', async () => {
  expect(engineNames).toEqual(['auto', 'sparse', 'tfjs', 'command']);
  expect(await runsOn({ engine: 'sparse' })).toMatchObject({ engine: 'sparse', backend: 'wasm' });
  expect(await runsOn({ engine: 'tfjs', backend: 'cpu' })).toMatchObject({ engine: 'tfjs', backend: 'cpu' });
  const own = { engine: 'command', backend: 'external', device: 'test trainer on this processor' };
  expect(await runsOn({ engine: 'command', command: fixtureCommand() })).toMatchObject(own);
  expect(await runsOn({ command: fixtureCommand() })).toMatchObject(own);
});

describe('auto', () => {
  test('is TF.js where a backend is asked for, or a front, which the sparse engine has not', async () => {
    expect(await runsOn({ backend: 'cpu' })).toMatchObject({ engine: 'tfjs', backend: 'cpu' });
    expect(await runsOn({ front: 'mnist-conv' })).toMatchObject({ engine: 'tfjs' });
  });

  test('is TF.js where there is a GPU, else the sparse engine, without a word: doctor tells why', async () => {
    const gpu = (await detectBackends()).some((report) => report.gpu && report.auto);
    const warnings: string[] = [];
    const { engine } = await runsOn({ onWarning: (warning) => warnings.push(warning) });
    expect(engine).toBe(gpu ? 'tfjs' : 'sparse');
    expect(warnings).toEqual([]);
  });

  test('is the sparse engine where fast math is asked for', async () => {
    if (fastMathSupported()) expect(await runsOn({ fastMath: true })).toMatchObject({ engine: 'sparse' });
    else expect(await createTrainer({ fastMath: true })).toMatchObject({ ok: false, reason: 'no-relaxed-simd' });
  });
});

test('what does not fit together is refused', async () => {
  const refused: readonly [TrainerOptions, RegExp][] = [
    [{ backend: 'cuda' }, /backend must be auto, tensorflow, webgpu, wasm, cpu; got cuda/],
    [{ engine: 'sparse', backend: 'cpu' }, /sparse engine runs on the backends wasm and webgpu; got cpu/],
    [
      { engine: 'sparse', backend: 'webgpu', fastMath: true },
      /fast math is for the sparse engine on the backend wasm; got webgpu/,
    ],
    [{ engine: 'sparse', front: 'cifar-conv' }, /connected layers only; got the front cifar-conv/],
    [{ engine: 'tfjs', fastMath: true }, /fast math belongs to the sparse engine; got the engine tfjs/],
    [{ engine: 'command' }, /the engine command needs the command of a trainer; got none/],
    [{ engine: 'sparse', command: 'train' }, /a trainer of your own is the engine command; got the engine sparse/],
    [{ backend: 'wasm', command: 'train' }, /a trainer of your own chooses its backend; got wasm/],
    [{ command: 'train', fastMath: true }, /fast math belongs to the sparse engine; got the engine command/],
    [{ backend: 'wasm', fastMath: true }, /fast math belongs to the sparse engine; got the backend wasm/],
    [{ front: 'mnist-conv', fastMath: true }, /fast math belongs to the sparse engine; got the front mnist-conv/],
  ];
  for (const [options, message] of refused) {
    await expect(createTrainer(options)).rejects.toThrow(message);
    await expect(chooseEngine(options)).rejects.toThrow(message);
  }
});

test('what this runtime lacks for fast math is known before an engine is started', async () => {
  expect(unwrap(await chooseEngine({}))).toBe('auto');
  expect(unwrap(await chooseEngine({ engine: 'sparse', backend: 'wasm' }))).toBe('sparse');
  expect(unwrap(await chooseEngine({ backend: 'wasm' }))).toBe('tfjs');
  expect((await chooseEngine({ fastMath: true })).ok).toBe(fastMathSupported());
  expect(fastMathFault(true)).toBeNull();
  expect(fastMathFault(false)).toMatchObject({
    reason: 'no-relaxed-simd',
    nextStep: expect.stringMatching(/Node.js 22/),
  });
});

test('fast math that SCATTERSHOT_KERNELS=wasm stands in the way of is refused by that name', () => {
  vi.stubEnv('SCATTERSHOT_KERNELS', 'wasm');
  const fault = fastMathFault(false);
  vi.unstubAllEnvs();
  expect(fault?.message).toContain('native kernels, which SCATTERSHOT_KERNELS=wasm leaves out, or');
  expect(fault?.nextStep).toMatch(/^Leave SCATTERSHOT_KERNELS out, use Node.js 22 or newer/);
});
