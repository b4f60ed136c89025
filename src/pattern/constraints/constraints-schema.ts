import { z } from 'zod';
import type { SameType } from '../../base/documents.ts';
import type { Constraints } from './constraints.ts';

const size = z.int().positive();
const neuron = z.int().nonnegative();
const pairsByJunction = z.array(z.array(z.tuple([neuron, neuron])));

/** Constraints as they are stored. */
export const constraintsSchema = z.strictObject({
  parallelism: z.array(size.nullable()).optional(),
  structure: z.array(z.strictObject({ n: size, m: size, transposable: z.boolean() }).nullable()).optional(),
  forbidden: pairsByJunction.optional(),
  forced: pairsByJunction.optional(),
  distinctNeighbourhoods: z.boolean().optional(),
});

const same: SameType<z.infer<typeof constraintsSchema>, Constraints> = true;
void same;
