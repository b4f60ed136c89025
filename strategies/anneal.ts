import type { Pattern } from '../src/pattern/pattern.ts';
import { portableLog, type Random } from '../src/pattern/random.ts';
import { IncrementalScorer } from '../src/scatter/incremental.ts';
import { scorePattern } from '../src/scatter/kernel.ts';
import { defineStrategy, type Elite, type Problem, type Step, TARGET_TOLERANCE } from '../src/search/strategy.ts';
import { localPattern } from './local.ts';
import { permutationGrid, permutationGridPattern } from './permutation-grid.ts';
import { type AnnealingPlan, annealingPlan } from './shared/annealing-plan.ts';
import { uniformRandomPattern } from './uniform-random.ts';

/** An anneal on its way. Every proposal counts, also those that would make a double edge. */
interface Anneal {
  readonly pattern: Pattern;
  readonly proposals: number;
  readonly total: number;
  /** temperature at the start, in units of energy */
  readonly hottest: number;
}

interface AnnealState {
  /** anneals finished */
  readonly finished: number;
  /** null between two anneals */
  readonly current: Anneal | null;
}

/** A start and how much of the measured temperature it can bear without losing what it is. */
interface Start {
  readonly pattern: Pattern;
  readonly heat: number;
}

/** With a target, an anneal ends once |S − target| is at most this: half of what the search asks for. */
const NEAR_TARGET = TARGET_TOLERANCE / 2;
/** Swaps that the temperature is measured on. */
const MEASURED_SWAPS = 400;
/** ln 200: at the hottest, a swap that costs as much as the mean one that costs anything is accepted once in 200. */
const HOTTEST_ODDS = 5.3;
/** Hottest to coldest temperature. */
const COOLING = 50;
/** Fraction of the anneal after which only swaps that cost nothing are accepted. */
const QUENCH_AT = 0.9;
/** Steps of the longest anneal. */
const MOST_STEPS = 128;
/** Proposals between two temperatures. */
const TEMPERATURE_EVERY = 64;

/**
 * What an anneal lowers. For the highest S: (1 − S) + (1 − mean of the vector); for a wanted S: |S − target| + the mean of what
 * entries lack to the target. S alone is flat: few swaps touch the lowest entry.
 */
function energy(vector: Float64Array, target: number | null): number {
  let least = 1;
  let lacking = 0;
  for (let i = 0; i < vector.length; i++) {
    const value = vector[i];
    if (value < least) least = value;
    if (value < (target ?? 1)) lacking += (target ?? 1) - value;
  }
  return Math.abs((target ?? 1) - least) + lacking / vector.length;
}

/** Proposes a swap of two edges of a random junction. */
function proposeAny(scorer: IncrementalScorer, plan: AnnealingPlan, random: Random): boolean {
  const junction = plan.junctions[random.below(plan.junctions.length)];
  const edges = scorer.edges[junction - 1];
  return scorer.propose(junction, random.below(edges), random.below(edges));
}

/** Mean energy of the swaps that cost anything; 0 where none was met. */
function meanCost(scorer: IncrementalScorer, plan: AnnealingPlan, target: number | null, random: Random): number {
  const before = energy(scorer.vector, target);
  let sum = 0;
  let costly = 0;
  for (let i = 0; i < MEASURED_SWAPS; i++) {
    if (!proposeAny(scorer, plan, random)) continue;
    const cost = energy(scorer.proposed, target) - before;
    if (cost <= 0) continue;
    sum += cost;
    costly++;
  }
  return costly === 0 ? 0 : sum / costly;
}

const isReached = (scatter: number, target: number | null) =>
  target === null ? scatter === 1 : Math.abs(scatter - target) <= NEAR_TARGET;

/** Whichever start is nearest to a wanted S. */
function nearestStart(problem: Problem, plan: AnnealingPlan, target: number, random: Random): Start {
  const patterns = [uniformRandomPattern(problem, random.fork(0)), localPattern(problem, random.fork(1))];
  if (permutationGrid.accepts(problem) === true) patterns.push(permutationGridPattern(problem, random.fork(2)));
  const away = patterns.map((pattern) =>
    Math.abs(scorePattern(pattern, plan.entries, problem.metric).scatter - target),
  );
  return { pattern: patterns[away.indexOf(Math.min(...away))], heat: 0.1 };
}

/** By turns a permutation grid, a random pattern and the best elite; random where there is none, or nothing to gain from it. */
function highStart(
  problem: Problem,
  plan: AnnealingPlan,
  finished: number,
  elites: readonly Elite[],
  random: Random,
): Start {
  const turn = finished % 3;
  let pattern: Pattern | undefined;
  if (turn === 0 && permutationGrid.accepts(problem) === true) pattern = permutationGridPattern(problem, random);
  if (turn === 2) pattern = elites[0]?.pattern;
  if (pattern !== undefined && scorePattern(pattern, plan.entries, problem.metric).scatter < 1) {
    return { pattern, heat: 0.1 };
  }
  return { pattern: uniformRandomPattern(problem, random), heat: 1 };
}

function chooseStart(
  problem: Problem,
  plan: AnnealingPlan,
  finished: number,
  elites: readonly Elite[],
  random: Random,
): Start {
  return problem.target === null
    ? highStart(problem, plan, finished, elites, random)
    : nearestStart(problem, plan, problem.target, random);
}

/** A new anneal, `scorer` standing at its start. */
function begin(
  scorer: IncrementalScorer,
  plan: AnnealingPlan,
  problem: Problem,
  start: Start,
  finished: number,
  random: Random,
): Anneal {
  const cost = meanCost(scorer, plan, problem.target, random);
  const longer = 2 ** Math.min(3, Math.floor(finished / 3));
  const total = Math.min(MOST_STEPS, plan.steps * longer) * plan.proposalsPerStep;
  return { pattern: start.pattern, proposals: 0, total, hottest: (start.heat * cost) / HOTTEST_ODDS };
}

/** 1/temperature grows linearly (Lundy & Mees 1986), without the functions that platforms round differently. */
function temperature(anneal: Anneal, proposals: number): number {
  const fraction = proposals / anneal.total;
  return fraction > QUENCH_AT ? 0 : anneal.hottest / (1 + (fraction / QUENCH_AT) * (COOLING - 1));
}

/** Runs on until the step's proposals are spent, or the anneal is over. Returns how many were made. */
function run(scorer: IncrementalScorer, plan: AnnealingPlan, problem: Problem, anneal: Anneal, random: Random): number {
  const { target } = problem;
  const most = Math.min(plan.proposalsPerStep, anneal.total - anneal.proposals);
  let current = energy(scorer.vector, target);
  let heat = 0;
  let made = 0;
  let reached = isReached(scorer.scatter(), target);
  for (; made < most && !reached; made++) {
    if (made % TEMPERATURE_EVERY === 0) heat = temperature(anneal, anneal.proposals + made);
    if (!proposeAny(scorer, plan, random)) continue;
    const next = energy(scorer.proposed, target);
    const cost = next - current;
    if (cost > 0 && (heat === 0 || cost > -heat * portableLog(1 - random.float()))) continue;
    scorer.accept();
    current = next;
    reached = isReached(scorer.scatter(), target);
  }
  return made;
}

function stepAnneal(problem: Problem, state: AnnealState, elites: readonly Elite[], random: Random): Step<AnnealState> {
  const plan = annealingPlan(problem);
  const start = state.current ?? chooseStart(problem, plan, state.finished, elites, random.fork(0));
  const scorer = new IncrementalScorer(start.pattern, plan.entries, problem.metric);
  const anneal = 'heat' in start ? begin(scorer, plan, problem, start, state.finished, random.fork(1)) : start;
  const swaps = run(scorer, plan, problem, anneal, random.fork(2));
  const proposals = anneal.proposals + swaps;
  const pattern = scorer.toPattern();
  if (proposals < anneal.total && !isReached(scorer.scatter(), problem.target)) {
    return { state: { finished: state.finished, current: { ...anneal, pattern, proposals } }, candidates: [], swaps };
  }
  return { state: { finished: state.finished + 1, current: null }, candidates: [pattern], swaps };
}

export const anneal = defineStrategy<AnnealState>({
  name: 'anneal',
  summary: 'simulated annealing by swaps that keep every degree, to the highest or to a wanted scatter',
  source:
    'Kirkpatrick, Gelatt & Vecchi 1983 (Science 220, 671), cooled as Lundy & Mees 1986 (Math. Programming 34, 111); departures: the temperature is set from measured swaps and starts low, since starts are good ones; the last tenth is a descent; anneals restart, ever longer; the energy adds the mean of the vector to S',
  accepts: (problem) => {
    const plan = annealingPlan(problem);
    if (plan.junctions.length === 0) return 'every junction is dense: there is nothing to swap';
    if (problem.entries.every((entry) => entry.vacuous)) return 'every pattern has scatter 1 here: nothing to improve';
    return plan.entries.length > 0 || 'the net is too large to follow its scatter swap by swap';
  },
  start: () => ({ finished: 0, current: null }),
  step: stepAnneal,
});
