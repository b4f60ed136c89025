import { z } from 'zod';
import type { SameType } from '../../base/documents.ts';
import type { OwnTrainer } from './own-trainer.ts';

/** A trainer of the user's own as studies store it. */
export const ownTrainerSchema = z.strictObject({
  command: z.string().min(1),
  trainerFiles: z.array(z.string()).optional(),
  trainerFolder: z.string().optional(),
  helloSeconds: z.number().positive().optional(),
  silenceSeconds: z.number().positive().optional(),
});

const same: SameType<z.infer<typeof ownTrainerSchema>, OwnTrainer> = true;
void same;
