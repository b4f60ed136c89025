import {
  type Allocation,
  type AllocationChoice,
  allocateDensity,
  allocationsToCompare,
} from '../pattern/allocation.ts';
import { describeFanOutList } from '../pattern/degree-choice.ts';
import { type AllocatedSearch, type AllocatedSearches, EQUAL_DEGREES_ONLY } from '../report/allocated-searches.ts';
import { DEFAULT_ALLOCATIONS } from '../study/search-defaults.ts';
import type { SearchResult } from '../study/search-result.ts';
import { type ArchitectureOptions, layersFrom } from './architecture-options.ts';
import { UsageError } from './errors.ts';

export interface AllocateOptions extends ArchitectureOptions {
  readonly allocate?: number | true;
  readonly resume?: string;
  readonly name?: string;
  readonly detach?: boolean;
}

/** The options of the search of one allocation. */
export interface AllocationSearch<Options> {
  readonly options: Options;
  readonly allocation: Allocation;
  readonly recommended: boolean;
}

/** @throws UsageError where there is no overall density to spread, or an option means a single study */
function requireAllocatable({ density, resume, detach }: AllocateOptions): number {
  if (resume !== undefined) {
    throw new UsageError('--resume goes on with one study, --allocate begins several', 'Resume each by its name.');
  }
  if (detach) {
    throw new UsageError('--allocate runs several studies, one after the other', 'Run it without --detach.');
  }
  if (density?.length === 1) return density[0];
  throw new UsageError('--allocate spreads one overall density', 'Give it: --density 12.5% --allocate.');
}

export interface PlannedSearches<Options> {
  readonly choice: AllocationChoice;
  readonly searches: readonly AllocationSearch<Options>[];
}

/** A search for each of a few allocations of the overall density. @throws UsageError, RangeError */
export function planAllocatedSearches<Options extends AllocateOptions>(options: Options): PlannedSearches<Options> {
  const density = requireAllocatable(options);
  const { degrees } = options;
  const choice = allocateDensity(layersFrom(options).layers, density, degrees === undefined ? {} : { degrees });
  const most = typeof options.allocate === 'number' ? options.allocate : DEFAULT_ALLOCATIONS;
  const searches = allocationsToCompare(choice, most).map((index, place) => {
    const allocation = choice.allocations[index];
    const own = {
      ...{ ...options, density: undefined, degrees: undefined, fanIn: [...allocation.fanIns] },
      ...(options.name === undefined ? {} : { name: `${options.name}-${place + 1}` }),
    };
    return { options: own, allocation, recommended: index === choice.recommended };
  });
  return { choice, searches };
}

/** "Allocation 2 of 4: fan-out 256,48, 50 % overall" */
export const allocationLine = ({ fanOuts }: Allocation, number: number, count: number): string =>
  `Allocation ${number} of ${count}: fan-out ${describeFanOutList(fanOuts)}.`;

/** What was found, side by side. */
export function allocatedSearches(
  choice: AllocationChoice,
  found: readonly (Omit<AllocationSearch<unknown>, 'options'> & { readonly result: SearchResult })[],
): AllocatedSearches {
  const allocations = found.map(({ allocation, recommended, result }): AllocatedSearch => {
    const { laterDenser: _, ...spread } = allocation;
    return { ...spread, recommended, ...result };
  });
  return { density: choice.density, allocations, reason: choice.reason, comparison: EQUAL_DEGREES_ONLY };
}
