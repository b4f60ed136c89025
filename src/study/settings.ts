import type { Architecture } from '../pattern/architecture.ts';
import type { Constraints } from '../pattern/constraints/constraints.ts';
import { type EntryOptions, scatterEntries } from '../pattern/entries.ts';
import type { Metric } from '../scatter/metric.ts';
import type { Budget, IslandSpec } from '../search/events.ts';
import type { Problem } from '../search/strategy.ts';
import type { TrainingSettings } from '../training/trainer.ts';

/** Which of the found candidates are trained, on what and how. */
export interface TrainingPlan {
  /** a dataset's name with its options, as on the command line: "morse:examples=500/100/100" */
  readonly dataset: string;
  readonly candidates: number;
  /** trainings of every candidate, with seeds 1 … seeds */
  readonly seeds: number;
  readonly settings: TrainingSettings;
  readonly engine: string;
  readonly backend: string;
}

/** Everything that decides what a study finds. Plain JSON: it is stored with the study and read back to resume it. */
export interface StudySettings {
  readonly kind: 'search' | 'demo';
  readonly baseName: string;
  readonly architecture: Architecture;
  readonly metric: Metric;
  readonly entries: EntryOptions;
  /** what candidates must keep to besides their degrees; absent: nothing */
  readonly constraints?: Constraints;
  readonly islands: readonly IslandSpec[];
  readonly seed: number;
  readonly budget: Budget;
  /** candidates kept of each island */
  readonly keep: number;
  /** what decides between candidates of equal S, in turn: 'other-scatter' or names of proxies; see leaderboard.ts for older studies */
  readonly order: readonly string[];
  readonly target: number | null;
  readonly untilOptimal: boolean;
  /** the search ends once so many candidates in a row were not better than the best; absent: it does not */
  readonly patience?: number;
  readonly training: TrainingPlan | null;
}

export function problemOf(settings: StudySettings): Problem {
  const { architecture, metric, target, constraints } = settings;
  const entries = scatterEntries(architecture, settings.entries);
  return { architecture, entries, metric, target, ...(constraints === undefined ? {} : { constraints }) };
}

/** "8 islands, 30 s, or 100 candidates in a row without a better one" */
export function describeSearch({ islands, budget, patience }: StudySettings): string {
  const count = islands.length === 1 ? '1 island' : `${islands.length} islands`;
  const patient = patience === undefined ? '' : `, or ${patience} candidates in a row without a better one`;
  return `${count}, ${describeBudget(budget)}${patient}`;
}

/** "30 s" or "500 candidates" */
export function describeBudget(budget: Budget): string {
  return budget.kind === 'time' ? `${budget.seconds} s` : `${budget.candidates} candidates`;
}
