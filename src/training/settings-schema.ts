import { z } from 'zod';
import { type DocumentOrigin, readDocument, type SameType } from '../base/documents.ts';
import { messageOf, type Outcome, success } from '../base/failure.ts';
import { trainingSettings } from './settings.ts';
import type { TrainingSettings } from './trainer.ts';

/** Training settings as studies and evaluations store them; settings that no training can have are refused. */
export const trainingSettingsSchema = z
  .strictObject({
    epochs: z.int().positive(),
    batchSize: z.int().positive(),
    optimizer: z.enum(['adam', 'sgd']),
    learningRate: z.number(),
    learningRateDecay: z.number(),
    momentum: z.number(),
    l2: z.number(),
    biasStart: z.number(),
    init: z.enum(['actual-fan-in', 'dense-fan-in']).optional(),
    front: z.enum(['mnist-conv', 'cifar-conv']).optional(),
    fastMath: z.boolean().optional(),
  })
  .superRefine((settings, context) => {
    try {
      trainingSettings(settings);
    } catch (error) {
      context.addIssue({ code: 'custom', message: messageOf(error) });
    }
  });

const same: SameType<z.infer<typeof trainingSettingsSchema>, TrainingSettings> = true;
void same;

const epochsSchema = z.looseObject({ epochs: z.int().positive() });

/** How many epochs the training settings of an evaluation say, whatever else is in them. Failure 'unreadable-document'. */
export function storedEpochs(settings: unknown, origin: DocumentOrigin): Outcome<number> {
  const read = readDocument(epochsSchema, settings, origin);
  return read.ok ? success(read.value.epochs) : read;
}
