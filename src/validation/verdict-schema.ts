import { z } from 'zod';
import type { SameType } from '../base/documents.ts';
import type { Verdict } from './verdict-record.ts';

/** A verdict as studies store it. */

const interval = { low: z.number(), high: z.number() };
const noValue = { low: z.number().nullable(), high: z.number().nullable(), p: z.number().nullable() };
const unnamedCorrelation = { ...noValue, reason: z.string().nullable() };
const correlation = z.strictObject({ value: z.number().nullable(), ...unnamedCorrelation });
const spread = z.strictObject({ mean: z.number(), ...interval });

const family = z.strictObject({
  ...unnamedCorrelation,
  family: z.string(),
  candidates: z.int(),
  scatter: spread,
  accuracy: spread,
  spearman: z.number().nullable(),
});

const control = z.strictObject({
  spearman: correlation,
  advantage: z.strictObject({ value: z.number(), ...interval }).nullable(),
  predictsAsWell: z.boolean().nullable(),
});

const choice = z.strictObject({
  k: z.int(),
  precision: z.number(),
  precisionByChance: z.number(),
  regret: z.number(),
  regretOfRandom: z.number(),
});

export const verdictSchema = z.strictObject({
  candidates: z.int(),
  seeds: z.int(),
  spearman: correlation,
  kendall: correlation,
  noiseCeiling: z.number().nullable(),
  withinFamilies: correlation,
  aboveRandom: correlation.extend({ candidates: z.int() }),
  families: z.array(family),
  control: control.nullable(),
  proxies: z.array(z.strictObject({ ...unnamedCorrelation, name: z.string(), spearman: z.number().nullable() })),
  choice: choice.nullable(),
  verdict: z.enum(['scatter-predicts', 'scatter-misleads', 'no-link-found', 'too-few-to-tell']),
  meaning: z.string(),
});

const same: SameType<z.infer<typeof verdictSchema>, Verdict> = true;
void same;
