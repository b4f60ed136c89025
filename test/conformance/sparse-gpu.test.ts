import { expect, test } from 'vitest';
import { createTrainer } from '../../src/training/engines.ts';
import { findWebGpu } from '../training/tfjs/webgpu.ts';
import { trainerConformance } from './trainer.ts';

const found = await findWebGpu();
const create = () => createTrainer({ engine: 'sparse', backend: 'webgpu', population: 3 });

if (found.ok) {
  trainerConformance(`sparse on webgpu (${found.value.device})`, { engine: 'sparse', backend: 'webgpu', create });
} else {
  test(`sparse on webgpu was NOT run here: ${found.message}`, async () => {
    expect(await create()).toMatchObject({ ok: false });
  });
}
