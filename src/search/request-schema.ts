import { z } from 'zod';
import type { SameType } from '../base/documents.ts';
import type { Budget, IslandSpec, SearchEnding } from './events.ts';

/** What a search was asked for and how it ended, as studies store it. */

const scatter = z.number().min(0).max(1);

export const islandSchema = z.strictObject({
  strategy: z.string().min(1),
  file: z.strictObject({ path: z.string(), sha256: z.string() }).optional(),
  target: scatter.nullable().optional(),
  start: z.string().optional(),
});

export const budgetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('candidates'), candidates: z.int().positive() }),
  z.strictObject({ kind: z.literal('time'), seconds: z.number().positive() }),
]);

export const searchEndingSchema = z.enum([
  'budget',
  'optimal',
  'target',
  'no-improvement',
  'settled',
  'all-found',
  'exhausted',
  'nothing-made',
  'aborted',
]);

const same: [
  SameType<z.infer<typeof islandSchema>, IslandSpec>,
  SameType<z.infer<typeof budgetSchema>, Budget>,
  SameType<z.infer<typeof searchEndingSchema>, SearchEnding>,
] = [true, true, true];
void same;
