import { product } from '../../src/base/numbers.ts';
import { junctionSizes } from '../../src/pattern/architecture.ts';
import type { Entry } from '../../src/pattern/entries.ts';
import { pathCountFault } from '../../src/scatter/path-counts.ts';
import type { Problem } from '../../src/search/strategy.ts';
import { totalEdges } from './batch.ts';

/** What an anneal of one problem looks at and how long it goes on: a matter of sizes alone, never of time. */
export interface AnnealingPlan {
  /** the entries that the energy counts */
  readonly entries: readonly Entry[];
  /** junctions (from 1) whose edges can be swapped */
  readonly junctions: readonly number[];
  readonly proposalsPerStep: number;
  /** steps of an anneal of the second length; strategies begin with a shorter one */
  readonly steps: number;
}

/** Window counts that one swap changes in an entry, the mean over the junctions of its span. */
function countsPerSwap(problem: Problem, entry: Entry): number {
  const span = junctionSizes(problem.architecture).slice(entry.from - 1, entry.to);
  const forward = entry.direction === 'forward';
  const total = span.reduce((sum, _junction, index) => {
    const after = product(span.slice(index + 1).map((junction) => junction.fanOut));
    const before = product(span.slice(0, index).map((junction) => junction.fanIn));
    const averaged = Math.min(entry.neurons, forward ? after : before);
    const windows = Math.min(entry.windows.count, forward ? before : after);
    return sum + 2 * averaged * 2 * windows;
  }, 0);
  // A plain mean: its bits decide how many steps an anneal takes.
  return total / span.length;
}

/**
 * Above this many counts a swap, a span is left out of the energy and so left to chance: its entry, an average over that many
 * paths, hardly moves under swaps, and a proposal would take milliseconds (25088-4096-4096-1000 (64,64,125): 100 000 counts).
 */
const MOST_COUNTS_PER_SWAP = 20_000;

/** Counts that a step may change: about a fifth of a second. */
const COUNTS_PER_STEP = 30_000_000;
const PROPOSALS_PER_EDGE = 6;
const FEWEST_PROPOSALS = 4_000;
const MOST_PROPOSALS = 300_000;

/** Steps of an anneal of the second length: 4 unless the limits above leave a step fewer proposals an edge, and at most 64. */
const FEWEST_STEPS = 4;
const MOST_STEPS = 64;

/** Whether an entry can be followed swap by swap, at that price and in whole numbers. */
export const canFollow = (problem: Problem, entry: Entry, metric = problem.metric): boolean =>
  countsPerSwap(problem, entry) <= MOST_COUNTS_PER_SWAP &&
  pathCountFault(problem.architecture, [entry], metric) === null;

/** 98 304 proposals a step and 4 steps on 64-1024-64 (128,8): an eighth of a second in all. */
export function annealingPlan(problem: Problem): AnnealingPlan {
  const counted = problem.entries.filter((entry) => !entry.vacuous);
  const entries = counted.filter((entry) => canFollow(problem, entry));
  const counts = entries.reduce((sum, entry) => sum + countsPerSwap(problem, entry), 1);
  const edges = totalEdges(problem);
  const wanted = Math.min(PROPOSALS_PER_EDGE * edges, MOST_PROPOSALS, COUNTS_PER_STEP / counts);
  const proposalsPerStep = Math.ceil(Math.max(wanted, FEWEST_PROPOSALS));
  const steps = Math.ceil((FEWEST_STEPS * PROPOSALS_PER_EDGE * edges) / proposalsPerStep);
  const junctions = junctionSizes(problem.architecture)
    .filter((junction) => junction.density < 1)
    .map((junction) => junction.number);
  return {
    entries,
    junctions,
    proposalsPerStep,
    steps: Math.max(FEWEST_STEPS, Math.min(MOST_STEPS, steps)),
  };
}
