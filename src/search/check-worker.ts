import { serialize } from 'node:v8';
import { parentPort } from 'node:worker_threads';
import { captureOutput } from '../base/captured-output.ts';
import { errorPlace, placeText } from '../base/error-place.ts';
import { Random } from '../base/random.ts';
import { errorText, kindOf } from '../base/user-module.ts';
import { fingerprint, type Pattern } from '../pattern/pattern.ts';
import { scorePattern } from '../scatter/kernel.ts';
import { checkedPattern } from './checked-pattern.ts';
import { guardedStrategy } from './guarded-strategy.ts';
import type { Elite, Problem, Step, Strategy } from './strategy.ts';
import type { CheckNotice, CheckTask, ProblemCheck } from './strategy-check.ts';
import { importStrategy } from './strategy-file.ts';
import { buffersOf } from './transfer.ts';

const post = (notice: CheckNotice) => parentPort?.postMessage(notice);

const flushOutput = captureOutput((text) => post({ kind: 'print', text }));

/** A strategy is looked at until it has made this many candidates, or taken this many steps or milliseconds. */
const ENOUGH_CANDIDATES = 6;
const MOST_STEPS = 128;
const ENOUGH_MS = 3000;

const SEED = 1;
const OTHER_SEED = 2;

/** Steps that take longer are waited for by a whole round. */
const SLOW_STEP_MS = 1000;

/** What was wrong, and in which step. */
class CheckFault extends Error {}

interface CheckRun {
  /** by step: fingerprints of its candidates, and its state as bytes */
  readonly made: readonly (readonly string[])[];
  readonly states: readonly Buffer[];
  readonly longestMs: number;
  readonly wroteState: boolean;
}

/** Names the first thing in a state that does not come back as it was stored; null where all does. */
function notPlain(value: unknown, path = 'state', visited = new Set<object>()): string | null {
  if (value === null || typeof value !== 'object') {
    return typeof value === 'function' || typeof value === 'symbol' ? `${path} is ${kindOf(value)}` : null;
  }
  if (visited.has(value)) return null;
  visited.add(value);
  if (ArrayBuffer.isView(value) || value instanceof Map || value instanceof Set) return null;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null)
    return `${path} is ${kindOf(value)}`;
  for (const [key, item] of Object.entries(value)) {
    const found = notPlain(item, `${path}.${key}`, visited);
    if (found !== null) return found;
  }
  return null;
}

/** @throws CheckFault for a step that breaks the contract */
function checkedStep(problem: Problem, step: Step<unknown>): readonly Pattern[] {
  const wrong = notPlain(step.state);
  if (wrong !== null)
    throw new CheckFault(`${wrong}, which does not come back as it was stored: a state is plain data`);
  buffersOf(step.state);
  return step.candidates.map((candidate) => checkedPattern(candidate, problem));
}

const eliteOf = (pattern: Pattern, { entries, metric }: Problem): Elite => ({
  pattern,
  score: scorePattern(pattern, entries, metric),
});

/** @param steps null: until enough was seen. @param stored whether the state is stored between steps. @throws CheckFault */
function run(
  path: string,
  strategy: Strategy,
  problem: Problem,
  seed: number,
  steps: number | null,
  stored: boolean,
): CheckRun {
  const random = Random.fromSeed(seed);
  const begun = performance.now();
  const [made, states]: [string[][], Buffer[]] = [[], []];
  let [longestMs, wroteState] = [0, false];
  let elites: readonly Elite[] = [];
  let round = 0;
  const isDone = () =>
    steps === null
      ? made.flat().length >= ENOUGH_CANDIDATES || round >= MOST_STEPS || performance.now() - begun > ENOUGH_MS
      : round >= steps;
  try {
    post({ kind: 'begun' });
    let state = strategy.start(problem, random.fork(0));
    while (!isDone()) {
      round++;
      post({ kind: 'begun' });
      const given = stored ? structuredClone(state) : state;
      const before = serialize(given);
      const at = performance.now();
      const step = strategy.step(problem, given, elites, random.fork(round));
      longestMs = Math.max(longestMs, performance.now() - at);
      wroteState ||= step.state !== given && !serialize(given).equals(before);
      const patterns = checkedStep(problem, step);
      state = step.state;
      made.push(patterns.map(fingerprint));
      states.push(serialize(state));
      if (patterns.length > 0)
        elites = [...patterns.map((pattern) => eliteOf(pattern, problem)), ...elites].slice(0, 4);
    }
  } catch (error) {
    const when = round === 0 ? 'in start' : `in step ${round}`;
    throw new CheckFault(`${errorText(error)} (${when} of ${placeText(path, errorPlace(error))})`);
  }
  return { made, states, longestMs, wroteState };
}

const sameRuns = (a: CheckRun, b: CheckRun): number | null => {
  const step = a.made.findIndex(
    (names, index) => names.join() !== b.made[index]?.join() || !a.states[index].equals(b.states[index]),
  );
  return step < 0 ? null : step + 1;
};

/** @throws CheckFault for whatever breaks the contract */
function checkRuns(path: string, strategy: Strategy, problem: Problem): ProblemCheck {
  const first = run(path, strategy, problem, SEED, null, false);
  const steps = first.made.length;
  const again = sameRuns(first, run(path, strategy, problem, SEED, steps, false));
  if (again !== null) {
    throw new CheckFault(
      `made again from the same random numbers, step ${again} gave something else: nothing may be remembered in the module, and no chance or clock of its own be used`,
    );
  }
  const stored = sameRuns(first, run(path, strategy, problem, SEED, steps, true));
  if (stored !== null)
    throw new CheckFault(`step ${stored} gave something else from a state that was stored and read back`);
  const other = run(path, strategy, problem, OTHER_SEED, steps, false);
  const candidates = first.made.flat().length;
  const hints: string[] = [];
  if (candidates === 0) hints.push(`made no candidate in ${steps} steps`);
  else if (sameRuns(first, other) === null) hints.push('makes the same from other random numbers');
  if (first.longestMs > SLOW_STEP_MS) hints.push(`a step took ${Math.round(first.longestMs)} ms; 10 to 100 serve well`);
  if (first.wroteState) hints.push('writes into the state that it is given, which is only to be read');
  return { verdict: 'kept', reason: null, hints, candidates, steps, longestStepMs: first.longestMs };
}

const nothing = { hints: [], candidates: 0, steps: 0, longestStepMs: 0 } as const;

/** Whether the strategy of a file keeps the contract on one problem. For a thread of its own, since the user's module is run. */
export async function checkOnProblem({ path, problem }: CheckTask): Promise<ProblemCheck> {
  const found = await importStrategy(path);
  if (!found.ok) return { verdict: 'broken', reason: found.message, ...nothing };
  const strategy = guardedStrategy(found.value);
  try {
    post({ kind: 'begun' });
    const answer = strategy.accepts(problem);
    if (strategy.accepts(problem) !== answer)
      throw new CheckFault('accepts gave another answer when it was asked again');
    if (answer !== true) return { verdict: 'refused', reason: answer, ...nothing };
    return checkRuns(path, strategy, problem);
  } catch (error) {
    const text = errorText(error);
    const reason = error instanceof CheckFault ? text : `${text} (in accepts of ${placeText(path, errorPlace(error))})`;
    return { verdict: 'broken', reason, ...nothing };
  } finally {
    flushOutput();
  }
}
