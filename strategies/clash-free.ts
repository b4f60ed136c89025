import type { Random } from '../src/base/random.ts';
import { isExact, type JunctionSize, junctionSizes } from '../src/pattern/architecture.ts';
import { parallelismFault } from '../src/pattern/clash-free.ts';
import type { Pattern } from '../src/pattern/pattern.ts';
import { defineStrategy, type Problem, type Step } from '../src/search/strategy.ts';
import { type ClashFreeVariant, clashFreeJunction } from './clash-free/sweeps.ts';
import { refusesConstraints } from './constraints/constrained-problem.ts';
import { independentStep } from './shared/batch.ts';

/** In the order in which candidates take turns. */
export const clashFreeVariants: readonly ClashFreeVariant[] = [
  { type: 1, dither: false },
  { type: 1, dither: true },
  { type: 2, dither: false },
  { type: 2, dither: true },
  { type: 3, dither: false },
  { type: 3, dither: true },
];

function divisors(n: number): number[] {
  const small: number[] = [];
  for (let d = 1; d * d <= n; d++) if (n % d === 0) small.push(d);
  return [...new Set([...small, ...small.map((d) => n / d).reverse()])];
}

/** Numbers of memories to choose from: neither one memory, where nothing can clash, nor one for each neuron, where such exist. */
function parallelisms(left: number): number[] {
  const all = divisors(left);
  return all.length > 2 ? all.slice(1, -1) : all;
}

function parallelismOf(problem: Problem, { number, left }: JunctionSize, random: Random): number {
  const wanted = problem.constraints?.parallelism?.[number - 1] ?? null;
  if (wanted !== null) return wanted;
  const choices = parallelisms(left);
  return choices[random.below(choices.length)];
}

/** A pattern clash-free at the parallelisms that the problem asks for, or else, junction by junction, at ones drawn. */
export function clashFreePattern(problem: Problem, variant: ClashFreeVariant, random: Random): Pattern {
  const { layers, fanOuts } = problem.architecture;
  const junctions = junctionSizes(problem.architecture).map((size) => {
    const stream = random.fork(size.number);
    return clashFreeJunction(size, parallelismOf(problem, size, stream), variant, stream);
  });
  return { layers, fanOuts, junctions };
}

/** Why the parallelisms asked for do not fit the layers, or null. */
function unfitParallelism(problem: Problem): string | null {
  const faults = junctionSizes(problem.architecture).map(({ number, left }) => {
    const z = problem.constraints?.parallelism?.[number - 1] ?? null;
    const fault = z === null ? null : parallelismFault(left, z);
    return fault === null ? null : `junction ${number}: ${fault}`;
  });
  return faults.find((fault) => fault !== null) ?? null;
}

/** A sweep reads every left neuron once, and whole sweeps make a junction. */
function unevenSweeps(problem: Problem): string | null {
  const size = junctionSizes(problem.architecture).find((each) => !isExact(each));
  if (size === undefined) return null;
  const { number, leastFanOut, mostFanOut } = size;
  return `every sweep of the memories reads each left neuron once, and in junction ${number} some have ${leastFanOut} and some ${mostFanOut} edges: it needs exact degrees`;
}

interface TypeTotals {
  readonly steps: number;
  readonly made: number;
}

function step(problem: Problem, { steps, made }: TypeTotals, random: Random): Step<TypeTotals> {
  let next = made;
  const { candidates, swaps } = independentStep(problem, steps, random, (own, stream) =>
    clashFreePattern(own, clashFreeVariants[next++ % clashFreeVariants.length], stream),
  );
  return { state: { steps: steps + 1, made: next }, candidates, swaps };
}

/** Patterns that hardware can read z edges at a time, each from a memory of its own. */
export const clashFree = defineStrategy<TypeTotals>({
  name: 'clash-free',
  summary: 'left neurons in z memories, every cycle reading z of them at once: patterns for parallel hardware',
  source:
    'Dey, Beerel & Chugg 2017, Interleaver design for deep neural networks; Dey et al. 2019 (arXiv 1812.01164): types 1, 2 and 3, with and without memory dither. Here a sweep is drawn so that the right neuron it shares with the sweep before reads no left neuron twice, and where no z is asked for each junction draws a divisor of its left layer, whether or not junctions then take equally many cycles',
  accepts: (problem) => {
    const { parallelism: _, ...others } = problem.constraints ?? {};
    return (
      unevenSweeps(problem) ?? unfitParallelism(problem) ?? refusesConstraints({ ...problem, constraints: others })
    );
  },
  start: () => ({ steps: 0, made: 0 }),
  step: (problem, progress, _elites, random) => step(problem, progress, random),
});
