import type { CandidateRecord, StudyRecord } from '../store/index.ts';
import type { Emit, StudyHost } from './host.ts';
import type { StudySettings } from './settings.ts';
import type { TrainingPlan } from './training-plan.ts';
import type { StudyValidation } from './validation-design.ts';

/** One study that validates, while it runs. */
export interface ValidationWork {
  readonly study: StudyRecord;
  readonly settings: StudySettings;
  readonly validation: StudyValidation;
  readonly plan: TrainingPlan;
  readonly host: StudyHost;
  readonly emit: Emit;
}

/** Candidates of the plan, by number; twins, which come after them, left out. */
export const plannedCandidates = ({ host, study, validation }: ValidationWork): CandidateRecord[] =>
  host.store.candidates(study).filter(({ number }) => number <= validation.planned.length);

/** Streams of the study's seed that patterns do not use. */
export const validationStreams = {
  control: 301,
  verdict: 302,
  pooled: 303,
  rivals: 304,
  twins: 305,
  twinsVerdict: 306,
  labels: 307,
} as const;
