import { success } from '../../src/base/failure.ts';
import { PoolTrainer } from '../../src/training/pool/pool-trainer.ts';
import { TrainingPool } from '../../src/training/pool/training-pool.ts';
import { trainerConformance } from './trainer.ts';

// What GPU backends run, on the processor: jobs of one shape trained together in one graph, here at most three.
trainerConformance('populations of tfjs, on cpu', {
  engine: 'tfjs',
  backend: 'cpu',
  create: async () => {
    const workerUrl = new URL('../training/tfjs/population-worker.ts', import.meta.url);
    const pool = new TrainingPool({ backend: 'cpu', softwareAllowed: false, threads: 1, workerUrl, otherwise: '' });
    const limits = { maxTensorBytes: 2 ** 30, memoryBytes: 2 ** 30 };
    const runsOn = { engine: 'tfjs', backend: 'cpu', device: 'a processor that plays a device' } as const;
    return success(new PoolTrainer(pool, 1, runsOn, [], { limits, size: 3 }));
  },
});
