import { readFileSync } from 'node:fs';
import type { BackendFactory, IQueueBackend } from 'bullmq';
import type { Redis, RedisOptions } from 'ioredis';
import type { Pool } from 'pg';
import { cleanText } from '../base/clean-text.ts';
import { messageOf, ScattershotError } from '../base/failure.ts';
import type { QueueUrl } from './queue-url.ts';

/** A server that has answered, with what BullMQ needs to work on it. */
export interface QueueConnection {
  readonly shown: string;
  /** a client of ioredis, or a pool of pg */
  readonly client: Redis | Pool;
  readonly backend: BackendFactory<IQueueBackend, unknown>;
  /** Whether it is connected to, or would be at once. */
  isUp(): boolean;
  /** Asks it for a sign of life, which may never come. */
  ping(): Promise<unknown>;
  close(): Promise<void>;
}

/** A server that has not answered after so long is taken for unreachable. */
const ANSWER_MS = 8000;

// PostgreSQL: wrong password, no such role, no such database, no right to make a schema. Redis says it in words.
const REFUSALS = /^(28P01|28000|3D000|42501)$/;
const REFUSED = /WRONGPASS|NOAUTH|NOPERM|invalid password|requires server version|BullMQ major|Redis version/;

// As Node, OpenSSL and pg say that there is no TLS, or nobody known at its end.
const UNTRUSTED =
  /CERT|UNABLE_TO_|_IN_CHAIN|ALTNAME|EPROTO|ERR_SSL|does not support SSL|wrong version number|packet length too long/;

/** What the world did to a connection, as an error with a next step. */
export function queueError(error: unknown, shown: string): ScattershotError {
  if (error instanceof ScattershotError) return error;
  // An attempt at several addresses fails with an AggregateError, whose own message is empty.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const why = cleanText(messageOf(first), 300);
  const { code = '' } = (first ?? {}) as { code?: string };
  if (UNTRUSTED.test(code) || UNTRUSTED.test(why)) {
    return new ScattershotError({
      reason: 'queue-untrusted',
      message: `there is no trust in the queue ${shown}: ${why}`,
      nextStep:
        'See that it speaks TLS there, by the name in the URL, with a certificate of an authority known here: SCATTERSHOT_QUEUE_CA names the PEM file of your own.',
    });
  }
  return REFUSALS.test(code) || REFUSED.test(why)
    ? new ScattershotError({
        reason: 'queue-refused',
        message: `the queue ${shown} refuses us: ${why}`,
        nextStep: 'See that user, password (in the URL or SCATTERSHOT_QUEUE_PASSWORD), database and version are right.',
      })
    : new ScattershotError({
        reason: 'queue-unreachable',
        message: `the queue ${shown} does not answer: ${why}`,
        nextStep: `See that its server runs and can be reached from here${shown.startsWith('rediss:') ? ', and speaks TLS at that port' : ''}.`,
      });
}

/** The same promise, rejected with 'queue-unreachable' or 'queue-refused' where it fails or takes too long. */
export async function answered<T>(answer: Promise<T>, shown: string, withinMs = ANSWER_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing for ${withinMs / 1000} seconds`)), withinMs);
  });
  try {
    return await Promise.race([answer, late]);
  } catch (error) {
    throw queueError(error, shown);
  } finally {
    clearTimeout(timer);
  }
}

/** @throws ScattershotError 'no-queue-certificates' where the file of SCATTERSHOT_QUEUE_CA cannot be read */
function tlsOf({ tls }: QueueUrl): { ca?: Buffer } | undefined {
  const file = process.env.SCATTERSHOT_QUEUE_CA;
  if (!tls) return undefined;
  if (file === undefined || file === '') return {};
  try {
    return { ca: readFileSync(file) };
  } catch (error) {
    throw new ScattershotError({
      reason: 'no-queue-certificates',
      message: cleanText(`the file of SCATTERSHOT_QUEUE_CA cannot be read: ${messageOf(error)}`, 300),
      nextStep: 'Name the PEM file of the authority that signed the queue’s certificate, or unset the variable.',
    });
  }
}

async function connectRedis(url: QueueUrl): Promise<QueueConnection> {
  const { Redis } = await import('ioredis');
  const { createRedisBackend } = await import('bullmq');
  const tls = tlsOf(url);
  const options: RedisOptions = {
    host: url.host,
    port: url.port,
    db: Number(url.database),
    lazyConnect: true,
    connectTimeout: ANSWER_MS,
    ...(url.user === undefined ? {} : { username: url.user }),
    ...(url.password === undefined ? {} : { password: url.password }),
    ...(tls === undefined ? {} : { tls }),
  };
  // The first connection is tried once; those of the study are made again for ever.
  const trial = new Redis({ ...options, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  let failed: Error | undefined;
  trial.on('error', (error) => {
    failed = error;
  });
  const refused = (error: Error) => {
    throw failed ?? error;
  };
  try {
    await answered(
      trial
        .connect()
        .then(() => trial.ping())
        .catch(refused),
      url.shown,
    );
  } finally {
    trial.disconnect();
  }
  // BullMQ wants null: its consumers wait for the server for ever. What is asked of it here has a time limit of its own.
  const client = new Redis({
    ...options,
    lazyConnect: false,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(100 * times, 2000),
  });
  client.on('error', () => {});
  return {
    shown: url.shown,
    client,
    backend: createRedisBackend as unknown as BackendFactory<IQueueBackend, unknown>,
    isUp: () => client.status === 'ready',
    ping: () => client.ping(),
    close: async () => client.disconnect(),
  };
}

async function connectPostgres(url: QueueUrl): Promise<QueueConnection> {
  const { default: pg } = await import('pg');
  const { createPostgresBackend, runMigrations, DEFAULT_SCHEMA } = await import('bullmq');
  const tls = tlsOf(url);
  const pool = new pg.Pool({
    host: url.host,
    port: url.port,
    connectionTimeoutMillis: ANSWER_MS,
    keepAlive: true,
    // Each consumer keeps one connection to be told of jobs.
    max: 40,
    // A pool that is handed to BullMQ must know where its tables are.
    options: `-c search_path=${DEFAULT_SCHEMA}`,
    ...(url.user === undefined ? {} : { user: url.user }),
    ...(url.password === undefined ? {} : { password: url.password }),
    ...(url.database === '' ? {} : { database: url.database }),
    // Told by itself, pg would look for a certificate of "localhost" where the host is an address.
    ...(tls === undefined ? {} : { ssl: { ...tls, host: url.host } as typeof tls }),
  });
  pool.setMaxListeners(0);
  pool.on('error', () => {});
  const prepare = async () => {
    const client = await pool.connect();
    try {
      await runMigrations(client as Parameters<typeof runMigrations>[0]);
    } finally {
      client.release();
    }
  };
  try {
    await answered(prepare(), url.shown);
  } catch (error) {
    void pool.end().catch(() => {});
    throw error;
  }
  return {
    shown: url.shown,
    client: pool,
    backend: createPostgresBackend as unknown as BackendFactory<IQueueBackend, unknown>,
    // A pool connects for each request, and gives up in time.
    isUp: () => true,
    ping: () => pool.query('SELECT 1'),
    close: async () => void pool.end().catch(() => {}),
  };
}

/** @throws ScattershotError 'queue-unreachable', 'queue-refused', within ten seconds */
export const connectTo = (url: QueueUrl): Promise<QueueConnection> =>
  url.kind === 'redis' ? connectRedis(url) : connectPostgres(url);
