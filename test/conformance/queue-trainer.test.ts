import { afterAll } from 'vitest';
import { success } from '../../src/base/failure.ts';
import { QueueTrainer } from '../../src/remote/queue-trainer.ts';
import { type Lab, trainingLab } from '../remote/lab.ts';
import { trainerConformance } from './trainer.ts';

const labs: Lab[] = [];
afterAll(() => Promise.all(labs.map((lab) => lab.close())));

trainerConformance('sparse, on a worker over a queue in memory', {
  engine: 'sparse',
  backend: 'wasm',
  elsewhere: true,
  create: async () => {
    const lab = await trainingLab();
    labs.push(lab);
    await lab.startWorker();
    const runsOn = { engine: 'sparse', backend: 'wasm', device: 'the workers of the lab' } as const;
    return success(new QueueTrainer(lab.queue, runsOn));
  },
});
