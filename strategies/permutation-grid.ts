import { defineStrategy } from '../src/search/strategy.ts';
import { independentStep, type StepCount } from './shared/batch.ts';
import { permutationGridPattern, permutationGridRefusal } from './shared/permutation-grid-pattern.ts';

/**
 * Every block along the windows of a junction a random p-regular 0/1 matrix, p = its windows' ideal: for p = 1 a permutation
 * matrix, and with p edges where p are ideal both entries of every junction are 1 in both metrics. Of balanced degrees blocks as near to
 * that as they can be (balanced-grid.ts).
 */
export const permutationGrid = defineStrategy<StepCount>({
  name: 'permutation-grid',
  summary: 'scatter 1 (of balanced degrees, its bound) in every junction, spans left to chance',
  source:
    'Grids of permutation matrices, as in quasi-cyclic LDPC codes and transposable N:M masks (Hubara et al. 2021, arXiv 2102.08124); here each block drawn uniformly, also for an ideal above 1, and windows of any equal partition. Of balanced degrees edges are dealt out in turn to windows, right and left neurons (docs/exact-construction.md): forward at its bound, backward at it or next to it',
  accepts: (problem) => permutationGridRefusal(problem) ?? true,
  start: () => 0,
  step: (problem, steps, _elites, random) => independentStep(problem, steps, random, permutationGridPattern),
});
