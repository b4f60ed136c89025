import { expect, test } from 'vitest';
import { unwrap } from '../../src/pattern/failure.ts';
import { createTrainer, engineNames } from '../../src/training/engines.ts';

test('an unknown engine is refused, naming those there are', async () => {
  await expect(createTrainer({ engine: 'torch' })).rejects.toThrow(/engine must be auto or tfjs; got torch/);
});

test('every engine that is named can be made, and says what it runs on', async () => {
  for (const engine of engineNames) {
    const trainer = unwrap(await createTrainer({ engine, backend: 'cpu', threads: 1 }));
    expect(trainer.runsOn).toMatchObject({ engine: 'tfjs', backend: 'cpu' });
    await trainer.close();
  }
});
