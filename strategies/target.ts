import { InvalidValueError } from '../src/base/caller-errors.ts';
import type { Random } from '../src/base/random.ts';
import type { Pattern } from '../src/pattern/pattern.ts';
import { scoreBound } from '../src/scatter/bound.ts';
import { scorePattern } from '../src/scatter/kernel.ts';
import { defineStrategy, type Problem, type Step, TARGET_TOLERANCE } from '../src/search/strategy.ts';
import { constrainedPattern } from './constraints/constrained-problem.ts';
import { type AnnealingPlan, annealingPlan } from './shared/annealing-plan.ts';
import { type Cooling, coolWalk, type Energy, measuredTemperature } from './shared/cooling.ts';
import { NEAR_TARGET } from './shared/energy.ts';
import { suitedMoves, walkRefusal } from './shared/starts.ts';
import { type Move, SwapWalk } from './shared/swap-walk.ts';
import { scoreFloor } from './target/entry-floor.ts';
import { startKinds, startOf } from './target/target-starts.ts';

/**
 * How a pattern is moved. `drift`: by any swaps, towards a random pattern, until the wanted scatter is passed. `descend`: by swaps
 * that lead no farther from it. `anneal`: from the start again, longer each time.
 */
type Phase = 'drift' | 'descend' | 'anneal';

interface Nearest {
  readonly pattern: Pattern;
  readonly away: number;
}

/** A pattern that is being moved to the wanted scatter. */
interface Approach {
  /** place in `startKinds` */
  readonly kind: number;
  /** moved in all entries, not in the lowest alone */
  readonly whole: boolean;
  /** of its kind, before */
  readonly misses: number;
  /** as its kind makes it */
  readonly start: Pattern;
  readonly pattern: Pattern;
  readonly phase: Phase;
  /** anneals begun */
  readonly anneals: number;
  /** of the phase; without it where the phase begins */
  readonly cooling: Cooling | null;
  readonly proposals: number;
  readonly moves: readonly Move[];
  /** at the end of any step so far */
  readonly nearest: Nearest;
}

/** What the approaches from one kind of start came to so far. */
interface KindResults {
  readonly runs: number;
  /** approaches that did not arrive */
  readonly misses: number;
}

interface TargetState {
  /** in the order of `startKinds` */
  readonly tallies: readonly KindResults[];
  /** place of the kind that comes first, so that islands differ */
  readonly first: number;
  /** of all approaches that missed */
  readonly nearest: (Nearest & { readonly kind: number }) | null;
  /** distance of the nearest miss that was a candidate; 2 before there was one */
  readonly shown: number;
  readonly current: Approach | null;
}

/** A kind that has missed this often is annealed as often before it counts as missed again: 1, 4, 16, … steps. */
const MOST_ANNEALS = 4;
/** Powers and coolings of anneals, which alternate: which of them settles into order depends on the net (strategy anneal). */
const annealSchedules = [
  { power: 4, ratio: 20 },
  { power: 2, ratio: 200 },
] as const;
/** Turns that a kind waits for every miss: what arrives at once is cheap, and may arrive from many starts. */
const TURNS_PER_MISS = 4;
const DESCENT_STEPS = 2;
const DRIFT_STEPS = 8;

/**
 * What S has above the target, and the powers of what entries lack to it. With `whole`, also the squares of what they have above: all
 * of the vector is moved, not its lowest entry alone.
 */
function aim(target: number, whole: boolean, power: 2 | 4): Energy {
  return (vector) => {
    let least = 1;
    let away = 0;
    for (let i = 0; i < vector.length; i++) {
      const lack = target - vector[i];
      if (vector[i] < least) least = vector[i];
      if (lack > 0) away += power === 2 ? lack * lack : lack * lack * lack * lack;
      else if (whole) away += lack * lack;
    }
    return Math.max(0, least - target) / 8 + away;
  };
}

const styleOf = ({ phase, misses }: Approach) =>
  phase === 'anneal' ? annealSchedules[misses % 2] : annealSchedules[1];

const anywhere: Energy = () => 0;

const scatterOf = (problem: Problem, plan: AnnealingPlan, pattern: Pattern): number =>
  scorePattern(pattern, plan.entries, problem.metric).scatter;

/** Place in `startKinds` of the kind whose turn it is. */
function nextKind({ tallies, first }: TargetState): number {
  const waits = tallies.map(({ runs, misses }) => runs + TURNS_PER_MISS * misses);
  const order = tallies.map((_, index) => (first + index) % tallies.length);
  return order.reduce((a, b) => (waits[b] < waits[a] ? b : a));
}

function begin(problem: Problem, plan: AnnealingPlan, target: number, state: TargetState, random: Random): Approach {
  const kind = nextKind(state);
  const { runs, misses } = state.tallies[kind];
  const startKind = startKinds(problem)[kind];
  const start = startOf(startKind, problem, random.fork(0));
  const scatter = scatterOf(problem, plan, start);
  const mixed = scatterOf(problem, plan, constrainedPattern(problem, random.fork(1)));
  const between = startKind !== 'random' && (scatter - target) * (mixed - target) < 0;
  return {
    kind,
    whole: runs % 2 === 1,
    misses,
    start,
    pattern: start,
    phase: between ? 'drift' : 'descend',
    anneals: 0,
    cooling: null,
    proposals: 0,
    moves: scatter < target && !between ? suitedMoves(problem, plan, start) : ['any'],
    nearest: { pattern: start, away: Math.abs(scatter - target) },
  };
}

/** The cooling of a phase that begins: only an anneal has any heat. */
function coolingOf(approach: Approach, plan: AnnealingPlan, walk: SwapWalk, energy: Energy, random: Random): Cooling {
  const { phase, anneals, moves } = approach;
  if (phase === 'drift') return { hottest: 0, ratio: 1, total: DRIFT_STEPS * plan.proposalsPerStep };
  if (phase === 'descend') return { hottest: 0, ratio: 1, total: DESCENT_STEPS * plan.proposalsPerStep };
  const hottest = measuredTemperature(walk, energy, moves, random);
  return { hottest, ratio: styleOf(approach).ratio, total: (1 << (2 * (anneals - 1))) * plan.proposalsPerStep };
}

/** The phase after one that did not arrive; null where the approach is over. */
function nextPhase(approach: Approach): Approach | null {
  const { phase, anneals, misses, start } = approach;
  const next = { ...approach, cooling: null, proposals: 0 };
  if (phase === 'drift') return { ...next, phase: 'descend' };
  if (anneals === Math.min(misses, MOST_ANNEALS)) return null;
  return { ...next, phase: 'anneal', anneals: anneals + 1, pattern: start };
}

interface Moved {
  readonly approach: Approach;
  /** the phase has come to its end */
  readonly over: boolean;
  readonly swaps: number;
}

/** One step within a phase. */
function move(problem: Problem, plan: AnnealingPlan, target: number, given: Approach, random: Random): Moved {
  const walk = new SwapWalk(problem, plan, given.pattern, given.moves);
  const energy = given.phase === 'drift' ? anywhere : aim(target, given.whole, styleOf(given).power);
  const cooling = given.cooling ?? coolingOf(given, plan, walk, energy, random.fork(0));
  const side = Math.sign(walk.scorer.scatter() - target);
  const arrived = () => {
    const away = walk.scorer.scatter() - target;
    return Math.abs(away) <= NEAR_TARGET || (given.phase === 'drift' && away * side < 0);
  };
  const { proposals, moves } = given;
  const swaps = coolWalk(
    walk,
    { energy, moves, cooling, done: proposals, most: plan.proposalsPerStep, arrived },
    random.fork(1),
  );
  const pattern = walk.toPattern();
  const away = Math.abs(walk.scorer.scatter() - target);
  const nearest = away < given.nearest.away ? { pattern, away } : given.nearest;
  const over = arrived() || proposals + swaps >= cooling.total;
  return { approach: { ...given, pattern, cooling, proposals: proposals + swaps, nearest }, over, swaps };
}

/**
 * Misses are kept back until every kind has missed: the wanted scatter may be one that no pattern has, and the nearest has to do.
 * After that only nearer ones are shown.
 */
function finish(
  problem: Problem,
  state: TargetState,
  { kind, nearest: own }: Approach,
  swaps: number,
): Step<TargetState> {
  const kinds = startKinds(problem);
  const arrived = own.away <= NEAR_TARGET;
  const tallies = state.tallies.map((tally, index) =>
    index === kind ? { runs: tally.runs + 1, misses: tally.misses + (arrived ? 0 : 1) } : tally,
  );
  if (arrived)
    return { state: { ...state, tallies, current: null }, candidates: [own.pattern], kinds: [kinds[kind]], swaps };
  const nearest = state.nearest !== null && state.nearest.away <= own.away ? state.nearest : { ...own, kind };
  const isNews = nearest.away < state.shown && tallies.every(({ misses }) => misses > 0);
  return {
    state: { ...state, tallies, nearest, shown: isNews ? nearest.away : state.shown, current: null },
    candidates: isNews ? [nearest.pattern] : [],
    kinds: isNews ? [kinds[nearest.kind] ?? kinds[kind]] : [],
    swaps,
  };
}

function stepTarget(problem: Problem, state: TargetState, random: Random): Step<TargetState> {
  const target = wantedScatter(problem);
  const plan = annealingPlan(problem);
  const begun = state.current ?? begin(problem, plan, target, state, random.fork(0));
  const { approach, over, swaps } = move(problem, plan, target, begun, random.fork(1));
  if (approach.nearest.away <= NEAR_TARGET) return finish(problem, state, approach, swaps);
  const next = over ? nextPhase(approach) : approach;
  return next === null
    ? finish(problem, state, approach, swaps)
    : { state: { ...state, current: next }, candidates: [], swaps };
}

function wantedScatter({ target }: Problem): number {
  if (target === null) throw new InvalidValueError('expected a problem with a wanted scatter; got none');
  return target;
}

function startTarget(problem: Problem, random: Random): TargetState {
  const tallies = startKinds(problem).map(() => ({ runs: 0, misses: 0 }));
  return { tallies, first: random.below(tallies.length), nearest: null, shown: 2, current: null };
}

const rounded = (scatter: number) => Number(scatter.toFixed(4));

function accepts(problem: Problem): true | string {
  const { target, entries, architecture, metric } = problem;
  if (target === null) return 'there is no wanted scatter to aim at: it needs a target';
  if (startKinds(problem).length === 0) return `it has no start of the kind "${problem.start}" here`;
  const plan = annealingPlan(problem);
  const refusal = walkRefusal(problem, plan);
  if (refusal !== null) return refusal;
  if (plan.entries.length < entries.filter((entry) => !entry.vacuous).length) {
    return 'the net is too large to follow every entry of its scatter swap by swap';
  }
  const [floor, bound] = [scoreFloor(entries, architecture, metric), scoreBound(entries, architecture, metric)];
  if (target >= floor - TARGET_TOLERANCE && target <= bound + TARGET_TOLERANCE) return true;
  return `no pattern has a scatter of ${target} here: all lie between ${rounded(floor)} and ${rounded(bound)}`;
}

/** Patterns of a wanted scatter, anywhere between the lowest and the highest that there are, from starts of several kinds. */
export const target = defineStrategy<TargetState>({
  name: 'target',
  summary: 'patterns of a wanted scatter, moved to it from starts of every kind',
  source:
    'Degree-preserving rewiring (Maslov & Sneppen 2002, Science 296, 910): random swaps carry an ordered pattern towards a random one and are stopped on the way, as Watts & Strogatz 1998 (Nature 393, 440) do with a lattice; where the wanted scatter does not lie between the two, a descent on the distance to it, and where that sticks, annealing (strategy anneal). Starts: random, complete blocks along the windows, permutation grid, local, exact; alternately the lowest entry alone is moved and the whole vector',
  accepts,
  start: startTarget,
  step: (problem, state, _elites, random) => stepTarget(problem, state, random),
});
