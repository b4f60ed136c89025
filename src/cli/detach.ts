import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from '../base/file-access.ts';
import { type Context, printJson } from './context.ts';
import { DETACHED_VARIABLE, type DetachedMessage, type DetachedStudy, GO_AHEAD } from './detached.ts';
import { type ErrorReport, EXIT, ReportedError } from './errors.ts';

/** How long a study that is not wanted any more may take to end in order. */
const END_WITHIN_MS = 10_000;

const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

type DetachedBeginning =
  | { readonly kind: 'started'; readonly study: DetachedStudy }
  | { readonly kind: 'failed'; readonly report: ErrorReport }
  | { readonly kind: 'ended'; readonly ended: Ended };

/**
 * Runs the command that was typed in a session of its own, and returns once its study exists. Ctrl-C before that ends it, and leaves no
 * study behind.
 * @throws ReportedError what the command itself failed of
 */
export async function detach(context: Context): Promise<void> {
  const folder = join(context.cacheFolder, 'logs');
  makeFolders(folder);
  const early = join(folder, `.starting-${process.pid}-${Date.now()}.log`);
  const file = openSync(early, 'a');
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    stdio: ['ignore', file, file, 'ipc'],
    env: { ...process.env, [DETACHED_VARIABLE]: early },
  });
  closeSync(file);
  try {
    await follow(child, context, () => readFileSync(early, 'utf8'));
  } finally {
    rmSync(early, { force: true });
  }
}

async function follow(child: ChildProcess, context: Context, written: () => string): Promise<void> {
  const stop = new Promise<null>((resolve) => {
    for (const signal of END_SIGNALS) process.once(signal, () => resolve(null));
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const begun = await Promise.race([beginningOf(child, ended), stop]);
  if (begun === null) return abandon(child, ended);
  if (begun.kind === 'failed') {
    await ended;
    throw new ReportedError(begun.report);
  }
  if (begun.kind === 'started') {
    child.send(GO_AHEAD, () => {});
    tell(begun.study, context);
    child.unref();
    return;
  }
  // It never had a study to run: a finished one was asked for, or the program itself broke.
  const text = written();
  if (begun.ended.code === EXIT.ok) context.write(text);
  else if (text !== '') context.warn(text.trimEnd());
  process.exitCode = begun.ended.code ?? EXIT.failed;
}

function beginningOf(child: ChildProcess, ended: Promise<Ended>): Promise<DetachedBeginning> {
  const told = new Promise<DetachedBeginning>((resolve) => {
    child.once('message', (message) => {
      const { started, failed } = message as { started?: DetachedStudy; failed?: ErrorReport } satisfies Partial<
        Record<string, unknown>
      > as Partial<Extract<DetachedMessage, { started: unknown }> & Extract<DetachedMessage, { failed: unknown }>>;
      if (started !== undefined) resolve({ kind: 'started', study: started });
      else if (failed !== undefined) resolve({ kind: 'failed', report: failed });
    });
  });
  // Its last message may come after its end.
  const over = ended.then(async (end): Promise<DetachedBeginning> => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { kind: 'ended', ended: end };
  });
  return Promise.race([told, over]);
}

/** The child hears by the closed channel that nobody waits for it. */
async function abandon(child: ChildProcess, ended: Promise<Ended>): Promise<void> {
  if (child.connected) child.disconnect();
  const late = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
  await ended;
  clearTimeout(late);
  process.exitCode = EXIT.interrupted;
}

function tell(study: DetachedStudy, context: Context): void {
  if (context.json) {
    printJson(context, study);
    return;
  }
  const { study: name, pid, log } = study;
  context.print(`study ${name} runs in the background as process ${pid}; its log is ${log}`);
  context.say(`Look at it with: scattershot watch ${name}\nEnd it with:     scattershot stop ${name}`);
}
