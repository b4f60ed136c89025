import { afterEach, describe, expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import {
  chooseEngine,
  createTrainer,
  detectBackends,
  engineNames,
  type TrainerOptions,
} from '../../src/training/engines.ts';
import { fastMathFault } from '../../src/training/sparse/fast-math.ts';
import { fastMathSupported } from '../../src/training/sparse/machine.ts';
import type { Trainer } from '../../src/training/trainer.ts';

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
    /engine must be one of auto, sparse, tfjs; got torch/,
  );
});

test('every engine that is named can be made, and says what it runs on', async () => {
  expect(engineNames).toEqual(['auto', 'sparse', 'tfjs']);
  expect(await runsOn({ engine: 'sparse' })).toMatchObject({ engine: 'sparse', backend: 'wasm' });
  expect(await runsOn({ engine: 'tfjs', backend: 'cpu' })).toMatchObject({ engine: 'tfjs', backend: 'cpu' });
});

describe('auto', () => {
  test('is TF.js where a backend is asked for, or a front, which the sparse engine has not', async () => {
    expect(await runsOn({ backend: 'cpu' })).toMatchObject({ engine: 'tfjs', backend: 'cpu' });
    expect(await runsOn({ front: 'mnist-conv' })).toMatchObject({ engine: 'tfjs' });
  });

  test('is TF.js where there is a GPU, else the sparse engine, with a warning that says why', async () => {
    const gpu = (await detectBackends()).some((report) => report.gpu && report.auto);
    const warnings: string[] = [];
    const { engine } = await runsOn({ onWarning: (warning) => warnings.push(warning) });
    expect(engine).toBe(gpu ? 'tfjs' : 'sparse');
    if (!gpu) expect(warnings).toEqual([expect.stringMatching(/not on a GPU \(tensorflow: .*webgpu: /)]);
  });

  test('is the sparse engine where fast math is asked for', async () => {
    if (fastMathSupported()) expect(await runsOn({ fastMath: true })).toMatchObject({ engine: 'sparse' });
    else expect(await createTrainer({ fastMath: true })).toMatchObject({ ok: false, reason: 'no-relaxed-simd' });
  });
});

test('what does not fit together is refused', async () => {
  const refused: readonly [TrainerOptions, RegExp][] = [
    [{ backend: 'cuda' }, /backend must be auto, tensorflow, webgpu, wasm, cpu; got cuda/],
    [{ engine: 'sparse', backend: 'webgpu' }, /sparse engine runs on the backend wasm; got webgpu/],
    [{ engine: 'sparse', front: 'cifar-conv' }, /connected layers only; got the front cifar-conv/],
    [{ engine: 'tfjs', fastMath: true }, /fast math belongs to the sparse engine; got the engine tfjs/],
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
