import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ScattershotError } from '../../src/base/failure.ts';
import { connectQueue } from '../../src/queue/bullmq-transport.ts';
import { certificatesCanBeMade, makeCertificates } from './certificates.ts';
import {
  installed,
  type ServerOptions,
  serversRequired,
  startPostgres,
  startRedis,
  type TestServer,
} from './servers.ts';

const PASSWORD = 'of-the-lab';

function certificates(name: string) {
  const made = makeCertificates(name);
  onTestFinished(made.remove);
  return made;
}

const trusting = (file: string) => {
  vi.stubEnv('SCATTERSHOT_QUEUE_CA', file);
  onTestFinished(() => void vi.unstubAllEnvs());
};

/** Something goes over it and comes back. */
async function works(url: string): Promise<void> {
  const transport = await connectQueue(url);
  const got: string[] = [];
  transport.receive('mail', async (message) => void got.push(message));
  await transport.send('mail', ['"by TLS"']);
  await vi.waitFor(() => expect(got).toEqual(['"by TLS"']), { timeout: 60_000, interval: 20 });
  await transport.close();
}

async function refused(url: string, reason: string, says: RegExp): Promise<void> {
  const error = await connectQueue(url).then(
    () => new Error('it connected'),
    (thrown: Error) => thrown,
  );
  expect(error).toBeInstanceOf(ScattershotError);
  expect(error).toMatchObject({ reason, message: expect.stringMatching(says) });
  expect(JSON.stringify(error) + error.message).not.toContain(PASSWORD);
}

function securityOf(name: string, start: (options: ServerOptions) => Promise<TestServer>) {
  const server = async (options: ServerOptions) => {
    const started = await start(options);
    onTestFinished(() => started.close());
    return started.url;
  };

  test('TLS works with the authority that SCATTERSHOT_QUEUE_CA names; with another, or none, nobody is trusted', async () => {
    const own = certificates('IP:127.0.0.1');
    const url = await server({ tls: own });
    trusting(own.authority);
    await works(url);
    trusting(certificates('IP:127.0.0.1').authority);
    await refused(url, 'queue-untrusted', /certificate/);
    vi.stubEnv('SCATTERSHOT_QUEUE_CA', undefined);
    await refused(url, 'queue-untrusted', /certificate/);
  });

  test('a certificate of another name is not trusted, whoever signed it', async () => {
    const own = certificates('DNS:other.lab');
    const url = await server({ tls: own });
    trusting(own.authority);
    await refused(url, 'queue-untrusted', /127\.0\.0\.1/);
  });

  test('a server that speaks no TLS is told as such', async () => {
    const url = await server({});
    // Redis waits for the end of what it takes for a command.
    if (name === 'Redis') await refused(url.replace('redis:', 'rediss:'), 'queue-unreachable', /nothing for 8 seconds/);
    else await refused(`${url}?sslmode=require`, 'queue-untrusted', /SSL/);
  });

  test('the password comes from the URL or from SCATTERSHOT_QUEUE_PASSWORD; a wrong one is refused', async () => {
    const own = certificates('IP:127.0.0.1');
    trusting(own.authority);
    const url = await server({ tls: own, password: PASSWORD });
    await works(url);
    const without = url.replace(`:${PASSWORD}@`, '@').replace('//@', '//');
    await refused(url.replace(PASSWORD, 'a-wrong-one'), 'queue-refused', /password|WRONGPASS/);
    vi.stubEnv('SCATTERSHOT_QUEUE_PASSWORD', PASSWORD);
    await works(without);
    vi.stubEnv('SCATTERSHOT_QUEUE_PASSWORD', 'a-wrong-one');
    await refused(without, 'queue-refused', /password|WRONGPASS/);
  });
}

function ofServer(name: string, there: boolean, start: (options: ServerOptions) => Promise<TestServer>) {
  describe(`${name} with TLS and a password`, () => {
    if (there && certificatesCanBeMade) securityOf(name, start);
    else {
      test(`was NOT tried here: ${there ? 'the program openssl' : 'its server'} is not installed`, () => {
        expect(serversRequired).toBe(false);
      });
    }
  });
}

ofServer('Redis', installed.redis, startRedis);
ofServer('PostgreSQL', installed.postgres, startPostgres);
