import { expect, test } from 'vitest';
import { connectQueue } from '../../src/queue/bullmq-transport.ts';
import { installed, serversRequired, startPostgres, startRedis, type TestServer } from '../queue/servers.ts';
import { lasting, search } from '../search/search-story.ts';
import { type LabServer, labRequest, SearchLab } from './search-lab.ts';

const asked = labRequest({
  islands: [{ strategy: 'uniform-random' }, { strategy: 'local' }, { strategy: 'evolve' }],
  budget: { kind: 'candidates', candidates: 90 },
});

async function labServer(start: () => Promise<TestServer>): Promise<LabServer> {
  const server = await start();
  const ends: (() => Promise<void>)[] = [];
  return {
    connect: async () => {
      const transport = await connectQueue(server.url, { leaseMs: 2000 });
      ends.push(() => transport.abandon());
      return { transport, lose: () => transport.abandon() };
    },
    close: async () => {
      await Promise.all(ends.map((end) => end()));
      await server.close();
    },
  };
}

function onServer(name: string, there: boolean, start: () => Promise<TestServer>) {
  if (!there) {
    test(`a search over ${name} was NOT run here: its server is not installed`, () => {
      expect(serversRequired).toBe(false);
    });
    return;
  }
  test(`two workers over ${name} find what this process's own threads find`, async () => {
    const lab = new SearchLab(await labServer(start));
    try {
      await lab.worker();
      await lab.worker();
      expect(lasting(await search(asked, { runner: await lab.runner() }))).toEqual(lasting(await search(asked)));
      expect(lab.of('trouble')).toEqual([]);
    } finally {
      await lab.close();
    }
  });
}

onServer('Redis', installed.redis, () => startRedis());
onServer('PostgreSQL', installed.postgres, () => startPostgres());
