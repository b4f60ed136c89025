import { expect, test } from 'vitest';
import { connectQueue } from '../../src/queue/bullmq-transport.ts';
import { installed, serversRequired, startPostgres, startRedis, type TestServer } from '../queue/servers.ts';
import { transportConformance } from './transport.ts';

const leaseMs = 2000;

/** The suite on a server that it starts, or a test that says why not. */
function onServer(name: string, there: boolean, start: () => Promise<TestServer>) {
  if (!there) {
    test(`the transport over ${name} was NOT run here: its server is not installed`, () => {
      expect(serversRequired).toBe(false);
    });
    return;
  }
  transportConformance(name, async () => {
    const server = await start();
    const ends: (() => Promise<void>)[] = [];
    return {
      leaseMs,
      connect: async () => {
        const transport = await connectQueue(server.url, { leaseMs });
        ends.push(() => transport.abandon());
        return { transport, lose: () => transport.abandon() };
      },
      close: async () => {
        await Promise.all(ends.map((end) => end()));
        await server.close();
      },
    };
  });
}

onServer('Redis', installed.redis, () => startRedis());
onServer('PostgreSQL', installed.postgres, startPostgres);
