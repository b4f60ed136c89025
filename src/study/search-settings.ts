import { InvalidValueError } from '../base/caller-errors.ts';
import { type Outcome, success } from '../base/failure.ts';
import type { Architecture } from '../pattern/architecture.ts';
import type { Constraints } from '../pattern/constraints/constraints.ts';
import type { EntryOptions } from '../pattern/entries.ts';
import { type Metric, metrics } from '../scatter/metric.ts';
import type { Budget } from '../search/events.ts';
import { defaultSearchOrder } from '../search/ranking.ts';
import { checkRequest } from '../search/search-faults.ts';
import { refusalOfConstraints } from './constraints-refusal.ts';
import { requireKnownOptions } from './known-options.ts';
import { islandsFor } from './portfolio.ts';
import { problemOf, type StudySettings } from './settings.ts';

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
  /** what decides between patterns of equal scatter, one after the other: 'other-scatter' or names of proxies */
  readonly order?: readonly string[];
  /** decides everything random; default 1 */
  readonly seed?: number;
  /** patterns listed, and kept of each strategy; default 10 */
  readonly top?: number;
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

const choiceNames = [
  ...['metric', 'windows', 'spans', 'constraints', 'strategies', 'target', 'untilOptimal'],
  ...['budget', 'patience', 'order', 'seed', 'top'],
] as const satisfies readonly (keyof SearchChoices)[];

function requireBudget({ kind }: Budget): void {
  if (kind === 'candidates' || kind === 'time') return;
  throw new InvalidValueError(`the budget must be of the kind candidates or time; got ${String(kind)}`);
}

function requireTarget(target: number | null, untilOptimal: boolean): void {
  if (target === null) return;
  if (!(target >= 0 && target <= 1)) {
    throw new InvalidValueError(`the target must be a scatter from 0 to 1; got ${target}`);
  }
  if (!untilOptimal) return;
  throw new InvalidValueError(
    'a target asks for a certain scatter, and until-optimal for the highest',
    'Give one of them: a search ends anyway once the target is met.',
  );
}

function requireKept(architecture: Architecture, constraints: Constraints): void {
  const refusal = refusalOfConstraints(architecture, constraints);
  if (refusal === null) return;
  throw new InvalidValueError(`these constraints are refused: ${refusal}`, 'Loosen them, or choose other fan-outs.');
}

/** Choices without those whose value is undefined. */
const said = (choices: SearchChoices): SearchChoices =>
  Object.fromEntries(Object.entries(choices).filter(([, value]) => value !== undefined));

/**
 * The settings of a search: what was chosen, and the defaults of what was not. Nothing is stored or started.
 * @param baseName what a study of these settings is named after; default: the layers
 * @returns Failures of a strategy file that cannot be used
 * @throws RangeError or TypeError for what cannot be: values out of range, a target together with until-optimal, an unknown strategy,
 *   constraints that no pattern keeps
 */
export async function searchSettings(
  architecture: Architecture,
  choices: SearchChoices = {},
  baseName: string = architecture.layers.join('-'),
): Promise<Outcome<StudySettings>> {
  requireKnownOptions(choices, choiceNames, 'a search');
  const chosen = { ...searchDefaults, ...said(choices) };
  const { metric, windows, spans, constraints, seed, budget, order, patience, untilOptimal = false } = chosen;
  const target = chosen.target ?? null;
  if (!metrics.includes(metric)) {
    throw new InvalidValueError(`the metric must be ${metrics.join(' or ')}; got ${String(metric)}`);
  }
  requireBudget(budget);
  requireTarget(target, untilOptimal);
  if (constraints !== undefined) requireKept(architecture, constraints);
  const islands = await islandsFor(chosen.strategies, target);
  if (!islands.ok) return islands;
  const settings: StudySettings = {
    ...{ kind: 'search', baseName, architecture, metric, entries: { windows, spans } },
    ...(constraints === undefined ? {} : { constraints }),
    ...{ islands: islands.value, seed, budget, keep: chosen.top, order, target, untilOptimal },
    ...(patience === undefined ? {} : { patience }),
    training: null,
  };
  checkRequest({ ...settings, problem: problemOf(settings), workers: 1 });
  return success(settings);
}
