import { failure, ScattershotError } from '../base/failure.ts';
import { shellWord } from '../base/shell-word.ts';
import type { Store } from '../store/index.ts';
import type { StudyListener } from '../study/events.ts';
import type { StudyHost } from '../study/host.ts';
import type { StudyOutcome } from '../study/start-study.ts';
import type { Context } from './context.ts';
import { detached } from './detached.ts';
import { asFailure, EXIT } from './errors.ts';
import { StudySession } from './study-session.ts';

/** Reasons for which a study cannot be resumed: it would fail again, or another process has it. */
const FINAL: ReadonlySet<string> = new Set([
  ...['strategies-failed', 'strategies-refused', 'strategy-file-changed', 'proxy-file-changed'],
  ...['study-taken-over', 'no-such-study', 'damaged-study', 'no-margin'],
]);

/** An error that the study can go on after tells how to in its next step; any other stays as it is. */
function resumable(error: unknown, goOn: string): unknown {
  const fault = asFailure(error);
  if (fault === null || FINAL.has(fault.reason)) return error;
  if (fault.reason === 'database-vanished') return new ScattershotError(failure(fault.reason, fault.message, goOn));
  const before = fault.reason === 'disk-full' ? 'Free some space.' : fault.nextStep;
  return new ScattershotError(failure(fault.reason, fault.message, `${before} ${goOn}`));
}

export interface WatchedRun {
  readonly context: Context;
  readonly store: Store;
  /** the command whose `--resume` goes on with the study */
  readonly command: 'search' | 'demo' | 'validate';
}

/**
 * Runs a study with someone watching it. Where it ends early the user reads how to go on; where they asked for that, the
 * program exits with 130.
 * @param print prints the result, after the dashboard has left the terminal
 * @throws what the study throws, its next step telling how to go on where that is possible
 */
export async function runWatched(
  { context, store, command }: WatchedRun,
  study: (host: StudyHost) => Promise<StudyOutcome>,
  print: (outcome: StudyOutcome) => void | Promise<void>,
): Promise<void> {
  const session = await StudySession.open(context, store);
  const goOn = (name: string) => {
    const { queueWords } = session;
    const saved = store.rescuedTo === null ? '' : ` --db ${shellWord(store.rescuedTo)}`;
    return `Go on with: scattershot ${command} --resume ${name}${queueWords}${saved}`;
  };
  let isNew = false;
  const listener: StudyListener = (event) => {
    if (event.kind === 'study-started') isNew = !event.resumed;
    session.listener(event);
  };
  let outcome: StudyOutcome;
  try {
    outcome = await study({ ...session.host, listener });
  } catch (error) {
    throw session.study === null ? error : resumable(error, goOn(session.study));
  } finally {
    await session.done();
  }
  if (outcome.status === 'interrupted') process.exitCode = EXIT.interrupted;
  // Whoever asked for it never heard of it: nothing half made is left behind.
  if (isNew && detached?.isAbandoned === true) return void store.removeStudy(outcome.study.id);
  await print(outcome);
  if (outcome.status === 'interrupted')
    context.say(`Interrupted; everything found so far is stored. ${goOn(outcome.study.name)}`);
}
