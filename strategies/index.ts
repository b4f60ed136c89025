import type { Strategy } from '../src/search/strategy.ts';
import { anneal } from './anneal.ts';
import { exact } from './exact.ts';
import { local } from './local.ts';
import { permutationGrid } from './permutation-grid.ts';
import { uniformRandom } from './uniform-random.ts';

/** Every strategy, by the name it is asked for with. */
export const strategies: ReadonlyMap<string, Strategy> = new Map(
  [uniformRandom, permutationGrid, exact, anneal, local].map((strategy) => [strategy.name, strategy]),
);

export const strategyNames: readonly string[] = [...strategies.keys()];
