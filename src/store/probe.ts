import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failure, messageOf, type Outcome } from '../base/failure.ts';
import { ownSqlitePackage } from './sqlite.ts';

/** What opened a database in another process. */
export interface SqliteProbe {
  readonly version: string;
  readonly package: string;
}

const probeChild = new URL(import.meta.url.endsWith('.ts') ? './probe-child.ts' : './probe-child.js', import.meta.url);
const TIMEOUT_MS = 30_000;

const crashed = (how: string): Outcome<SqliteProbe> =>
  failure(
    'sqlite-crashed',
    `opening a database ended its process ${how}: the package ${ownSqlitePackage} and Node ${process.version} do not fit together`,
    'Run npm ci in the folder of Scattershot, with the Node that is to run it; if it crashes again, use the newest Node.',
  );

/** What the child says, or how it ended without a word. */
function answerOf(child: ChildProcess): Promise<Outcome<SqliteProbe>> {
  return new Promise((resolve) => {
    let answer: Outcome<SqliteProbe> | null = null;
    const timer = setTimeout(() => {
      answer ??= failure('sqlite-timeout', `no database opened within ${TIMEOUT_MS / 1000} s`, 'Check the disk.');
      child.kill('SIGKILL');
    }, TIMEOUT_MS);
    child.once('message', (message) => {
      answer = message as Outcome<SqliteProbe>;
    });
    child.once('error', (error) => {
      answer ??= failure('probe-failed', `SQLite could not be tried (${messageOf(error)})`, 'Try again.');
      clearTimeout(timer);
      resolve(answer);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve(answer ?? crashed(signal === null ? `with code ${code}` : `by ${signal}`));
    });
  });
}

/**
 * Makes, opens and closes a database in a process of its own, so that a binding that crashes takes nothing else with it.
 * Failures 'no-sqlite', 'old-sqlite', 'sqlite-crashed', 'sqlite-timeout', 'probe-failed', and those of `openStore`.
 * @param childUrl another child in place of the real one, for tests of what happens when it dies
 */
export async function probeSqlite(childUrl: URL = probeChild): Promise<Outcome<SqliteProbe>> {
  const folder = mkdtempSync(join(tmpdir(), 'scattershot-probe-'));
  try {
    return await answerOf(fork(childUrl, [join(folder, 'probe.db')], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
