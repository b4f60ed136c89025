import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { strategies } from '../../strategies/index.ts';
import { strategyNames } from '../../strategies/names.ts';
import { InvalidTypeError, InvalidValueError } from '../base/caller-errors.ts';
import { type Outcome, success } from '../base/failure.ts';
import { isModulePath } from '../base/user-module.ts';
import type { IslandSpec } from '../search/events.ts';
import { inspectStrategyFile } from '../search/inspect-strategy-file.ts';

/** Islands of a search whose strategies are named; fixed, so that a study does not depend on the machine. */
const USUAL_ISLANDS = 8;

/**
 * What searches for the highest scatter unless told otherwise: what won in `npm run bench -- search` (docs/findings/search.md), and
 * `uniform-random`, which refuses nothing. `exact` finds the optimum at once where one can be constructed, `sobol` where sizes are
 * powers of two and every span counts; annealing is ahead wherever neither is.
 */
const forHighest = ['exact', 'sobol', 'anneal', 'sobol', 'anneal', 'evolve', 'anneal', 'uniform-random'];

/** What looks for a wanted scatter. */
const forTarget = ['target', 'target', 'target', 'anneal', 'target'];

/** So many islands, with the strategies one after another, again and again. */
const repeated = (specs: readonly IslandSpec[], count: number): IslandSpec[] =>
  Array.from({ length: count }, (_, island) => specs[island % specs.length]);

/**
 * The islands of a search that names no strategies. @param target wanted S, or null for the highest
 * @param count how many; default: `usualIslands`
 */
export function defaultIslands(target: number | null, count?: number): IslandSpec[] {
  const specs = (target === null ? forHighest : forTarget).map((strategy) => ({ strategy }));
  return repeated(specs, count ?? specs.length);
}

/**
 * Islands of a search for which no number is said: the same on every machine.
 * @param strategies how many are named; null: none
 */
export function usualIslands(target: number | null, strategies: number | null): number {
  if (strategies === null) return (target === null ? forHighest : forTarget).length;
  return strategies * Math.ceil(USUAL_ISLANDS / strategies);
}

/** As islands name it, so that what was asked for can be compared with what a study has: a path resolved, a name as it is. */
export const strategyAsked = (strategy: string | URL): string => {
  if (strategy instanceof URL) return fileURLToPath(strategy);
  return isModulePath(strategy) ? resolve(strategy) : strategy;
};

/** How an island's strategy is asked for: by its name, or by the path of its file. */
export const strategyOf = ({ strategy, file }: IslandSpec): string => file?.path ?? strategy;

function requireKnown(asked: readonly (string | URL)[]): void {
  for (const strategy of asked) {
    if (strategy instanceof URL) continue;
    if (typeof strategy !== 'string') {
      throw new InvalidTypeError(`a strategy is given by its name or its file; got ${typeof strategy}`);
    }
    if (isModulePath(strategy) || strategies.has(strategy)) continue;
    throw new InvalidValueError(
      `there is no strategy named "${strategy}"`,
      `The strategies are: ${strategyNames.join(', ')}; one of your own is given by its file, such as ./mine.mjs.`,
    );
  }
}

/**
 * Islands for the strategies that were asked for, names and files mixed; the default portfolio where none was.
 * @param target wanted S, or null for the highest
 * @param countFor how many islands there are, given how many are usual
 * @returns as `inspectStrategyFile` for a file that holds no strategy
 * @throws RangeError for an unknown name, TypeError for what is neither a name nor a file
 */
export async function islandsFor(
  asked: readonly (string | URL)[] | undefined,
  target: number | null,
  countFor: (usual: number) => number,
): Promise<Outcome<IslandSpec[]>> {
  if (asked === undefined) return success(defaultIslands(target, countFor(usualIslands(target, null))));
  if (asked.length === 0) throw new InvalidValueError('a search needs at least one strategy; got none');
  requireKnown(asked);
  const specs = new Map<string, IslandSpec>();
  for (const strategy of new Set(asked.map(strategyAsked))) {
    if (!isModulePath(strategy)) {
      specs.set(strategy, { strategy });
      continue;
    }
    const inspected = await inspectStrategyFile(strategy, [...strategyNames, ...specs.keys()]);
    if (!inspected.ok) return inspected;
    specs.set(inspected.value.strategy, inspected.value);
  }
  return success(repeated([...specs.values()], countFor(usualIslands(target, specs.size))));
}
