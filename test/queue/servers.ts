import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificates } from './certificates.ts';
import { find } from './programs.ts';

/** A server of the test's own, in a folder of its own. */
export interface TestServer {
  readonly url: string;
  /** of the server, for faults */
  readonly pid: number;
  close(): Promise<void>;
  /** Ends it at once, as a fault does; `close` is still to be called. */
  kill(): Promise<void>;
  /** Starts it again where it was killed: Redis with nothing in it, PostgreSQL with what was on the disk. */
  restart(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const redis = find('redis-server');
const postgres = find('postgres');

/** Which servers can be started here; the others must be where SCATTERSHOT_QUEUE_SERVERS is "required". */
export const installed = { redis: redis !== null, postgres: postgres !== null } as const;
export const serversRequired = process.env.SCATTERSHOT_QUEUE_SERVERS === 'required';

/** The server once it says that it is ready. */
async function server(start: () => ChildProcess, ready: RegExp, url: string, folder: string): Promise<TestServer> {
  let child = start();
  let gone = new Promise((resolve) => child.once('exit', resolve));
  // Were this process to end before `close`, the server would live on.
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  await saidReady(child, ready);
  return {
    url,
    get pid() {
      return child.pid as number;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
    restart: async () => {
      for (let tries = 0; ; tries += 1) {
        child = start();
        gone = new Promise((resolve) => child.once('exit', resolve));
        try {
          return await saidReady(child, ready);
        } catch (error) {
          // PostgreSQL's other processes take a while to see that the first was killed, and hold its memory until then.
          if (tries === 50) throw error;
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
      }
    },
    close: async () => {
      process.off('exit', end);
      // PostgreSQL ends its own children at SIGINT.
      child.kill('SIGINT');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves when the server says that it is ready, on standard output or error; rejects when it ends before. */
function saidReady(child: ChildProcess, ready: RegExp): Promise<void> {
  let said = '';
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error(`the server ended before it was ready: ${said}`)));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text) => {
        said += String(text);
        if (ready.test(said)) resolve();
      });
    }
  });
}

export interface ServerOptions {
  /** asked of whoever connects */
  readonly password?: string;
  /** of a server that was there before */
  readonly port?: number;
  /** speaks nothing but TLS */
  readonly tls?: Certificates;
  /** default: 127.0.0.1 */
  readonly address?: string;
}

export async function startRedis({
  password,
  port,
  tls,
  address = '127.0.0.1',
}: ServerOptions = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'scattershot-redis-'));
  const at = `${port ?? (await freePort())}`;
  const secret = password === undefined ? [] : ['--requirepass', password];
  const ports =
    tls === undefined
      ? ['--port', at]
      : [
          ...['--port', '0', '--tls-port', at, '--tls-auth-clients', 'no'],
          ...['--tls-cert-file', tls.certificate, '--tls-key-file', tls.key, '--tls-ca-cert-file', tls.authority],
        ];
  const words = [...ports, '--bind', address, '--save', '', '--dir', folder, ...secret];
  const start = () => spawn(redis as string, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const user = password === undefined ? '' : `:${password}@`;
  const url = `redis${tls === undefined ? '' : 's'}://${user}${address}:${at}`;
  return server(start, /Ready to accept connections/, url, folder);
}

/** PostgreSQL refuses to run as root. */
function postgresUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const number = (of: string) => Number(execFileSync('id', [of, 'postgres'], { encoding: 'utf8' }));
  return { uid: number('-u'), gid: number('-g') };
}

/** Its key must be the server's own, and nobody else's to read. */
function ownTls(folder: string, tls: Certificates, { uid, gid }: { uid?: number; gid?: number }): string[] {
  const files = { ssl_cert_file: tls.certificate, ssl_key_file: tls.key };
  const options = Object.entries(files).flatMap(([option, from]) => {
    const path = join(folder, option);
    copyFileSync(from, path);
    chmodSync(path, 0o600);
    if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
    return ['-c', `${option}=${path}`];
  });
  return ['-c', 'ssl=on', ...options];
}

export async function startPostgres({
  password,
  tls,
}: Omit<ServerOptions, 'port' | 'address'> = {}): Promise<TestServer> {
  const user = postgresUser();
  const folder = mkdtempSync(join(tmpdir(), 'scattershot-postgres-'));
  chmodSync(folder, 0o777);
  const data = join(folder, 'data');
  const initdb = find('initdb') as string;
  const secretFile = join(folder, 'secret');
  if (password !== undefined) writeFileSync(secretFile, password);
  const asks = password === undefined ? ['--auth=trust'] : ['--auth=scram-sha-256', `--pwfile=${secretFile}`];
  const trust = [...asks, '--username=tester', '--no-sync', '--encoding=UTF8', '--locale=C'];
  execFileSync(initdb, ['-D', data, ...trust], { ...user, cwd: folder, stdio: 'ignore' });
  const port = await freePort();
  const certified = tls === undefined ? [] : ownTls(folder, tls, user);
  const options = ['-D', data, '-p', `${port}`, '-k', folder, '-h', '127.0.0.1', '-F', ...certified];
  const start = () => spawn(postgres as string, options, { ...user, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const name = password === undefined ? 'tester' : `tester:${password}`;
  const query = tls === undefined ? '' : '?sslmode=require';
  return server(start, /ready to accept connections/, `postgres://${name}@127.0.0.1:${port}/postgres${query}`, folder);
}
