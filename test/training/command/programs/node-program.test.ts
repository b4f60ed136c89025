import { expect, test } from 'vitest';
import { trainingSettings } from '../../../../src/training/settings.ts';
import { someDataset, someJob } from '../../samples.ts';
import { programConformance } from './program-conformance.ts';
import { ProgramHost } from './program-host.ts';

const command = [process.execPath, 'src/training/command/programs/trainer.mjs'];

programConformance('trainer.mjs', command);

test('trainer.mjs fails a job with a front, and says why', async () => {
  const host = new ProgramHost(command);
  await host.hello();
  const dataset = someDataset({ features: 784, classes: 4, examples: { train: 4, validation: 4, test: 4 } });
  host.data(dataset);
  const job = someJob({ layers: [3136, 4], fanOuts: [1], id: 'front' });
  const told = (await host.train([job], dataset, trainingSettings({ front: 'mnist-conv' }))).get('front')!;
  expect(told.at(-1)).toMatchObject({
    status: 'failed',
    reason: expect.stringMatching(/connected layers only.*mnist-conv/),
  });
  expect(await host.end()).toBe(0);
});
