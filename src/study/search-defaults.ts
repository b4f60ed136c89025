import type { Constraints } from '../pattern/constraints/constraints.ts';
import type { EntryOptions } from '../pattern/entries.ts';
import type { Metric } from '../scatter/metric.ts';
import { defaultSearchOrder } from '../search/default-order.ts';
import type { Budget } from '../search/events.ts';

// In a file of its own: the command line wants it, and not all that a search needs.

/** What decides what a search finds; whatever is left out is as `searchDefaults` says. */
export interface SearchChoices {
  /** which scatter ranks; default 'indicator' */
  readonly metric?: Metric;
  /** how neurons form windows; default 'integral' */
  readonly windows?: EntryOptions['windows'];
  /** default 'io': every junction, and input to output; 'all': every span */
  readonly spans?: EntryOptions['spans'];
  /** what patterns must keep to besides their degrees; default: nothing */
  readonly constraints?: Constraints;
  /** names of strategies, or paths or file URLs of modules that hold one; default: several that complement each other */
  readonly strategies?: readonly (string | URL)[];
  /** a scatter from 0 to 1 to look for instead of the highest; the search ends once it is met within 0.005 */
  readonly target?: number;
  /** end once the best pattern is certified: none scores higher */
  readonly untilOptimal?: boolean;
  /** default: 10 seconds. By candidates the same seed finds the same on every machine */
  readonly budget?: Budget;
  /** end once this many candidates in a row were no better than the best; default: never */
  readonly patience?: number;
  /**
   * use up a budget by time even where the best is certified and nothing better in the order came for 60 s and 20 000 candidates;
   * default false: the search then ends. A budget by candidates is always done in full
   */
  readonly goOn?: boolean;
  /** what decides between patterns of equal scatter, one after the other: 'other-scatter' or names of proxies */
  readonly order?: readonly string[];
  /** decides everything random; default 1 */
  readonly seed?: number;
  /** patterns listed, and kept of each strategy; default 10 */
  readonly top?: number;
  /**
   * lines of search, each a strategy with random numbers of its own: another number finds other patterns. Default: 8 (5 with a
   * target, or a multiple of the strategies that are named), and with a budget by time at least one for each thread
   */
  readonly islands?: number;
}

/** What a search does where nothing is said: for the command line and the library alike. */
export const searchDefaults = {
  metric: 'indicator',
  windows: 'integral',
  spans: 'io',
  budget: { kind: 'time', seconds: 10 },
  order: defaultSearchOrder,
  seed: 1,
  top: 10,
} as const satisfies SearchChoices;

/** Beyond this many, a round's results would take longer to put together than they took to find. */
export const MOST_ISLANDS = 1024;

/** Allocations of an overall density that are compared where no number is said. */
export const DEFAULT_ALLOCATIONS = 4;
