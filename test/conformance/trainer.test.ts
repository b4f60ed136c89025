import { expect, test } from 'vitest';
import type { Outcome } from '../../src/base/failure.ts';
import { createCommandTrainer } from '../../src/training/command/index.ts';
import type { StartedBackend } from '../../src/training/pool/messages.ts';
import { fastMathSupported } from '../../src/training/sparse/fast-math.ts';
import { createSparseTrainer } from '../../src/training/sparse/index.ts';
import { createTfjsTrainer } from '../../src/training/tfjs/index.ts';
import { probeBackend } from '../../src/training/tfjs/probe.ts';
import { fixtureCommand } from '../training/command/fixture-command.ts';
import { findWebGpu } from '../training/tfjs/webgpu.ts';
import { trainerConformance } from './trainer.ts';

const [tensorflow, webgpu] = await Promise.all([probeBackend('tensorflow', true), findWebGpu()]);
// These two are part of every installation: if they do not start, that is a failure and no excuse.
const always: Outcome<StartedBackend> = { ok: true, value: { device: null, detail: null, gpu: false } };

// Where the checks set TensorFlow up, one that does not start is a failure too.
const isRequired = (backend: string) => backend === 'tensorflow' && process.env.SCATTERSHOT_TENSORFLOW === 'required';

for (const [backend, probed] of Object.entries({ tensorflow, webgpu, wasm: always, cpu: always })) {
  if (probed.ok || isRequired(backend)) {
    const device = probed.ok ? probed.value.device : null;
    const slow = backend === 'webgpu' && probed.ok && !probed.value.gpu;
    trainerConformance(`tfjs on ${backend}${slow ? ` (shortened: ${device})` : ''}`, {
      engine: 'tfjs',
      backend,
      create: () => createTfjsTrainer({ backend, threads: 2 }),
      slow,
      rounds: backend === 'tensorflow',
    });
  } else {
    // Not run, and said so; what is checked is that asking for it is refused rather than answered by another backend.
    test(`tfjs on ${backend} was NOT run here: ${probed.message}`, async () => {
      expect(await createTfjsTrainer({ backend, threads: 1 })).toMatchObject({ ok: false });
    });
  }
}

// Jobs of one shape, in graphs of three: more of them than one holds, and a last one that is not full.
if (tensorflow.ok || isRequired('tensorflow')) {
  trainerConformance('populations of tfjs on tensorflow', {
    engine: 'tfjs',
    backend: 'tensorflow',
    create: () => createTfjsTrainer({ backend: 'tensorflow', population: 3 }),
    rounds: true,
  });
}

trainerConformance('sparse', {
  engine: 'sparse',
  backend: 'wasm',
  create: () => createSparseTrainer({ threads: 2 }),
});

trainerConformance('a command', {
  engine: 'command',
  backend: 'external',
  create: () => createCommandTrainer({ command: fixtureCommand(), exactStart: true }),
  withoutSnapshots: true,
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
