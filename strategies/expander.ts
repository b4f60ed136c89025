import type { Random } from '../src/base/random.ts';
import { junctionSizes } from '../src/pattern/architecture.ts';
import type { Pattern } from '../src/pattern/pattern.ts';
import { defineStrategy, type Problem } from '../src/search/strategy.ts';
import { refusesConstraints } from './constraints/constrained-problem.ts';
import { expanderJunction, hasOneSpectrum } from './expander/expander-junction.ts';
import type { StepCount } from './shared/batch.ts';

/** Every junction chosen for a small second singular value, from random junctions or from 2-lifts as drawn. */
export function expanderPattern(problem: Problem, random: Random): Pattern {
  const { layers, fanOuts } = problem.architecture;
  const junctions = junctionSizes(problem.architecture).map((size) => {
    const stream = random.fork(size.number);
    return expanderJunction(size, stream.below(2) === 0 ? 'random' : 'lift', stream);
  });
  return { layers, fanOuts, junctions };
}

const ONE_SPECTRUM =
  'every junction is dense or has a fan-in or fan-out of 1: all patterns of these degrees have the same second singular values';

/** Expanders: what differs between neurons is mixed as fast as their degrees allow, whatever their numbers. */
export const expander = defineStrategy<StepCount>({
  name: 'expander',
  summary: 'junctions with a small second singular value: expander graphs, most of them Ramanujan',
  source:
    'X-Nets (Prabhu, Varma & Namboodiri 2018, arXiv 1711.08757): random biregular graphs; random 2-lifts (Bilu & Linial 2006; that good ones exist: Marcus, Spielman & Srivastava 2015, arXiv 1304.4132). Here the best of a few by λ2, and swaps that lower Σσ⁴. Ramanujan products (Vooturi et al. 2020, arXiv 2006.13486) are left out: λ2 of A⊗B is the greater of λ1(A)·λ2(B) and λ2(A)·λ1(B), above that of random junctions of these degrees',
  accepts: (problem) =>
    junctionSizes(problem.architecture).every(hasOneSpectrum) ? ONE_SPECTRUM : refusesConstraints(problem),
  start: () => 0,
  step: (problem, steps, _elites, random) => ({
    state: steps + 1,
    candidates: [expanderPattern(problem, random)],
    swaps: 0,
  }),
});
