import { z } from 'zod';
import type { SameType } from './documents.ts';
import type { TrainingScore } from './score.ts';

/** A score as it is stored, and as a trainer tells it. */
export const scoreSchema = z.strictObject({
  name: z.string().min(1),
  unit: z.string().optional(),
  better: z.enum(['higher', 'lower']),
});

const same: SameType<z.infer<typeof scoreSchema>, TrainingScore> = true;
void same;
