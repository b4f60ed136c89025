import { failure, ScattershotError } from '../base/failure.ts';
import type { Store } from '../store/index.ts';
import type { StudyListener } from '../study/events.ts';
import type { StudyHost } from '../study/host.ts';
import type { StudyOutcome } from '../study/start-study.ts';
import type { Context } from './context.ts';
import { asFailure, EXIT } from './errors.ts';
import { watchStudy } from './watch.ts';

/** Reasons for which a study cannot be resumed: it would fail again, or another process has it. */
const FINAL: ReadonlySet<string> = new Set([
  ...['strategies-failed', 'strategies-refused', 'strategy-file-changed', 'proxy-file-changed'],
  ...['study-taken-over', 'no-such-study', 'damaged-study'],
]);

/** An error that the study can go on after tells how to in its next step; any other stays as it is. */
function resumable(error: unknown, goOn: string): unknown {
  const fault = asFailure(error);
  if (fault === null || FINAL.has(fault.reason)) return error;
  const before = fault.reason === 'disk-full' ? 'Free some space.' : fault.nextStep;
  return new ScattershotError(failure(fault.reason, fault.message, `${before} ${goOn}`));
}

export interface WatchedRun {
  readonly context: Context;
  readonly store: Store;
  /** the command whose `--resume` goes on with the study */
  readonly command: 'search' | 'demo' | 'validate';
  readonly json: boolean;
}

/**
 * Runs a study with someone watching it. Where it ends early the user reads how to go on; where they asked for that, the
 * program exits with 130.
 * @param print prints the result, after the dashboard has left the terminal
 * @throws what the study throws, its next step telling how to go on where that is possible
 */
export async function runWatched(
  { context, store, command, json }: WatchedRun,
  study: (host: StudyHost) => Promise<StudyOutcome>,
  print: (outcome: StudyOutcome) => void | Promise<void>,
): Promise<void> {
  const watch = await watchStudy(context, json);
  const goOn = (name: string) => `Go on with: scattershot ${command} --resume ${name}`;
  let started: string | null = null;
  const listener: StudyListener = (event) => {
    if (event.kind === 'study-started') started = event.study;
    watch.listener(event);
  };
  const { cacheFolder, workers } = context;
  let outcome: StudyOutcome;
  try {
    outcome = await study({ store, cacheFolder, workers, listener, signal: watch.signal });
  } catch (error) {
    throw started === null ? error : resumable(error, goOn(started));
  } finally {
    await watch.done();
  }
  await print(outcome);
  if (outcome.status !== 'interrupted') return;
  context.say(`Interrupted; everything found so far is stored. ${goOn(outcome.study.name)}`);
  process.exitCode = EXIT.interrupted;
}
