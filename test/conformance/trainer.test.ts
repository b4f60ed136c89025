import { expect, test } from 'vitest';
import type { Outcome } from '../../src/base/failure.ts';
import type { StartedBackend } from '../../src/training/pool/messages.ts';
import { createSparseTrainer } from '../../src/training/sparse/index.ts';
import { fastMathSupported } from '../../src/training/sparse/machine.ts';
import { createTfjsTrainer } from '../../src/training/tfjs/index.ts';
import { probeBackend } from '../../src/training/tfjs/probe.ts';
import { findWebGpu } from '../training/tfjs/webgpu.ts';
import { trainerConformance } from './trainer.ts';

const [tensorflow, webgpu] = await Promise.all([probeBackend('tensorflow', true), findWebGpu()]);
// These two are part of every installation: if they do not start, that is a failure and no excuse.
const always: Outcome<StartedBackend> = { ok: true, value: { device: null, detail: null, gpu: false } };

for (const [backend, probed] of Object.entries({ tensorflow, webgpu, wasm: always, cpu: always })) {
  if (probed.ok) {
    const slow = backend === 'webgpu' && !probed.value.gpu;
    trainerConformance(`tfjs on ${backend}${slow ? ` (shortened: ${probed.value.device})` : ''}`, {
      engine: 'tfjs',
      backend,
      create: () => createTfjsTrainer({ backend, threads: 2 }),
      slow,
    });
  } else {
    // Not run, and said so; what is checked is that asking for it is refused rather than answered by another backend.
    test(`tfjs on ${backend} was NOT run here: ${probed.message}`, async () => {
      expect(await createTfjsTrainer({ backend, threads: 1 })).toMatchObject({ ok: false });
    });
  }
}

trainerConformance('sparse', {
  engine: 'sparse',
  backend: 'wasm',
  create: () => createSparseTrainer({ threads: 2 }),
});

if (fastMathSupported()) {
  trainerConformance('sparse with fast math', {
    engine: 'sparse',
    backend: 'wasm',
    create: () => createSparseTrainer({ threads: 2, fastMath: true }),
    settings: { fastMath: true },
  });
} else {
  test('sparse with fast math was NOT run here: this runtime has no relaxed SIMD, and says so when asked', async () => {
    expect(await createSparseTrainer({ threads: 1, fastMath: true })).toMatchObject({ reason: 'no-relaxed-simd' });
  });
}
