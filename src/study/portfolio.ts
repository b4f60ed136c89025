import type { IslandSpec } from '../search/events.ts';

/** Enough to keep the cores of a workstation busy; fixed, so that a study does not depend on the machine. */
const LEAST_ISLANDS = 8;

/** Every strategy in turn until there are enough islands. */
export function defaultIslands(chosen: readonly string[]): IslandSpec[] {
  const rounds = Math.ceil(LEAST_ISLANDS / chosen.length);
  return Array.from({ length: rounds }, () => chosen.map((strategy) => ({ strategy }))).flat();
}
