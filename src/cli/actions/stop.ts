import { setTimeout as delay } from 'node:timers/promises';
import { failure, ScattershotError, unwrap } from '../../base/failure.ts';
import { processExists } from '../../base/process-exists.ts';
import type { Store, StudyOwner, StudyRecord } from '../../store/index.ts';
import { type Context, type GlobalOptions, makeContext, printJson } from '../context.ts';
import { goOnCommand } from '../go-on-command.ts';
import { withStore } from '../stores.ts';

const LOOK_EVERY_MS = 100;
/** After so long the user is told that the study still stores. */
const PATIENCE_MS = 10_000;
/** What a process may take for its last words after it gave its study back; one that lives on (a program of the user's own) is not waited for. */
const LAST_WORDS_MS = 3_000;

export async function stopAction(name: string, options: GlobalOptions): Promise<void> {
  const context = makeContext(options);
  await withStore(context, 'read', async (store) => {
    const study = unwrap(store.getStudy(name));
    const owner = store.live.owner(study.id);
    if (owner === null || !owner.isAlive) return tell(study, context, 'was not running');
    askToEnd(study, owner);
    await ended(store, study, owner, context);
    await gone(owner);
    tell(unwrap(store.getStudy(study.id)), context, 'has ended');
  });
}

/** The owner was looked up a moment ago: its process number and its start are those of the study's own process. */
function askToEnd({ name }: StudyRecord, { pid, host, isHere }: StudyOwner): void {
  if (!isHere) {
    const message = `study "${name}" runs on ${host} (process ${pid}), which cannot be reached from here`;
    throw new ScattershotError(failure('other-host', message, `Run there: scattershot stop ${name}`));
  }
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // It has ended by itself meanwhile.
    if (code === 'ESRCH') return;
    const message = `study "${name}" runs as process ${pid} of another user`;
    throw new ScattershotError(failure('not-permitted', message, 'Ask that user, or use their account.'));
  }
}

/** Waits until the owner has stored everything and given the study back, or is gone. */
async function ended(store: Store, { id, name }: StudyRecord, owner: StudyOwner, context: Context): Promise<void> {
  let toldAtMs = performance.now();
  for (;;) {
    const now = store.live.owner(id);
    if (now === null || !now.isAlive || now.pid !== owner.pid) return;
    if (performance.now() - toldAtMs >= PATIENCE_MS) {
      toldAtMs = performance.now();
      context.say(`Process ${owner.pid} still ends ${name} and stores it; Ctrl-C leaves it to that.`);
    }
    await delay(LOOK_EVERY_MS);
  }
}

/** Waits until the process is no more, so that its log is whole. */
async function gone({ pid }: StudyOwner): Promise<void> {
  const endMs = performance.now() + LAST_WORDS_MS;
  while (processExists(pid) && performance.now() < endMs) await delay(LOOK_EVERY_MS / 4);
}

function tell(study: StudyRecord, context: Context, what: string): void {
  const { name, id, status } = study;
  if (context.json) {
    printJson(context, { study: name, id, state: status });
    return;
  }
  context.print(`${name} ${what}; its state is ${status}`);
  if (status === 'interrupted' || status === 'failed') context.say(`Go on with: ${goOnCommand(study)}`);
}
