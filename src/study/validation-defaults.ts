import type { Constraints } from '../pattern/constraints/constraints.ts';
import type { EntryOptions } from '../pattern/entries.ts';
import type { OwnProxySpec } from '../proxies/own/own-proxy.ts';
import type { Metric } from '../scatter/metric.ts';
import { DEFAULT_MARGIN } from '../validation/default-margin.ts';

// In a file of its own: the command line wants it, and not all that a validation needs.

/** What decides a validation; whatever is left out is as `validationDefaults` says. */
export interface ValidationChoices {
  readonly metric?: Metric;
  readonly windows?: EntryOptions['windows'];
  readonly spans?: EntryOptions['spans'];
  readonly constraints?: Constraints;
  /** candidates to train; default 50 */
  readonly candidates?: number;
  /** trainings of every candidate; default one, and a second for every third */
  readonly seeds?: number;
  /** accuracy points, default 0.5; of another score in its unit, without a default */
  readonly margin?: number;
  /** levels of scatter from the random level up alone */
  readonly topOnly?: boolean;
  /** decides patterns and permutations; default 1 */
  readonly seed?: number;
  /** train seed after seed, and stop once the answer is there: the levels of the rule are shared between the looks; default false */
  readonly adaptive?: boolean;
  /** trainings of renumbered twins after a claim; default 12, 0 for none */
  readonly twins?: number;
  /** proxies of the user's own among the rivals: what `ownProxies` gives */
  readonly proxies?: readonly OwnProxySpec[];
}

/** What a validation does where nothing is said: for the command line and the library alike. */
export const validationDefaults = {
  metric: 'indicator',
  windows: 'integral',
  spans: 'io',
  candidates: 50,
  margin: DEFAULT_MARGIN,
  topOnly: false,
  seed: 1,
  twins: 12,
} as const satisfies ValidationChoices;
