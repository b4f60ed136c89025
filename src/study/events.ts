import type { ModuleKind } from '../base/user-module.ts';
import type { HostEvent } from '../remote/host-events.ts';
import type { NumberedCandidate } from '../search/candidate.ts';
import type { Budget, IslandSpec, SearchEnding, SearchProgress } from '../search/events.ts';
import type { FrontEvent } from '../training/frozen-front/features.ts';
import type { TrainingEvent } from '../training/trainer.ts';
import type { DataReport } from './data-report.ts';
import type { EntryLevels } from './entry-levels.ts';
import type { SearchPace, TrainingPace } from './progress.ts';
import type { StudySettings } from './settings.ts';
import type { ValidationPlan } from './validation-plan.ts';

/** A candidate as events carry it: all that it takes to show and to rank it. */
export type ShownCandidate = Pick<
  NumberedCandidate,
  'number' | 'fingerprint' | 'strategy' | 'scatter' | 'vector' | 'otherScatter' | 'ties'
>;

/** What a study is doing from now on. */
export type StudyPhase =
  | {
      readonly phase: 'search';
      readonly islands: readonly IslandSpec[];
      readonly budget: Budget;
      /** candidates in a row without a better one that end the search; null: no number does */
      readonly patience: number | null;
    }
  | {
      readonly phase: 'select';
      /** how many were chosen for training */
      readonly candidates: number;
    }
  | {
      readonly phase: 'data';
      /** name of the dataset, with its options */
      readonly dataset: string;
    }
  | {
      readonly phase: 'train';
      /** null where nothing is stored */
      readonly study: string | null;
      readonly architecture: StudySettings['architecture'];
      readonly dataset: string;
      /** numbers of the candidates */
      readonly candidates: readonly number[];
      readonly seeds: readonly number[];
      readonly epochs: number;
    }
  | {
      readonly phase: 'twins';
      /** numbers of the twins that are trained after a claim */
      readonly candidates: readonly number[];
    }
  | { readonly phase: 'verdict' };

/** The parts of a study, in their order. */
export type PhaseName = StudyPhase['phase'];

/**
 * Everything that happens in a study, as data: dashboard, plain log and NDJSON are equal listeners, which find the words. Whatever
 * an event carries is in the store as well, or follows from what is there, except what is heard of other machines.
 * `atMs` is milliseconds since the study's process began it.
 */
export type StudyEvent = { readonly atMs: number } & (
  | {
      readonly kind: 'study-started';
      /** name of the study; where nothing is stored, the name that one of its kind would begin with */
      readonly study: string;
      /** its number; null where nothing is stored */
      readonly id: number | null;
      readonly resumed: boolean;
      readonly settings: StudySettings;
      /** keys of the scatter vector's entries, in its order */
      readonly entryKeys: readonly string[];
      /** of the same entries; absent where a study is watched from outside */
      readonly entryLevels?: readonly EntryLevels[];
      /** threads of this run; null where another process runs it */
      readonly workers: number | null;
      /** path of the database; null where nothing is stored */
      readonly database: string | null;
    }
  | ({ readonly kind: 'phase' } & StudyPhase)
  | {
      /** what the engine or the dataset wants the user to hear */
      readonly kind: 'warning';
      readonly message: string;
    }
  | {
      /** a resume asked for a total that was reached before; the study's own `budget` stays */
      readonly kind: 'budget-spent';
      readonly evaluated: number;
      readonly seconds: number;
      readonly asked: Budget;
      readonly budget: Budget;
    }
  | { readonly kind: 'strategy-refused'; readonly strategies: readonly string[]; readonly reason: string }
  | { readonly kind: 'island-failed'; readonly island: number; readonly strategy: string; readonly reason: string }
  | {
      /** its step goes on after this many seconds */
      readonly kind: 'island-slow';
      readonly island: number;
      readonly strategy: string;
      readonly seconds: number;
    }
  | {
      /** what a strategy or a proxy of the user's own printed; part of no result, and limited in rate and size */
      readonly kind: 'strategy-print';
      readonly module: ModuleKind;
      /** the strategy's or the proxy's */
      readonly name: string;
      /** null for a proxy */
      readonly island: number | null;
      /** clean lines, not empty */
      readonly text: string;
    }
  | {
      /** more candidates were found than are remembered: the oldest are forgotten, and count again when they are found again */
      readonly kind: 'search-forgets';
      /** how many are remembered at most */
      readonly remembers: number;
    }
  | { readonly kind: 'search-progress'; readonly progress: SearchProgress; readonly pace: SearchPace }
  | { readonly kind: 'candidates-kept'; readonly candidates: readonly ShownCandidate[] }
  | { readonly kind: 'search-ended'; readonly why: SearchEnding }
  | {
      readonly kind: 'selected';
      readonly candidates: readonly ShownCandidate[];
      readonly seeds: number;
      readonly epochs: number;
    }
  | {
      /** of a validation, fixed and stored before the first training */
      readonly kind: 'plan';
      readonly plan: ValidationPlan;
    }
  | { readonly kind: 'dataset'; readonly dataset: DataReport }
  | { readonly kind: 'engine'; readonly engine: string; readonly backend: string; readonly device: string }
  | { readonly kind: 'training'; readonly candidate: number; readonly seed: number; readonly event: TrainingEvent }
  | {
      /** of a front that is trained beforehand and shared by all candidates; what it gave stands in the file of its features */
      readonly kind: 'front';
      /** the front's own */
      readonly seed: number;
      readonly event: FrontEvent;
    }
  | {
      /** where all trainings of the study's plan stand; about once a second, and whenever one ends */
      readonly kind: 'training-progress';
      readonly progress: TrainingPace;
    }
  | {
      /** of a machine that works for the study, where it was given a queue; the store holds none of it */
      readonly kind: 'host';
      readonly event: HostEvent;
    }
  | { readonly kind: 'verdict'; readonly verdict: string; readonly meaning: string }
  | {
      readonly kind: 'study-ended';
      readonly status: 'finished' | 'interrupted' | 'failed';
      /** what ended a study that failed, in a sentence; null for any other */
      readonly failure: string | null;
    }
);

/** Hears everything that happens in a study, as it happens. */
export type StudyListener = (event: StudyEvent) => void;
