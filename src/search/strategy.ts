import type { Random } from '../base/random.ts';
import type { Architecture } from '../pattern/architecture.ts';
import type { Constraints } from '../pattern/constraints/constraints.ts';
import type { Entry } from '../pattern/entries.ts';
import type { Pattern } from '../pattern/pattern.ts';
import type { Metric, ScatterScore } from '../scatter/metric.ts';

/** |S − target| up to which a wanted S counts as reached. */
export const TARGET_TOLERANCE = 0.005;

/** What is searched for. Plain data: it crosses to worker threads. */
export interface Problem {
  readonly architecture: Architecture;
  /** the scatter vector's entries, with their windows */
  readonly entries: readonly Entry[];
  readonly metric: Metric;
  /** wanted S, or null for the highest */
  readonly target: number | null;
  /** what candidates must keep to besides their degrees; absent: nothing */
  readonly constraints?: Constraints;
  /** the one kind of start to make patterns from, for strategies that have several; absent: all of them alternately */
  readonly start?: string;
}

/** A good candidate of an earlier round, of whatever island. */
export interface Elite {
  readonly pattern: Pattern;
  readonly score: ScatterScore;
}

/** What a step of a strategy gives back: its state, to be handed to the next one, and the candidates it made. */
export interface Step<State> {
  readonly state: State;
  /** finished patterns (a finished anneal, not each swap in it); may be empty while one is in the making */
  readonly candidates: readonly Pattern[];
  /** of each candidate, the kind of start that it was made from, where the strategy has several: candidates of one kind are one family */
  readonly kinds?: readonly string[];
  /** swaps scored in this step, for the record */
  readonly swaps: number;
}

/**
 * A way of making patterns. It works by rounds: each `step` gets the state it returned before and a random source that is
 * forked from (study seed, island, round). No clock, no I/O, no `Math.random`, effort counted in scored swaps: the same seed
 * gives the same candidates on any number of threads, and after a resume.
 *
 * State is a plain value (structured-clonable: numbers, strings, arrays, typed arrays, plain objects): it is stored. Arrays that
 * a step returns belong to the caller; those that it is given (state, elites) are only read.
 */
export interface Strategy<State = unknown> {
  /** kebab-case, as typed on the command line */
  readonly name: string;
  readonly summary: string;
  /** where the method is from, and where this departs from it */
  readonly source: string;
  /** true, or why this problem is not for this strategy */
  accepts(problem: Problem): true | string;
  start(problem: Problem, random: Random): State;
  step(problem: Problem, state: State, elites: readonly Elite[], random: Random): Step<State>;
}

/** A strategy with its state type hidden, so that strategies of many kinds stand in one registry. */
export const defineStrategy = <State>(strategy: Strategy<State>): Strategy => strategy as Strategy;
