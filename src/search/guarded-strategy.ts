import { serialize } from 'node:v8';
import { InvalidTypeError } from '../base/caller-errors.ts';
import type { Random } from '../base/random.ts';
import { repeatableWith, requireNow } from '../base/repeatable.ts';
import { errorText, kindOf } from '../base/user-module.ts';
import type { Elite, Problem, Step, Strategy } from './strategy.ts';

const repeatably = repeatableWith('is not for strategies: draw from the random source that the step is given');

/** @throws TypeError for what cannot be stored and given back */
function requirePlain(state: unknown, method: string): void {
  try {
    serialize(state);
  } catch (error) {
    throw new InvalidTypeError(
      `the state that ${method} returned is not plain data, which could be stored: ${errorText(error)}`,
    );
  }
}

/** Names of kinds become part of families' names. */
export const KIND = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** @throws TypeError for anything except one short name a candidate */
function requireKinds(kinds: unknown, candidates: number): void {
  const fits = Array.isArray(kinds) && kinds.length === candidates;
  if (fits && kinds.every((kind) => typeof kind === 'string' && KIND.test(kind))) return;
  throw new InvalidTypeError(
    `kinds must be a lower-case name for each of ${candidates} candidates; got ${kindOf(kinds)}`,
  );
}

/** @throws TypeError for anything except a step whose patterns are made of edge lists */
function requireStep(step: unknown): Step<unknown> {
  if (step === null || typeof step !== 'object' || !('state' in step)) {
    throw new InvalidTypeError(`step must return { state, candidates, swaps }; got ${kindOf(step)}`);
  }
  const { state, candidates, swaps = 0, kinds } = step as Partial<Step<unknown>>;
  if (!Array.isArray(candidates)) throw new InvalidTypeError(`candidates must be an array; got ${kindOf(candidates)}`);
  if (!Number.isSafeInteger(swaps) || swaps < 0)
    throw new InvalidTypeError(`swaps must be a whole number; got ${swaps}`);
  for (const candidate of candidates) {
    const junctions: unknown = candidate?.junctions;
    if (!Array.isArray(junctions)) {
      throw new InvalidTypeError(`a candidate must be a pattern with an array of junctions; got ${kindOf(junctions)}`);
    }
    const other = junctions.find((sources) => !(sources instanceof Uint32Array));
    if (other !== undefined) throw new InvalidTypeError(`a junction must be a Uint32Array; got ${kindOf(other)}`);
  }
  if (kinds !== undefined) requireKinds(kinds, candidates.length);
  requirePlain(state, 'step');
  return { state, candidates, swaps, ...(kinds === undefined ? {} : { kinds }) };
}

/** In memory of its own: what threads share must not be written to. */
const ownElite = ({ pattern, score }: Elite): Elite => ({
  pattern: { ...pattern, junctions: pattern.junctions.map((sources) => Uint32Array.from(sources)) },
  score: structuredClone(score),
});

/**
 * A user's strategy as islands run it. It gets copies, so that it can spoil nothing for others, and neither chance nor clock; what
 * it returns is checked down to the edge lists, whose degrees are the worker's to check. It may return its errors late or never.
 * @throws whatever it throws; TypeError for what it returns wrongly
 */
export function guardedStrategy(strategy: Strategy): Strategy {
  const problems = new WeakMap<Problem, Problem>();
  const own = (problem: Problem): Problem => {
    const known = problems.get(problem) ?? structuredClone(problem);
    problems.set(problem, known);
    return known;
  };
  return {
    name: strategy.name,
    summary: strategy.summary ?? '',
    source: strategy.source ?? '',
    accepts: (problem) => {
      const answer: unknown = requireNow(
        repeatably(() => strategy.accepts(own(problem))),
        'accepts',
      );
      if (answer === true || (typeof answer === 'string' && answer !== '')) return answer;
      throw new InvalidTypeError(`accepts must return true, or why not in words; got ${kindOf(answer)}`);
    },
    start: (problem, random) => {
      const state = requireNow(
        repeatably(() => strategy.start(own(problem), random)),
        'start',
      );
      requirePlain(state, 'start');
      return state;
    },
    step: (problem, state: unknown, elites: readonly Elite[], random: Random) =>
      requireStep(
        requireNow(
          repeatably(() => strategy.step(own(problem), state, elites.map(ownElite), random)),
          'step',
        ),
      ),
  };
}
