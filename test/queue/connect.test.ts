import { createServer, type Server, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ScattershotError } from '../../src/base/failure.ts';
import { connectQueue } from '../../src/queue/bullmq-transport.ts';
import { installed, startPostgres, startRedis } from './servers.ts';

const until = <T>(condition: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(condition, { timeout: 60_000, interval: 20 });

/** A promise that is resolved from outside. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

/** What connecting fails with. */
async function refusal(url: string): Promise<ScattershotError> {
  const error = await connectQueue(url).then(
    () => new Error('it connected'),
    (thrown: Error) => thrown,
  );
  expect(error).toBeInstanceOf(ScattershotError);
  expect(JSON.stringify(error) + error.message).not.toContain('secret');
  return error as ScattershotError;
}

/** A port at which somebody takes calls and never says a word. */
async function silentPort(): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

for (const scheme of ['redis', 'postgres']) {
  test(`where nobody listens, a queue at ${scheme}:// is unreachable`, async () => {
    const error = await refusal(`${scheme}://me:secret@127.0.0.1:1/0`);
    expect(error).toMatchObject({ reason: 'queue-unreachable', nextStep: expect.stringContaining('server runs') });
    expect(error.message).toContain(`${scheme}://me@127.0.0.1:1/0`);
  });

  test(`where somebody listens and never answers, a queue at ${scheme}:// is unreachable`, async () => {
    const error = await refusal(`${scheme}://me:secret@127.0.0.1:${await silentPort()}/0`);
    expect(error.reason).toBe('queue-unreachable');
  });
}

test('a file of certificates that is not there is named, with what to do', async () => {
  vi.stubEnv('SCATTERSHOT_QUEUE_CA', '/nowhere/of-the-lab.pem');
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const url of ['rediss://:secret@127.0.0.1:1', 'postgres://me:secret@127.0.0.1:1/x?sslmode=require']) {
    const error = await refusal(url);
    expect(error).toMatchObject({ reason: 'no-queue-certificates', nextStep: expect.stringContaining('PEM') });
    expect(error.message).toContain('/nowhere/of-the-lab.pem');
  }
});

describe.skipIf(!installed.redis)('Redis (skipped where it is not installed)', () => {
  test('refuses a wrong password and none, and takes the right one', async () => {
    const server = await startRedis({ password: 'of-the-lab' });
    onTestFinished(() => server.close());
    expect(await refusal(server.url.replace('of-the-lab', 'secret'))).toMatchObject({ reason: 'queue-refused' });
    expect(await refusal(server.url.replace(':of-the-lab@', ''))).toMatchObject({ reason: 'queue-refused' });
    const transport = await connectQueue(server.url);
    await transport.announce('board', { id: 'a', text: '""' });
    await transport.close();
  });

  test('is not waited for by who closes when it is gone', async () => {
    const server = await startRedis();
    onTestFinished(() => server.close());
    let troubled = 0;
    const transport = await connectQueue(server.url, { onTrouble: () => troubled++ });
    const { open, opened } = gate();
    const taken: string[] = [];
    const consumer = transport.take('work', 1, async ({ id }) => {
      taken.push(id);
      await opened;
      return 'given-back';
    });
    transport.receive('mail', async () => {});
    await transport.offer('work', [{ id: 'a', payload: '""' }]);
    await until(() => expect(taken).toEqual(['a']));
    await server.kill();
    await until(() => expect(troubled).toBe(1));
    const closed = consumer.close();
    open();
    await closed;
    await transport.close();
  });

  test.runIf(process.env.SCATTERSHOT_TESTS === 'full')(
    'is waited for when it dies: calls fail, trouble is told once, and work goes on when it is back',
    async () => {
      // a port that the system gives nobody, so that it is free when the server comes back
      const port = 20_000 + (process.pid % 10_000);
      const server = await startRedis({ port });
      const troubles: string[] = [];
      const transport = await connectQueue(server.url, { onTrouble: (sentence) => troubles.push(sentence) });
      const taken: string[] = [];
      transport.take('work', 1, async ({ id }) => {
        taken.push(id);
        return 'done';
      });
      await transport.offer('work', [{ id: 'before', payload: '""' }]);
      await until(() => expect(taken).toEqual(['before']));
      await server.kill();
      await until(() => expect(troubles.length).toBe(1));
      await expect(transport.send('mail', ['""'])).rejects.toMatchObject({ reason: 'queue-unreachable' });
      const again = await startRedis({ port });
      onTestFinished(async () => {
        await again.close();
        await server.close();
      });
      await until(() => transport.offer('work', [{ id: 'after', payload: '""' }]));
      await until(() => expect(taken).toEqual(['before', 'after']));
      expect(troubles.length).toBe(1);
      await again.kill();
      await transport.close();
    },
  );
});

describe.skipIf(!installed.postgres)('PostgreSQL (skipped where it is not installed)', () => {
  test('refuses a user and a database that it does not know', async () => {
    const server = await startPostgres();
    onTestFinished(() => server.close());
    const unknownUser = server.url.replace('tester', 'nobody:secret');
    expect(await refusal(unknownUser)).toMatchObject({ reason: 'queue-refused' });
    expect(await refusal(server.url.replace(/postgres$/, 'nothing'))).toMatchObject({ reason: 'queue-refused' });
  });
});
