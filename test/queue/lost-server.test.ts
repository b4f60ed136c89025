import { Redis } from 'ioredis';
import pg from 'pg';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type BullmqTransport, connectQueue } from '../../src/queue/bullmq-transport.ts';
import { installed, startPostgres, startRedis } from './servers.ts';

const until = <T>(condition: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(condition, { timeout: 60_000, interval: 20 });

const job = (id: string) => ({ id, payload: '""' });

/** Takes one at a time; holds the first until it is let go. */
function holder(transport: BullmqTransport) {
  const taken: string[] = [];
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  transport.take('work', 1, async ({ id }) => {
    taken.push(id);
    if (taken.length === 1) await held;
    return 'done';
  });
  return { taken, letGo: () => letGo() };
}

/** What a transport does over a server that breaks in the middle of a job. */
async function goesOnAfter(transport: BullmqTransport, fault: () => Promise<void>): Promise<void> {
  const { taken, letGo } = holder(transport);
  const got: string[] = [];
  transport.receive('mail', async (message) => void got.push(message));
  await transport.offer('work', [job('during')]);
  await until(() => expect(taken).toEqual(['during']));
  await fault();
  letGo();
  await until(() => transport.offer('work', [job('after')]));
  await until(() => expect(taken).toContain('after'));
  await until(() => transport.send('mail', ['"after"']));
  await until(() => expect(got).toContain('"after"'));
  await transport.close();
}

describe.skipIf(!installed.redis)('Redis (skipped where it is not installed)', () => {
  test('that forgets everything in the middle of a job goes on with what is offered then', async () => {
    const server = await startRedis();
    onTestFinished(() => server.close());
    const transport = await connectQueue(server.url, { leaseMs: 2000 });
    await goesOnAfter(transport, async () => {
      const client = new Redis(server.url);
      await client.flushall();
      client.disconnect();
    });
    const client = new Redis(server.url);
    expect(await client.hget('bull:scattershot-work:meta', 'opts.maxLenEvents')).toBe('100');
    client.disconnect();
  });

  test('that is away is asked for nothing, and gets nothing of it when it is back', async () => {
    const server = await startRedis();
    onTestFinished(() => server.close());
    const transport = await connectQueue(server.url);
    await transport.send('mail', ['"before"']);
    await server.kill();
    // Until the client has seen it.
    await until(() =>
      expect(transport.send('mail', ['"lost"'])).rejects.toMatchObject({ reason: 'queue-unreachable' }),
    );
    const messages = ['"during 1"', '"during 2"', '"during 3"'];
    const sent = await Promise.allSettled(messages.map((message) => transport.send('mail', [message])));
    expect(sent.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await server.restart();
    const got: string[] = [];
    await until(() => transport.send('mail', ['"after"']));
    transport.receive('mail', async (message) => void got.push(message));
    await until(() => expect(got).toContain('"after"'));
    expect(got.filter((message) => message.startsWith('"during'))).toEqual([]);
    await transport.close();
  });
});

describe.skipIf(!installed.postgres)('PostgreSQL (skipped where it is not installed)', () => {
  test('that breaks off every connection in the middle of a job goes on with what is offered then', async () => {
    const server = await startPostgres();
    onTestFinished(() => server.close());
    const transport = await connectQueue(server.url, { leaseMs: 2000 });
    await goesOnAfter(transport, async () => {
      const client = new pg.Client(server.url);
      await client.connect();
      await client.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename IS NOT NULL',
      );
      await client.end();
    });
  });
});
