import type { Random } from '../src/base/random.ts';
import { constraintFault } from '../src/pattern/constraints/fault.ts';
import type { Pattern } from '../src/pattern/pattern.ts';
import { scorePattern } from '../src/scatter/kernel.ts';
import { defineStrategy, type Elite, type Problem, type Step } from '../src/search/strategy.ts';
import { constrainedPattern } from './constraints/constrained-problem.ts';
import { alternatingCycles, exchangeCycles } from './evolve/alternating-cycles.ts';
import { type AnnealingPlan, annealingPlan } from './shared/annealing-plan.ts';
import { totalEdges } from './shared/batch.ts';
import { coolWalk, type Energy, measuredTemperature } from './shared/cooling.ts';
import { boundsOf, lackEnergy, targetEnergy } from './shared/energy.ts';
import { junctionKeys } from './shared/junction-keys.ts';
import { gridOrRandom, suitedMoves, walkRefusal } from './shared/starts.ts';
import { SwapWalk } from './shared/swap-walk.ts';

interface EvolveState {
  readonly population: readonly Pattern[];
  /** children made */
  readonly born: number;
}

/** What a problem is evolved with. */
interface Setting {
  readonly problem: Problem;
  readonly plan: AnnealingPlan;
  readonly energy: Energy;
  /** patterns of a full population */
  readonly size: number;
}

interface Growth {
  /** proposals that are made whatever they cost */
  readonly mutations: number;
  /** temperature at the start, in measured ones */
  readonly heat: number;
  readonly proposals: number;
}

interface Grown {
  readonly pattern: Pattern;
  readonly energy: number;
  readonly swaps: number;
}

/** Connections of a population: what a stored state may weigh (8 MB). */
const MOST_EDGES = 2_000_000;
const FEWEST = 4;
const MOST = 6;
/** Of this many children in a row, one has a good candidate of all islands for a parent. */
const IMMIGRANT_EVERY = 4;
/** Proposals of a mutation, at most; every swap that can be is made. */
const MOST_MUTATIONS = 16;
/** Of the measured temperature: a newcomer is annealed, a child only settles. */
const CHILD_HEAT = 0.1;
/** Hottest to coldest temperature. */
const COOLING = 50;
/**
 * Of the cycles in which parents differ, the part that a child takes from the second, alternately; one cycle at least. Small parts,
 * since spans depend on how junctions fit each other: of unrelated parents only cycles that do no harm are of use.
 */
const sharesOfSecond: readonly number[] = [1 / 4, 1 / 32, 1 / 256];

const neutral: Energy = () => 0;
const never = () => false;

const samePattern = (a: Pattern, b: Pattern): boolean =>
  a.junctions.every((sources, index) => sources.every((k, e) => k === b.junctions[index][e]));

const energyOf = ({ problem, plan, energy }: Setting, pattern: Pattern): number =>
  energy(Float64Array.from(scorePattern(pattern, plan.entries, problem.metric).vector));

/** Changed by a few swaps, then annealed in short. */
function grow(setting: Setting, pattern: Pattern, { mutations, heat, proposals }: Growth, random: Random): Grown {
  const { problem, plan, energy } = setting;
  const moves = suitedMoves(problem, plan, pattern);
  const walk = new SwapWalk(problem, plan, pattern, moves);
  const rest = { moves, done: 0, arrived: never };
  const free = { hottest: 0, ratio: 1, total: mutations };
  coolWalk(walk, { ...rest, energy: neutral, cooling: free, most: mutations }, random.fork(0));
  const hottest = heat * measuredTemperature(walk, energy, moves, random.fork(1));
  const cooling = { hottest, ratio: COOLING, total: proposals };
  const swaps = coolWalk(walk, { ...rest, energy, cooling, most: proposals }, random.fork(2));
  return { pattern: walk.toPattern(), energy: energy(walk.scorer.vector), swaps: mutations + swaps };
}

/** Alternately a permutation grid, where there is one, and a random pattern. */
function newcomer(setting: Setting, turn: number, random: Random): Grown {
  const { problem, plan } = setting;
  const make = turn % 2 === 0 ? gridOrRandom : constrainedPattern;
  const growth = { mutations: 0, heat: 1, proposals: plan.proposalsPerStep };
  return grow(setting, make(problem, random.fork(0)), growth, random.fork(1));
}

/**
 * The first parent with some of the alternating cycles in which it differs from the second exchanged: both degrees stay exact, and
 * all that the parents share. Constraints that the child should break after all leave it the first parent.
 */
export function crossPatterns(
  problem: Problem,
  first: Pattern,
  second: Pattern,
  share: number,
  random: Random,
): Pattern {
  const junctions = junctionKeys(problem).map(({ size, left, right }, index) => {
    const own = first.junctions[index];
    const classes = { left: [left.blocks, left.cells], right: [right.blocks, right.cells] };
    const cycles = alternatingCycles(own, second.junctions[index], size, classes, random);
    const sure = random.below(Math.max(1, cycles.length));
    const chosen = cycles.filter((_, place) => place === sure || random.float() < share);
    return exchangeCycles(own, size.right, chosen);
  });
  const child = { ...first, junctions };
  const { constraints } = problem;
  return constraints !== undefined && constraintFault(child, constraints) !== null ? first : child;
}

/** A child takes its first parent's place where it is no worse. A population that has become one is given new blood. */
function breed(setting: Setting, state: EvolveState, elites: readonly Elite[], random: Random) {
  const { problem, plan } = setting;
  const { population, born } = state;
  const place = random.below(population.length);
  const first = population[place];
  const elite = born % IMMIGRANT_EVERY === 0 ? elites[random.below(Math.max(1, elites.length))] : undefined;
  const mate = (place + 1 + random.below(population.length - 1)) % population.length;
  const second = elite?.pattern ?? population[mate];
  const renewed = elite === undefined && samePattern(first, second);
  const share = sharesOfSecond[born % sharesOfSecond.length];
  const growth = {
    mutations: 1 + random.below(MOST_MUTATIONS),
    heat: CHILD_HEAT,
    proposals: plan.proposalsPerStep - MOST_MUTATIONS,
  };
  const child = renewed
    ? newcomer(setting, born, random.fork(0))
    : grow(setting, crossPatterns(problem, first, second, share, random.fork(1)), growth, random.fork(2));
  const stays = renewed || child.energy <= energyOf(setting, first);
  const next = stays ? population.map((pattern, index) => (index === place ? child.pattern : pattern)) : population;
  return { state: { population: next, born: born + 1 }, child, stays };
}

function settingOf(problem: Problem): Setting {
  const plan = annealingPlan(problem);
  const energy = problem.target === null ? lackEnergy(boundsOf(problem, plan), 2) : targetEnergy(problem.target);
  const size = Math.max(FEWEST, Math.min(MOST, Math.floor(MOST_EDGES / totalEdges(problem))));
  return { problem, plan, energy, size };
}

function stepEvolve(problem: Problem, given: EvolveState, elites: readonly Elite[], random: Random): Step<EvolveState> {
  const setting = settingOf(problem);
  const { population } = given;
  if (population.length < setting.size) {
    const { pattern, swaps } = newcomer(setting, population.length, random);
    return { state: { ...given, population: [...population, pattern] }, candidates: [pattern], swaps };
  }
  const { state, child, stays } = breed(setting, given, elites, random);
  return { state, candidates: stays ? [child.pattern] : [], swaps: child.swaps };
}

function accepts(problem: Problem): true | string {
  const refusal = walkRefusal(problem, annealingPlan(problem));
  if (refusal !== null) return refusal;
  const edges = totalEdges(problem);
  return FEWEST * edges <= MOST_EDGES || `a population of ${FEWEST} patterns of ${edges} edges is too large to be kept`;
}

export const evolve = defineStrategy<EvolveState>({
  name: 'evolve',
  summary: 'a population crossed by alternating cycles, which keep every degree, mutated and improved by swaps',
  source:
    'A memetic algorithm (Moscato 1989) with edge assembly crossover (EAX: Nagata & Kobayashi 1997, 7th ICGA; 2013, INFORMS J. Computing 25, 346), whose child takes its first parent’s place; departures: junctions of equal degrees instead of tours, so that any set of alternating cycles will do and no sub-tours have to be joined; partners are paired within windows and constraints where they can be; mutation by random swaps, improvement by a descent of swaps; elites of all islands immigrate as parents',
  accepts,
  start: () => ({ population: [], born: 0 }),
  step: stepEvolve,
});
