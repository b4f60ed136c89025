import type { IslandSpec } from '../search/events.ts';

/** Enough to keep the cores of a workstation busy; fixed, so that a study does not depend on the machine. */
const LEAST_ISLANDS = 8;

/**
 * What searches for the highest scatter unless told otherwise: what won in `npm run bench -- search` (docs/findings/search.md), and
 * `uniform-random`, which refuses nothing. `exact` finds the optimum at once where one can be constructed, `sobol` where sizes are
 * powers of two and every span counts; annealing is ahead wherever neither is.
 */
const highest = ['exact', 'sobol', 'anneal', 'sobol', 'anneal', 'evolve', 'anneal', 'uniform-random'];

/** What looks for a wanted scatter. */
const wanted = ['target', 'target', 'target', 'anneal', 'target'];

/** The islands of a search that names no strategies. @param target wanted S, or null for the highest */
export const defaultIslands = (target: number | null): IslandSpec[] =>
  (target === null ? highest : wanted).map((strategy) => ({ strategy }));

/** The strategies that were named, in turn, until there are enough islands. */
export function islandsInTurn(chosen: readonly string[]): IslandSpec[] {
  const rounds = Math.ceil(LEAST_ISLANDS / chosen.length);
  return Array.from({ length: rounds }, () => chosen.map((strategy) => ({ strategy }))).flat();
}
