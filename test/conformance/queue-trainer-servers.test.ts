import { afterAll, expect, test } from 'vitest';
import { success } from '../../src/base/failure.ts';
import { connectQueue } from '../../src/queue/bullmq-transport.ts';
import { QueueTrainer } from '../../src/remote/queue-trainer.ts';
import { installed, serversRequired, startPostgres, startRedis, type TestServer } from '../queue/servers.ts';
import { type Lab, trainingLab } from '../remote/lab.ts';
import { trainerConformance } from './trainer.ts';

const ends: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

function onServer(name: string, there: boolean, start: () => Promise<TestServer>) {
  if (!there) {
    test(`a trainer over ${name} was NOT run here: its server is not installed`, () => {
      expect(serversRequired).toBe(false);
    });
    return;
  }
  trainerConformance(`sparse, on two workers over ${name}`, {
    engine: 'sparse',
    backend: 'wasm',
    elsewhere: true,
    create: async () => {
      const server = await start();
      ends.push(() => server.close());
      const lab: Lab = await trainingLab({ connect: () => connectQueue(server.url) });
      ends.push(() => lab.close());
      await Promise.all([lab.startWorker(), lab.startWorker()]);
      const runsOn = { engine: 'sparse', backend: 'wasm', device: 'the workers of the lab' } as const;
      return success(new QueueTrainer(lab.queue, runsOn));
    },
  });
}

onServer('Redis', installed.redis, () => startRedis());
onServer('PostgreSQL', installed.postgres, startPostgres);
