import { z } from 'zod';
import type { SameType } from '../base/documents.ts';
import type { TrainingScore } from '../base/score.ts';
import { scoreSchema } from '../base/score-schema.ts';
import type { OwnProxySpec } from '../proxies/own/own-proxy.ts';
import type { PlannedCandidate } from '../validation/design.ts';

/** What a study wants of its candidates where it validates the link. Stored with the settings, before anything is trained. */
export interface StudyValidation {
  /** accuracy points, or in the score's own unit: a gain within ±margin is worth nothing */
  readonly margin: number;
  /** the margin was asked for: a trainer of the user's own may measure something of which no default makes sense */
  readonly marginAsked?: true;
  /** what the trainer of the user's own measures; absent: accuracy, or not known before the trainer has said it */
  readonly score?: TrainingScore;
  /** levels from the random level up alone */
  readonly topOnly: boolean;
  /** seeds of every third candidate, for the noise ceiling; all have at least the training's */
  readonly everyThird: number;
  /** mean scatter of random patterns; the highest and lowest that degrees and windows allow */
  readonly randomLevel: number;
  readonly top: number;
  readonly floor: number;
  /** one a candidate, in the order of their numbers */
  readonly planned: readonly PlannedCandidate[];
  /** trainings of renumbered twins after a claim; 0: none */
  readonly twins: number;
  /** proxies of the user's own among the rivals; absent: none */
  readonly proxies?: readonly OwnProxySpec[];
  /** train seed after seed, and stop once the answer is there; absent: all seeds are trained */
  readonly adaptive?: true;
  /** from 1: how often the same network, data and metric were asked, this study included */
  readonly look: number;
  /** an earlier look had another design: what comes of this one is no confirmation */
  readonly exploratory: boolean;
  /** SHA-256 (hex) of the whole plan with its patterns; absent until they are made */
  readonly digest?: string;
}

const share = z.number().min(0).max(1);

const plannedSchema = z.strictObject({
  strategy: z.string().min(1),
  start: z.string().optional(),
  target: share.nullable(),
});

const ownProxySchema = z.strictObject({
  name: z.string().min(1),
  better: z.enum(['higher', 'lower']),
  file: z.strictObject({ path: z.string(), sha256: z.string() }),
});

export const validationSchema = z.strictObject({
  margin: z.number().positive(),
  marginAsked: z.literal(true).optional(),
  score: scoreSchema.optional(),
  topOnly: z.boolean(),
  everyThird: z.int().positive(),
  ...{ randomLevel: share, top: share, floor: share },
  planned: z.array(plannedSchema).min(1),
  twins: z.int().nonnegative(),
  proxies: z.array(ownProxySchema).min(1).optional(),
  adaptive: z.literal(true).optional(),
  look: z.int().positive(),
  exploratory: z.boolean(),
  digest: z.string().optional(),
});

const same: SameType<z.infer<typeof validationSchema>, StudyValidation> = true;
void same;
