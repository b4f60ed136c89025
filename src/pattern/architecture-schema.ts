import { z } from 'zod';
import type { SameType } from '../base/documents.ts';
import { messageOf } from '../base/failure.ts';
import { type Architecture, defineArchitecture } from './architecture.ts';

const size = z.int().positive();

/** An architecture as it is stored; one that no pattern can have is refused. */
export const architectureSchema = z
  .strictObject({
    layers: z.array(size),
    fanOuts: z.array(z.number().positive()),
    shapes: z.array(z.union([z.tuple([size]), z.tuple([size, size]), z.tuple([size, size, size])])),
    usedInputs: size,
    usedOutputs: size,
  })
  .superRefine((architecture, context) => {
    try {
      defineArchitecture(architecture);
    } catch (error) {
      context.addIssue({ code: 'custom', message: messageOf(error) });
    }
  });

const same: SameType<z.infer<typeof architectureSchema>, Architecture> = true;
void same;
