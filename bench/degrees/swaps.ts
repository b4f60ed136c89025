import { Random } from '../../src/base/random.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { fanOutsForFanIns } from '../../src/pattern/degree-choice.ts';
import { scatterEntries } from '../../src/pattern/entries.ts';
import type { Problem } from '../../src/search/strategy.ts';
import { annealingPlan } from '../../strategies/shared/annealing-plan.ts';
import { coolWalk } from '../../strategies/shared/cooling.ts';
import { boundsOf, lackEnergy } from '../../strategies/shared/energy.ts';
import { SwapWalk } from '../../strategies/shared/swap-walk.ts';
import { uniformRandomPattern } from '../../strategies/uniform-random.ts';
import { summarize, table } from '../timing.ts';

/** A balanced net, and an exact one of about as many edges. */
const pairs: readonly (readonly [layers: readonly number[], fanIns: readonly number[]])[][] = [
  [
    [[784, 300], [78]],
    [[780, 300], [78]],
  ],
  [
    [
      [784, 300, 100],
      [78, 30],
    ],
    [
      [780, 300, 100],
      [78, 30],
    ],
  ],
  [
    [
      [1024, 1024, 300],
      [128, 103],
    ],
    [
      [1024, 1024, 256],
      [128, 120],
    ],
  ],
];

const PROPOSALS = 20_000;
const WARM_UPS = 10;
const ROUNDS = 31;

function problemOf(layers: readonly number[], fanIns: readonly number[]): Problem {
  const architecture = defineArchitecture({ layers, fanOuts: fanOutsForFanIns(layers, fanIns) });
  const metric = 'indicator';
  return { architecture, entries: scatterEntries(architecture, {}, metric), metric, target: null };
}

/** A descent from a random pattern, which goes on from call to call. */
function descentOf(problem: Problem): () => void {
  const plan = annealingPlan(problem);
  const random = Random.fromSeed(1);
  const walk = new SwapWalk(problem, plan, uniformRandomPattern(problem, random.fork(0)), ['any']);
  const energy = lackEnergy(boundsOf(problem, plan), 2);
  const cooling = { hottest: 0, ratio: 1, total: Number.MAX_SAFE_INTEGER };
  const step = { energy, moves: ['any'] as const, cooling, done: 0, most: PROPOSALS, arrived: () => false };
  return () => coolWalk(walk, step, random);
}

/** Thousands of proposals a second of each, measured alternately: what the compiler learnt from one helps or harms the other. */
function speedsOf(problems: readonly Problem[]): number[] {
  const descents = problems.map(descentOf);
  const times: number[][] = problems.map(() => []);
  for (let round = -WARM_UPS; round < ROUNDS; round++) {
    for (const [index, descend] of descents.entries()) {
      const begun = performance.now();
      descend();
      if (round >= 0) times[index].push(performance.now() - begun);
    }
  }
  return times.map((own) => PROPOSALS / summarize(own).medianMs);
}

/** A balanced net beside an exact one: thousands of proposals a second, and what a balanced proposal costs in exact ones. */
export function swapTable(): string {
  const rows = pairs.map((pair) => {
    const [balanced, exact] = speedsOf(pair.map(([layers, fanIns]) => problemOf(layers, fanIns)));
    const names = pair.map(([layers, fanIns]) => `${layers.join('-')} (${fanIns.join(',')})`);
    return [...names, balanced.toFixed(0), exact.toFixed(0), (exact / balanced).toFixed(2)];
  });
  return table([['balanced (fan-ins)', 'exact', 'balanced k/s', 'exact k/s', 'cost'], ...rows]);
}
