import { Piscina } from 'piscina';
import { plural } from '../base/plural.ts';
import { PrintLimit, type PrintRates } from '../base/print-limit.ts';
import { errorText } from '../base/user-module.ts';
import { checkLimits, STEP_TIMEOUT_SECONDS, type StepLimits, TaskClock, WORKER_MEMORY_MB } from './step-limits.ts';
import type { Problem } from './strategy.ts';

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const workerFile = new URL(`./check-worker.${extension}`, import.meta.url);

/** What a strategy did on one problem. */
export interface ProblemCheck {
  /** whether it kept the contract, would not do the problem, or broke the contract */
  readonly verdict: 'kept' | 'refused' | 'broken';
  /** why it refused, or what it broke */
  readonly reason: string | null;
  /** what it may do, and had better not */
  readonly hints: readonly string[];
  readonly candidates: number;
  readonly steps: number;
  readonly longestStepMs: number;
}

export interface CheckTask {
  /** absolute, of the strategy's file */
  readonly path: string;
  readonly problem: Problem;
}

/** What the thread says while it checks. */
export type CheckNotice = { readonly kind: 'begun' } | { readonly kind: 'print'; readonly text: string };

const rates: PrintRates = { perSecond: 20, mostCharacters: 10_000 };

/**
 * Runs the strategy of a file on a problem: twice alike, once with its state stored after every step, once with other random
 * numbers, in a thread of its own, which is ended where a step hangs or eats memory.
 * @param onPrint hears what it prints. @throws RangeError for limits that cannot be
 */
export async function checkStrategy(
  task: CheckTask,
  limits: StepLimits = {},
  onPrint: (text: string) => void = () => {},
): Promise<ProblemCheck> {
  checkLimits(limits);
  const { stepSeconds = STEP_TIMEOUT_SECONDS, workerMemoryMb = WORKER_MEMORY_MB } = limits;
  const thread = new Piscina({
    ...{ filename: workerFile.href, name: 'checkOnProblem', minThreads: 1, maxThreads: 1 },
    resourceLimits: { maxOldGenerationSizeMb: workerMemoryMb },
  });
  const clock = new TaskClock(stepSeconds);
  const limit = new PrintLimit(rates);
  thread.on('message', (notice: CheckNotice) => {
    if (notice.kind === 'begun') clock.start();
    else for (const text of limit.pass(notice.text)) onPrint(text);
  });
  // Told of its task as well.
  thread.on('error', () => {});
  try {
    return (await thread.run(task, { signal: clock.signal })) as ProblemCheck;
  } catch (error) {
    const reason = clock.isOver
      ? `a call took longer than ${plural(stepSeconds, 'second')} and was ended`
      : `it ended its thread: ${errorText(error)}`;
    return { verdict: 'broken', reason, hints: [], candidates: 0, steps: 0, longestStepMs: 0 };
  } finally {
    clock.end();
    await thread.destroy();
  }
}
