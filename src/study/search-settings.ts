import { availableParallelism } from 'node:os';
import { InvalidValueError } from '../base/caller-errors.ts';
import { type Outcome, success } from '../base/failure.ts';
import type { Architecture } from '../pattern/architecture.ts';
import type { Constraints } from '../pattern/constraints/constraints.ts';
import { metrics } from '../scatter/metric.ts';
import type { Budget } from '../search/events.ts';
import { checkRequest } from '../search/search-faults.ts';
import { refusalOfConstraints } from './constraints-refusal.ts';
import { requireKnownOptions } from './known-options.ts';
import { islandsFor } from './portfolio.ts';
import { MOST_ISLANDS, type SearchChoices, searchDefaults } from './search-defaults.ts';
import { problemOf, type StudySettings } from './settings.ts';

const choiceNames = [
  ...['metric', 'windows', 'spans', 'constraints', 'strategies', 'target', 'untilOptimal'],
  ...['budget', 'patience', 'goOn', 'order', 'seed', 'top', 'islands'],
] as const satisfies readonly (keyof SearchChoices)[];

function requireBudget({ kind }: Budget): void {
  if (kind === 'candidates' || kind === 'time') return;
  throw new InvalidValueError(`the budget must be of the kind candidates or time; got ${String(kind)}`);
}

function requireIslands(islands: number | undefined): void {
  if (islands === undefined || (Number.isSafeInteger(islands) && islands >= 1 && islands <= MOST_ISLANDS)) return;
  throw new InvalidValueError(`the number of islands must be a whole number from 1 to ${MOST_ISLANDS}; got ${islands}`);
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
 * @param threads of the machine that will search: with a budget by time it has work for each of them
 * @returns Failures of a strategy file that cannot be used
 * @throws RangeError or TypeError for what cannot be: values out of range, a target together with until-optimal, an unknown strategy,
 *   constraints that no pattern keeps
 */
export async function searchSettings(
  architecture: Architecture,
  choices: SearchChoices = {},
  baseName: string = architecture.layers.join('-'),
  threads: number = availableParallelism(),
): Promise<Outcome<StudySettings>> {
  requireKnownOptions(choices, choiceNames, 'a search');
  const chosen = { ...searchDefaults, ...said(choices) };
  const { metric, windows, spans, constraints, seed, budget, order, patience, goOn, untilOptimal = false } = chosen;
  const target = chosen.target ?? null;
  if (!metrics.includes(metric)) {
    throw new InvalidValueError(`the metric must be ${metrics.join(' or ')}; got ${String(metric)}`);
  }
  requireBudget(budget);
  requireTarget(target, untilOptimal);
  if (constraints !== undefined) requireKept(architecture, constraints);
  requireIslands(chosen.islands);
  const least = budget.kind === 'time' ? Math.min(threads, MOST_ISLANDS) : 0;
  const islands = await islandsFor(chosen.strategies, target, (usual) => chosen.islands ?? Math.max(usual, least));
  if (!islands.ok) return islands;
  const settings: StudySettings = {
    ...{ kind: 'search', baseName, architecture, metric, entries: { windows, spans } },
    ...(constraints === undefined ? {} : { constraints }),
    ...{ islands: islands.value, seed, budget, keep: chosen.top, order, target, untilOptimal },
    ...(patience === undefined ? {} : { patience }),
    ...(goOn === undefined ? {} : { goOn }),
    training: null,
  };
  checkRequest({ ...settings, problem: problemOf(settings), workers: 1 });
  return success(settings);
}
