import { z } from 'zod';
import { readDocument } from '../base/documents.ts';
import type { Outcome } from '../base/failure.ts';
import type { TrainingScore } from '../base/score.ts';
import type { StudyRecord } from '../store/index.ts';
import type { Ceiling } from '../validation/ceiling.ts';
import type { Estimate } from '../validation/gain.ts';
import type { Answer, FamilyFinding, QuestionFinding } from '../validation/question.ts';
import type { RivalFinding } from '../validation/rivals.ts';
import type { ControlFinding, TwinsFinding } from '../validation/windows-or-not.ts';
import type { LabelShare } from './label-share.ts';
import type { ValidationPlan } from './validation-plan.ts';

/** A rank correlation over all candidates, with its bootstrap interval: description only, since families differ in more than scatter. */
export interface PooledCorrelation {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A question's answer, its families counted: they are listed once, for all candidates. */
export type QuestionResult = Omit<QuestionFinding, 'families' | 'agreement' | 'gain90'> & { readonly families: number };

/** Values of every rival on the candidates that were judged: what a table for others holds. */
export interface MeasuredProxies {
  /** numbers of the candidates */
  readonly candidates: readonly number[];
  /** values in the order of the candidates */
  readonly proxies: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

/** What a validation came to. Fractions from 0 to 1; gains and margins in accuracy points, or in the unit of another score. */
export interface ValidationResult {
  readonly study: string;
  readonly id: number;
  readonly plan: ValidationPlan;
  readonly dataset: string;
  /** what was measured where it was not accuracy: a gain is positive where it gets better, whichever way that is */
  readonly score?: TrainingScore;
  readonly engine: string;
  readonly backend: string;
  readonly device: string;
  /** with a finished training */
  readonly candidates: number;
  /** most finished trainings of any candidate */
  readonly seeds: number;
  /** diverged trainings */
  readonly diverged: number;
  readonly verdict: Answer;
  readonly why: string;
  readonly meaning: string;
  /** of the question that the verdict rests on; null where no two candidates of one family differ */
  readonly gain: Estimate | null;
  readonly questions: readonly QuestionResult[];
  readonly ceiling: Ceiling;
  readonly spearman: PooledCorrelation;
  readonly kendall: PooledCorrelation;
  readonly families: readonly FamilyFinding[];
  /** null without a claim, or where none were asked for */
  readonly twins: TwinsFinding | null;
  readonly control: ControlFinding;
  /** how much of S is the numbering of hidden neurons; null without a hidden layer */
  readonly labels: LabelShare | null;
  readonly proxies: readonly RivalFinding[];
  /** absent in what older versions stored */
  readonly measured?: MeasuredProxies;
}

/** The fields that a stored result must have to be shown; what versions add is kept. */
const resultSchema = z.looseObject({
  study: z.string(),
  plan: z.looseObject({ candidates: z.number(), margin: z.number(), epochs: z.number() }),
  dataset: z.string(),
  engine: z.string(),
  candidates: z.number(),
  verdict: z.enum(['predicts', 'misleads', 'no-link', 'cannot-tell']),
  why: z.string(),
  meaning: z.string(),
  questions: z.array(z.looseObject({ name: z.string(), answer: z.string() })),
  ceiling: z.looseObject({ value: z.number(), low: z.number(), high: z.number() }),
  spearman: z.looseObject({ value: z.number() }),
  families: z.array(z.looseObject({ family: z.string() })),
  control: z.looseObject({ answer: z.string() }),
  proxies: z.array(z.looseObject({ name: z.string() })),
  measured: z
    .looseObject({
      candidates: z.array(z.number()),
      proxies: z.array(z.looseObject({ name: z.string(), values: z.array(z.number().nullable()) })),
    })
    .optional(),
});

/** What a study that validated came to, as it was stored. Failure 'unreadable-document'. */
export const storedValidation = ({ name, result, version }: StudyRecord): Outcome<ValidationResult> =>
  readDocument(resultSchema as unknown as z.ZodType<ValidationResult>, result, {
    what: `the result of study "${name}"`,
    storedBy: version,
  });
