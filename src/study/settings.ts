import { z } from 'zod';
import { type DocumentOrigin, readDocument, type SameType } from '../base/documents.ts';
import { type Outcome, unwrap } from '../base/failure.ts';
import type { Architecture } from '../pattern/architecture.ts';
import { architectureSchema } from '../pattern/architecture-schema.ts';
import type { Constraints } from '../pattern/constraints/constraints.ts';
import { constraintsSchema } from '../pattern/constraints/constraints-schema.ts';
import { type EntryOptions, scatterEntries } from '../pattern/entries.ts';
import { entryOptionsSchema, metricSchema } from '../pattern/entries-schema.ts';
import { OTHER_SCATTER } from '../proxies/names.ts';
import { requireShares } from '../scatter/mean-share.ts';
import type { Metric } from '../scatter/metric.ts';
import type { Budget, IslandSpec } from '../search/events.ts';
import { budgetSchema, islandSchema } from '../search/request-schema.ts';
import type { Problem } from '../search/strategy.ts';
import type { StudyRecord } from '../store/index.ts';
import type { OwnTrainer } from '../training/command/own-trainer.ts';
import { ownTrainerSchema } from '../training/command/own-trainer-schema.ts';
import { trainingSettingsSchema } from '../training/settings-schema.ts';
import type { TrainingSettings } from '../training/trainer.ts';
import { type StudyValidation, validationSchema } from './validation-design.ts';

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
  /** of the engine 'command' */
  readonly trainer?: OwnTrainer;
}

/** Everything that decides what a study finds. Plain JSON: it is stored with the study and read back to resume it. */
export interface StudySettings {
  readonly kind: 'search' | 'demo' | 'validate';
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
  /** what decides between candidates of equal S, one after the other: 'other-scatter' or names of proxies */
  readonly order: readonly string[];
  readonly target: number | null;
  readonly untilOptimal: boolean;
  /** the search ends once this many candidates in a row were not better than the best; absent: it goes on */
  readonly patience?: number;
  /** a budget by time is used up even where the best is certified and nothing better has come for long; absent: false */
  readonly goOn?: boolean;
  readonly training: StudyTraining | null;
  /** the design of a study that validates the link; absent: candidates are searched for, not planned */
  readonly validation?: StudyValidation;
}

export function problemOf(settings: StudySettings): Problem {
  const { architecture, metric, target, constraints } = settings;
  const entries = scatterEntries(architecture, settings.entries, metric);
  requireShares(entries, metric);
  return { architecture, entries, metric, target, ...(constraints === undefined ? {} : { constraints }) };
}

/** What studies ranked by after S before their order was theirs to choose, and what one without a search ranks by. */
const FORMER_ORDER: readonly string[] = [OTHER_SCATTER];

const training = z.strictObject({
  dataset: z.string().min(1),
  candidates: z.int().positive(),
  seeds: z.int().positive(),
  settings: trainingSettingsSchema,
  engine: z.string(),
  backend: z.string(),
  trainer: ownTrainerSchema.optional(),
});

const scatter = z.number().min(0).max(1);

/** Settings as they are stored. What was not there yet in older versions is filled in with what they did. */
const settingsSchema = z.strictObject({
  kind: z.enum(['search', 'demo', 'validate']),
  baseName: z.string(),
  architecture: architectureSchema,
  metric: metricSchema,
  entries: entryOptionsSchema,
  constraints: constraintsSchema.optional(),
  islands: z.array(islandSchema).min(1),
  seed: z.int().nonnegative(),
  budget: budgetSchema,
  keep: z.int().positive(),
  order: z.array(z.string()).default([...FORMER_ORDER]),
  target: scatter.nullable().default(null),
  untilOptimal: z.boolean(),
  patience: z.int().positive().optional(),
  goOn: z.boolean().optional(),
  training: training.nullable(),
  validation: validationSchema.optional(),
});

const same: SameType<z.infer<typeof settingsSchema>, StudySettings> = true;
void same;

/** What the settings of every kind of study may say, those of one pattern from a file included. */
const commonSchema = z.looseObject({
  baseName: z.string().optional(),
  order: z.array(z.string()).default([...FORMER_ORDER]),
  target: scatter.nullable().default(null),
  entries: entryOptionsSchema.default({ windows: 'integral', spans: 'io' }),
});

const originOf = ({ name, version }: StudyRecord): DocumentOrigin => ({
  what: `the settings of study "${name}"`,
  storedBy: version,
});

const commonOf = (study: StudyRecord) => unwrap(readDocument(commonSchema, study.settings, originOf(study)));

/** What decides between the study's candidates of equal S, one after the other. @throws ScattershotError 'unreadable-document' */
export const orderOf = (study: StudyRecord): readonly string[] => commonOf(study).order;

/** The S that the study looks for; null where the highest is wanted. @throws ScattershotError 'unreadable-document' */
export const targetOf = (study: StudyRecord): number | null => commonOf(study).target;

/** How neurons form windows and which spans count. @throws ScattershotError 'unreadable-document' */
export const entryOptionsOf = (study: StudyRecord): EntryOptions => commonOf(study).entries;

/** The name that the study's own was made from, where it has one: a preset's. @throws ScattershotError 'unreadable-document' */
export const baseNameOf = (study: StudyRecord): string | undefined => commonOf(study).baseName;

/** The settings of a study that searches, as they were stored. Failure 'unreadable-document'. */
export const storedSettings = (study: StudyRecord): Outcome<StudySettings> =>
  readDocument(settingsSchema, study.settings, originOf(study));
