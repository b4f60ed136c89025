import type { Architecture } from '../pattern/architecture.ts';
import type { Constraints } from '../pattern/constraints/constraints.ts';
import { type EntryOptions, scatterEntries } from '../pattern/entries.ts';
import { OTHER_SCATTER } from '../proxies/ranking.ts';
import { requireShares } from '../scatter/mean-share.ts';
import type { Metric } from '../scatter/metric.ts';
import type { Budget, IslandSpec } from '../search/events.ts';
import type { Problem } from '../search/strategy.ts';
import type { StudyRecord } from '../store/index.ts';
import type { TrainingSettings } from '../training/trainer.ts';

/** Which of the found candidates are trained, on what and how. */
export interface StudyTraining {
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
  /** what decides between candidates of equal S, in turn: 'other-scatter' or names of proxies */
  readonly order: readonly string[];
  readonly target: number | null;
  readonly untilOptimal: boolean;
  /** the search ends once so many candidates in a row were not better than the best; absent: it does not */
  readonly patience?: number;
  readonly training: StudyTraining | null;
}

export function problemOf(settings: StudySettings): Problem {
  const { architecture, metric, target, constraints } = settings;
  const entries = scatterEntries(architecture, settings.entries, metric);
  requireShares(entries, metric);
  return { architecture, entries, metric, target, ...(constraints === undefined ? {} : { constraints }) };
}

/** What studies ranked by after S before their order was theirs to choose, and what one without a search ranks by. */
const FORMER_ORDER: readonly string[] = [OTHER_SCATTER];

/** What decides between the study's candidates of equal S, in turn. */
export const orderOf = ({ settings }: StudyRecord): readonly string[] =>
  (settings as Partial<StudySettings>).order ?? FORMER_ORDER;

/** The S that the study looks for; null where the highest is wanted. */
export const targetOf = ({ settings }: StudyRecord): number | null =>
  (settings as Partial<StudySettings>).target ?? null;

/** The settings of a study that searches, as they were stored; what versions before did not have is filled in. */
export const storedSettings = (study: StudyRecord): StudySettings => ({
  ...(study.settings as StudySettings),
  order: orderOf(study),
  target: targetOf(study),
});
