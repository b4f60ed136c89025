import { ROUNDING } from '../src/base/numbers.ts';
import type { Random } from '../src/base/random.ts';
import type { Pattern } from '../src/pattern/pattern.ts';
import { scorePattern } from '../src/scatter/kernel.ts';
import { defineStrategy, type Elite, type Problem, type Step } from '../src/search/strategy.ts';
import { constrainedPattern, hasConstraints } from './constraints/constrained-problem.ts';
import { localPattern } from './local.ts';
import { type AnnealingPlan, annealingPlan } from './shared/annealing-plan.ts';
import { type Cooling, coolWalk, type Energy, measuredTemperature } from './shared/cooling.ts';
import { boundsOf, lackEnergy, NEAR_TARGET, targetEnergy } from './shared/energy.ts';
import { gridOrRandom, suitedMoves, walkRefusal } from './shared/starts.ts';
import { type Move, SwapWalk } from './shared/swap-walk.ts';

/** One schedule of annealing. */
interface Schedule {
  readonly start: 'grid' | 'elite';
  /** of what entries lack, in the energy */
  readonly power: 2 | 4;
  /** temperature at the start, in measured ones */
  readonly heat: number;
  /** hottest to coldest temperature */
  readonly ratio: number;
}

/**
 * What wins depends on the net, with every span counted. On 512-128-64-32 (4,4,8) the fourth power settles into order, given a
 * million proposals, that the square does not find: S .975 against .871; on 4096-512-256-16 (1,1,1) the square, cooled farther, ends
 * higher: .965 against .935. Both start from a permutation grid, or a random pattern where there is none.
 */
const schedules: readonly Schedule[] = [
  { start: 'grid', power: 4, heat: 1, ratio: 8 },
  { start: 'grid', power: 2, heat: 0.5, ratio: 100 },
  { start: 'elite', power: 2, heat: 0.1, ratio: 20 },
];

/** What the anneals of one schedule came to so far. */
interface ScheduleResults {
  readonly runs: number;
  /** highest S */
  readonly best: number;
}

/** An anneal that is not finished. */
interface Anneal {
  /** place in `schedules`; stored states have this name */
  readonly way: number;
  readonly pattern: Pattern;
  readonly moves: readonly Move[];
  readonly proposals: number;
  readonly cooling: Cooling;
}

interface AnnealState {
  /** in the order of `schedules` */
  readonly tallies: readonly ScheduleResults[];
  /** place of the schedule that comes first, so that islands differ */
  readonly first: number;
  /** anneals finished */
  readonly finished: number;
  /** null between two anneals */
  readonly current: Anneal | null;
}

/** Steps of the longest anneal. */
const MOST_STEPS = 128;
/** The first anneal of a schedule takes a quarter of the plan's steps, so that something is there early; the next is this much longer. */
const GROWTH = 4;
/** Anneals of a schedule after which the last one was long. */
const LONG_RUNS = 4;

function energyOf(problem: Problem, plan: AnnealingPlan, schedule: number): Energy {
  return problem.target === null
    ? lackEnergy(boundsOf(problem, plan), schedules[schedule].power)
    : targetEnergy(problem.target);
}

/**
 * The schedules alternate, at equal lengths, since only long anneals bring order; once all have had a long one, every second anneal
 * is of the best schedule.
 */
function nextSchedule({ tallies, finished, first }: AnnealState): number {
  const places = tallies.map((_, index) => (first + index) % tallies.length);
  const fewest = places.reduce((a, b) => (tallies[b].runs < tallies[a].runs ? b : a));
  if (finished % 2 === 0 || tallies[fewest].runs < LONG_RUNS) return fewest;
  return places.reduce((a, b) => (tallies[b].best > tallies[a].best ? b : a));
}

/** Whichever start is nearest to a wanted S. */
function nearestStart(problem: Problem, plan: AnnealingPlan, target: number, random: Random): Pattern {
  const patterns = [gridOrRandom(problem, random.fork(2)), constrainedPattern(problem, random.fork(0))];
  if (!hasConstraints(problem)) patterns.push(localPattern(problem, random.fork(1)));
  const away = patterns.map((pattern) =>
    Math.abs(scorePattern(pattern, plan.entries, problem.metric).scatter - target),
  );
  return patterns[away.indexOf(Math.min(...away))];
}

/** The best elite, else a permutation grid, else a random pattern: the first of them that has something to gain. */
function highStart(problem: Problem, plan: AnnealingPlan, schedule: number, elites: readonly Elite[], random: Random) {
  const scatterOf = (pattern: Pattern) => scorePattern(pattern, plan.entries, problem.metric).scatter;
  const elite = schedules[schedule].start === 'elite' ? elites[0]?.pattern : undefined;
  if (elite !== undefined && scatterOf(elite) < 1) return elite;
  const grid = gridOrRandom(problem, random);
  return scatterOf(grid) < 1 ? grid : constrainedPattern(problem, random);
}

/** @param runs anneals of the same schedule before */
function lengthOf(plan: AnnealingPlan, runs: number): number {
  let steps = plan.steps / GROWTH;
  for (let run = 0; run < runs && steps < MOST_STEPS; run++) steps *= GROWTH;
  return Math.ceil(Math.min(MOST_STEPS, steps));
}

/** An anneal before its first step: its temperature is measured on the walk. */
interface Beginning {
  readonly way: number;
  readonly pattern: Pattern;
  readonly moves: readonly Move[];
  readonly heat: number;
  readonly ratio: number;
  readonly total: number;
}

function beginning(
  problem: Problem,
  plan: AnnealingPlan,
  state: AnnealState,
  elites: readonly Elite[],
  random: Random,
): Beginning {
  const { target } = problem;
  const way = target === null ? nextSchedule(state) : 0;
  const { runs } = state.tallies[way];
  const total = lengthOf(plan, runs) * plan.proposalsPerStep;
  if (target !== null) {
    const pattern = nearestStart(problem, plan, target, random);
    return { way, pattern, moves: ['any'], heat: 0.1, ratio: 50, total };
  }
  const pattern = highStart(problem, plan, way, elites, random);
  return { way, pattern, moves: suitedMoves(problem, plan, pattern), ...schedules[way], total };
}

function arrivedAt(target: number | null) {
  return (walk: SwapWalk, energy: number): boolean =>
    target === null ? energy <= ROUNDING * ROUNDING : Math.abs(walk.scorer.scatter() - target) <= NEAR_TARGET;
}

function withResult(state: AnnealState, schedule: number, result: number): AnnealState {
  const { tallies, finished } = state;
  const renewed = tallies.map((tally, index) =>
    index === schedule ? { runs: tally.runs + 1, best: Math.max(tally.best, result) } : tally,
  );
  return { ...state, tallies: renewed, finished: finished + 1, current: null };
}

function stepAnneal(problem: Problem, state: AnnealState, elites: readonly Elite[], random: Random): Step<AnnealState> {
  const plan = annealingPlan(problem);
  const begun = state.current ?? beginning(problem, plan, state, elites, random.fork(0));
  const { way, moves, pattern } = begun;
  const energy = energyOf(problem, plan, way);
  const walk = new SwapWalk(problem, plan, pattern, moves);
  const anneal: Anneal =
    'cooling' in begun
      ? begun
      : {
          way,
          moves,
          pattern,
          proposals: 0,
          cooling: {
            hottest: begun.heat * measuredTemperature(walk, energy, moves, random.fork(1)),
            ratio: begun.ratio,
            total: begun.total,
          },
        };
  const arrived = arrivedAt(problem.target);
  const swaps = coolWalk(
    walk,
    { energy, moves, cooling: anneal.cooling, done: anneal.proposals, most: plan.proposalsPerStep, arrived },
    random.fork(2),
  );
  const proposals = anneal.proposals + swaps;
  const reached = walk.toPattern();
  if (proposals < anneal.cooling.total && !arrived(walk, energy(walk.scorer.vector))) {
    return { state: { ...state, current: { ...anneal, pattern: reached, proposals } }, candidates: [], swaps };
  }
  return { state: withResult(state, way, walk.scorer.scatter()), candidates: [reached], swaps };
}

export const anneal = defineStrategy<AnnealState>({
  name: 'anneal',
  summary: 'simulated annealing by swaps that keep all degrees, to the highest or to a wanted scatter',
  source:
    'Kirkpatrick, Gelatt & Vecchi 1983 (Science 220, 671); departures: the temperature is set from measured swaps, cools geometrically and starts low, since starts are good ones; the last tenth is a descent; where the junctions are at their bounds, swaps are drawn within blocks of two windows, which leaves them there; the energy is a sum of powers of what entries lack, two powers and coolings alternate, longer and longer, and then the best elite, at low heat; of balanced degrees one proposal in eight passes an edge on between left neurons',
  accepts: (problem) => walkRefusal(problem, annealingPlan(problem)) ?? true,
  start: (_problem, random) => ({
    tallies: schedules.map(() => ({ runs: 0, best: 0 })),
    first: random.below(2),
    finished: 0,
    current: null,
  }),
  step: stepAnneal,
});
