import { execFileSync } from 'node:child_process';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { LEASE_MS } from '../../src/queue/transport.ts';
import { installed, startPostgres, startRedis, type TestServer } from './servers.ts';
import { doSums, type Tally, TinyWorkers } from './tiny-lab.ts';

// Ten thousand jobs that are done at once, by five processes, over servers of the test's own, with every fault there is.

const FULL = process.env.SCATTERSHOT_TESTS === 'full';
const JOBS = FULL ? 10_000 : 1_000;
const BLOCK_MS = 60_000;
vi.setConfig({ testTimeout: FULL ? 3_600_000 : 600_000 });

function hold(tally: Tally, name: string): void {
  if (FULL)
    console.log(name, JSON.stringify({ jobs: tally.counted.size, begun: tally.begun, returned: tally.returned }));
  expect(tally.wrong).toEqual([]);
  expect([tally.counted.size, Math.max(...tally.counted.values())]).toEqual([JOBS, 1]);
}

const numbers = (blockMs?: number) =>
  Array.from({ length: JOBS }, (_, number) =>
    number === 100 && blockMs !== undefined ? { number, blockMs } : { number },
  );
/** After such a share of the jobs. */
const at = (share: number) => Math.round(JOBS * share);

function start(server: TestServer): TinyWorkers {
  const workers = new TinyWorkers(server.url, 5);
  onTestFinished(async () => {
    await workers.end();
    await server.close();
  });
  return workers;
}

function faultsOn(name: string, there: boolean, startServer: () => Promise<TestServer>): void {
  describe.skipIf(!there)(`on ${name} (skipped where it is not installed)`, () => {
    test('workers that are killed, and one that is stopped for longer than its lease, lose and double nothing', async () => {
      const server = await startServer();
      const workers = start(server);
      const tally = await doSums(server.url, numbers(), {
        [at(0.1)]: () => workers.kill(),
        [at(0.3)]: () => workers.halt(LEASE_MS + 5_000),
        [at(0.5)]: () => workers.kill(),
        [at(0.95)]: () => workers.kill(),
      });
      hold(tally, `${name}, workers killed and stopped`);
    });

    test.runIf(FULL)('a server that is killed and started again loses and doubles nothing', async () => {
      const server = await startServer();
      start(server);
      const restart = async () => {
        await server.kill();
        await server.restart();
      };
      hold(await doSums(server.url, numbers(), { [at(0.2)]: restart, [at(0.6)]: restart }), `${name}, server killed`);
    });

    test.runIf(FULL)('an event loop that is blocked for a minute loses and doubles nothing', async () => {
      const server = await startServer();
      const workers = start(server);
      const tally = await doSums(server.url, numbers(BLOCK_MS), {});
      await workers.blocked;
      hold(tally, `${name}, blocked`);
    });
  });
}

faultsOn('Redis', installed.redis, () => startRedis());
faultsOn('PostgreSQL', installed.postgres, () => startPostgres());

test.runIf(FULL && installed.redis)(
  'a Redis that forgets everything, three times, loses and doubles nothing',
  async () => {
    const server = await startRedis();
    start(server);
    const flush = async () => {
      const client = new Redis(server.url);
      await client.flushall();
      client.disconnect();
    };
    hold(
      await doSums(server.url, numbers(), { [at(0.2)]: flush, [at(0.5)]: flush, [at(0.8)]: flush }),
      'Redis, forgets',
    );
  },
);

/** A network of its own for workers, joined to this machine by a cable that can be pulled; null where that is not permitted. */
function namespace() {
  const name = `scattershot${process.pid % 10_000}`;
  const [here, there] = [`sa${process.pid % 10_000}`, `sb${process.pid % 10_000}`];
  const ip = (words: string) => execFileSync('ip', words.split(' '), { stdio: 'ignore' });
  try {
    ip(`netns add ${name}`);
    ip(`link add ${here} type veth peer name ${there}`);
    ip(`link set ${there} netns ${name}`);
    ip(`addr add 10.213.7.1/24 dev ${here}`);
    ip(`link set ${here} up`);
    ip(`netns exec ${name} ip addr add 10.213.7.2/24 dev ${there}`);
    ip(`netns exec ${name} ip link set ${there} up`);
  } catch {
    return null;
  }
  return {
    before: ['ip', 'netns', 'exec', name],
    address: '10.213.7.1',
    cut: () => ip(`link set ${here} down`),
    mend: () => ip(`link set ${here} up`),
    remove: () => {
      ip(`link del ${here}`);
      ip(`netns del ${name}`);
    },
  };
}

test.runIf(FULL && installed.redis)(
  'a network that is cut for longer than a minute loses and doubles nothing',
  async ({ skip }) => {
    const network = namespace();
    if (network === null) return skip('network namespaces are not permitted here');
    const server = await startRedis({ address: network.address, password: 'of-the-lab' });
    const [cutOff, others] = [new TinyWorkers(server.url, 3, network.before), new TinyWorkers(server.url, 2)];
    onTestFinished(async () => {
      await Promise.all([cutOff.end(), others.end()]);
      await server.close();
      network.remove();
    });
    const cut = async () => {
      network.cut();
      await new Promise((resolve) => setTimeout(resolve, 70_000));
      network.mend();
    };
    hold(await doSums(server.url, numbers(), { [at(0.3)]: cut }), 'Redis, network cut');
  },
);
