import { z } from 'zod';
import { type DocumentOrigin, readDocument, type SameType } from '../base/documents.ts';
import { messageOf, type Outcome, success } from '../base/failure.ts';
import type { SharedFront } from './frozen-front/shared-front.ts';
import { trainingSettings } from './settings.ts';
import type { TrainingSettings } from './trainer.ts';

const frontSchema = z.enum(['mnist-conv', 'cifar-conv']);

const frozenFrontSchema = z.strictObject({
  trainedWith: z.enum(['dense', 'first']),
  epochs: z.int().positive(),
  seed: z.int().nonnegative().optional(),
  backend: z.enum(['tensorflow', 'webgpu', 'wasm', 'cpu']).optional(),
});

const sharedSchema = z.looseObject({ front: frontSchema, frozenFront: frozenFrontSchema });

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
    front: frontSchema.optional(),
    frozenFront: frozenFrontSchema.optional(),
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

/** The shared front that the training settings of an evaluation say; null where they say none. */
export function storedSharedFront(settings: unknown): SharedFront | null {
  const read = sharedSchema.safeParse(settings);
  return read.success ? { front: read.data.front, ...read.data.frozenFront } : null;
}

/** How many epochs the training settings of an evaluation say, whatever else is in them. Failure 'unreadable-document'. */
export function storedEpochs(settings: unknown, origin: DocumentOrigin): Outcome<number> {
  const read = readDocument(epochsSchema, settings, origin);
  return read.ok ? success(read.value.epochs) : read;
}
