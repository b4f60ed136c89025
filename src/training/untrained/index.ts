import type { Pattern } from '../../pattern/pattern.ts';
import { SparseNetwork } from '../sparse/network.ts';
import type { JunctionWeights } from '../trainer.ts';
import { batchOrder, startWeights } from '../weights.ts';
import { ntkCondition } from './ntk-condition.ts';
import { pathKernelTrace, synflow } from './path-scores.ts';
import { snip } from './snip.ts';
import {
  edgesOf,
  MOST_EXAMPLES,
  type UntrainedNetwork,
  type UntrainedScore,
  type UntrainedTask,
  type UntrainedValue,
} from './untrained-score.ts';

/** What is said of networks before they are trained, by name, in the order shown. To add one: write its file, name it here. */
export const untrainedScores: ReadonlyMap<string, UntrainedScore> = new Map(
  [snip, synflow, pathKernelTrace, ntkCondition].map((score) => [score.name, score]),
);

/** Start weights and order of examples are those of trainings with this seed: it is their network, before the first step. */
const SEED = 1;

/** Operations a second of one thread of the sparse engine, rounded down: what is left out must not depend on the machine. */
const RATE = 25e9;

/** Estimated seconds above which a score is left out: a candidate must not wait for one. */
const MOST_SECONDS = 0.5;

/** Why a score is not measured for such networks: one sentence; else null. */
function untrainedRefusal(score: UntrainedScore, { architecture, settings }: UntrainedTask): string | null {
  if (settings.front !== undefined) {
    return 'Untrained scores are those of connected layers; this network has convolutional layers in front of them.';
  }
  const seconds = (score.operations * edgesOf(architecture)) / RATE;
  if (seconds <= MOST_SECONDS) return null;
  return `It would take about ${seconds.toPrecision(2)} s a candidate; at most ${MOST_SECONDS} s are spent.`;
}

/** @param start its weights; default: those of seed 1 */
export function untrainedNetwork(
  pattern: Pattern,
  { architecture, dataset, settings }: UntrainedTask,
  start: readonly JunctionWeights[] = startWeights(pattern, SEED, settings),
): UntrainedNetwork {
  const { features, train } = dataset;
  const batch = Math.min(MOST_EXAMPLES, train.examples);
  return {
    ...{ architecture, pattern, start, train },
    order: batchOrder(SEED, 1, train.examples),
    open: () => new SparseNetwork({ architecture, pattern, start, settings, features, batch, fastMath: false }),
  };
}

const NOT_FINITE = 'The value is not a finite number.';

/**
 * All untrained scores of one pattern, by name: in this thread, and the same bits on every machine. Nothing is trained; what would
 * take long is left out with a reason.
 */
export function measureUntrained(pattern: Pattern, task: UntrainedTask): ReadonlyMap<string, UntrainedValue> {
  const network = untrainedNetwork(pattern, task);
  return new Map(
    [...untrainedScores].map(([name, score]) => {
      const reason = untrainedRefusal(score, task);
      if (reason !== null) return [name, { value: null, reason }];
      const measured = score.measure(network);
      const usable = measured.value === null || Number.isFinite(measured.value);
      return [name, usable ? measured : { value: null, reason: NOT_FINITE }];
    }),
  );
}
