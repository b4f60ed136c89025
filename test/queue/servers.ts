import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A server of the test's own, in a folder of its own. */
export interface TestServer {
  readonly url: string;
  /** of the server, for faults */
  readonly pid: number;
  close(): Promise<void>;
  /** Ends it at once, as a fault does; `close` is still to be called. */
  kill(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Where a program is: on the path, or in Debian's folder of PostgreSQL 15. */
function find(program: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/lib/postgresql/15/bin'];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? null;
}

const redis = find('redis-server');
const postgres = find('postgres');

/** Which servers can be started here; the others must be where SCATTERSHOT_QUEUE_SERVERS is "required". */
export const installed = { redis: redis !== null, postgres: postgres !== null } as const;
export const serversRequired = process.env.SCATTERSHOT_QUEUE_SERVERS === 'required';

/** The server once it says that it is ready. */
async function server(child: ChildProcess, ready: RegExp, url: string, folder: string): Promise<TestServer> {
  // Were this process to end before `close`, the server would live on.
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  await saidReady(child, ready);
  return {
    url,
    pid: child.pid as number,
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
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

/** @param options a password that is asked of whoever connects; the port of a server that was there before */
export async function startRedis(options: { password?: string; port?: number } = {}): Promise<TestServer> {
  const { password } = options;
  const folder = mkdtempSync(join(tmpdir(), 'scattershot-redis-'));
  const port = options.port ?? (await freePort());
  const secret = password === undefined ? [] : ['--requirepass', password];
  const words = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder, ...secret];
  const child = spawn(redis as string, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const address = `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}`;
  return server(child, /Ready to accept connections/, address, folder);
}

/** PostgreSQL refuses to run as root. */
function postgresUser(): { uid: number; gid: number } | object {
  if (process.getuid?.() !== 0) return {};
  const number = (of: string) => Number(execFileSync('id', [of, 'postgres'], { encoding: 'utf8' }));
  return { uid: number('-u'), gid: number('-g') };
}

export async function startPostgres(): Promise<TestServer> {
  const user = postgresUser();
  const folder = mkdtempSync(join(tmpdir(), 'scattershot-postgres-'));
  chmodSync(folder, 0o777);
  const data = join(folder, 'data');
  const initdb = find('initdb') as string;
  const trust = ['--auth=trust', '--username=tester', '--no-sync', '--encoding=UTF8', '--locale=C'];
  execFileSync(initdb, ['-D', data, ...trust], { ...user, cwd: folder, stdio: 'ignore' });
  const port = await freePort();
  const options = ['-D', data, '-p', `${port}`, '-k', folder, '-h', '127.0.0.1', '-F'];
  const child = spawn(postgres as string, options, { ...user, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  return server(child, /ready to accept connections/, `postgres://tester@127.0.0.1:${port}/postgres`, folder);
}
