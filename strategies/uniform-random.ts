import type { Random } from '../src/base/random.ts';
import { junctionSizes } from '../src/pattern/architecture.ts';
import type { Pattern } from '../src/pattern/pattern.ts';
import { defineStrategy, type Problem } from '../src/search/strategy.ts';
import { constrainedPattern, constraintsRefusal } from './constraints/constrained-problem.ts';
import { independentStep, type StepCount } from './shared/batch.ts';
import { randomJunction } from './shared/biregular.ts';

/** A pattern drawn uniformly, up to mixing, from all of the architecture's, whatever the problem's constraints. */
export function uniformRandomPattern(problem: Problem, random: Random): Pattern {
  const { layers, fanOuts } = problem.architecture;
  const junctions = junctionSizes(problem.architecture).map(({ number, left, right, fanOut }) =>
    randomJunction(left, right, fanOut, random.fork(number)),
  );
  return { layers, fanOuts, junctions };
}

export const uniformRandom = defineStrategy<StepCount>({
  name: 'uniform-random',
  summary: 'every pattern of these degrees equally likely',
  source:
    'Global curveball: Strona et al. 2014 (doi 10.1038/ncomms5114), proved uniform by Carstens et al. 2018 (arXiv 1804.08487); here from a round-robin start, with the rounds that measurement asks for; under constraints trades within memories or blocks, around fixed edges. Of balanced degrees, which left neurons have an edge more is drawn uniformly: by symmetry each choice has equally many patterns; around fixed edges, where it has not, moves pass it on',
  accepts: (problem) => constraintsRefusal(problem) ?? true,
  start: () => 0,
  step: (problem, steps, _elites, random) => independentStep(problem, steps, random, constrainedPattern),
});
