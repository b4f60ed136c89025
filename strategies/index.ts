import type { Strategy } from '../src/search/strategy.ts';
import { anneal } from './anneal.ts';
import { clashFree } from './clash-free.ts';
import { evolve } from './evolve.ts';
import { exact } from './exact.ts';
import { expander } from './expander.ts';
import { local } from './local.ts';
import { permutationGrid } from './permutation-grid.ts';
import { radix } from './radix.ts';
import { sobol } from './sobol.ts';
import { target } from './target.ts';
import { uniformRandom } from './uniform-random.ts';

/** Every strategy, by the name it is asked for with; `names.ts` lists the names. */
export const strategies: ReadonlyMap<string, Strategy> = new Map(
  [uniformRandom, permutationGrid, exact, anneal, evolve, target, local, clashFree, radix, sobol, expander].map(
    (strategy) => [strategy.name, strategy],
  ),
);
