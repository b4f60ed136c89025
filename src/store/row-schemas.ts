import { z } from 'zod';
import { jsonColumn, type SameType } from '../base/documents.ts';
import { scoreSchema } from '../base/score-schema.ts';
import { architectureSchema } from '../pattern/architecture-schema.ts';
import { metricSchema } from '../pattern/entries-schema.ts';
import type { EvaluationStatus, StudyRecord } from './records.ts';

/**
 * What the columns of a row must hold, beyond the types that SQLite itself keeps. A row is checked where it is read: one that a
 * disk, another program or a bug has changed is told as damaged, and takes nothing else away.
 */

const count = z.int().nonnegative();
const fromOne = z.int().positive();
const fraction = z.number().min(0).max(1);
const name = z.string().min(1);
const time = z.iso.datetime();
const fractions = z.array(fraction);
const hexadecimal = z.string().regex(/^[0-9a-f]+$/, { error: 'expected hexadecimal digits' });

/** Of `makers`, to which every row refers. */
const maker = { version: name, node: name, platform: name };

export const studyRowSchema = z.object({
  ...maker,
  name,
  kind: z.enum(['search', 'demo', 'train', 'validate']),
  status: z.enum(['running', 'finished', 'interrupted', 'failed']),
  created_at: time,
  updated_at: time,
  architecture: jsonColumn(architectureSchema),
  metric: metricSchema,
  entry_keys: jsonColumn(z.array(name)),
  seed: count,
  settings: jsonColumn(z.unknown()),
  evaluated: count,
  search_seconds: z.number().nonnegative(),
  result: jsonColumn(z.unknown()).nullable(),
});

export const candidateRowSchema = z.object({
  ...maker,
  number: fromOne,
  fingerprint: hexadecimal,
  strategy: name,
  family: name,
  island: count,
  round: count,
  scatter: fraction,
  vector: jsonColumn(fractions),
  other_scatter: fraction.nullable(),
  other_vector: jsonColumn(fractions).nullable(),
  ties: jsonColumn(z.record(z.string(), z.number().nullable())),
  audit: z.enum(['whole', 'sampled']),
  created_at: time,
  // A byte of revision, then doubles.
  ranking_key: z
    .instanceof(Uint8Array)
    .refine(({ length }) => length > 1 && length % 8 === 1, { error: 'expected a byte and doubles' })
    .nullable(),
});

/** Columns under the record's names, as `Evaluations` selects them. */
export const evaluationRowSchema = z
  .object({
    ...maker,
    id: fromOne,
    candidate: fromOne,
    seed: count,
    settingsDigest: name,
    status: z.enum(['running', 'finished', 'diverged', 'stopped', 'failed']),
    reason: z.string().nullable(),
    dataset: name,
    datasetDigest: name,
    trainingSettings: jsonColumn(z.unknown()),
    engine: name,
    backend: name,
    device: z.string(),
    score: jsonColumn(scoreSchema).nullable(),
    testAccuracy: z.number().nullable(),
    samplesPerSecond: z.number().positive().nullable(),
    durationMs: z.number().nonnegative().nullable(),
    startedAt: time,
    finishedAt: time.nullable(),
  })
  .refine(({ status, testAccuracy }) => (status === 'finished') === (testAccuracy !== null), {
    error: 'a finished evaluation, and no other, has a test accuracy',
  })
  .refine(({ score, testAccuracy }) => score !== null || isFraction(testAccuracy), {
    error: 'a test accuracy is from 0 to 1',
    path: ['testAccuracy'],
  });

/** Null included: not known, or not a number. */
const isFraction = (value: number | null) => value === null || (value >= 0 && value <= 1);

/** Infinity included, which `z.number()` leaves out: a training may diverge to it. */
const loss = z.custom<number>((value) => typeof value === 'number' && value >= 0, {
  error: 'expected a number from 0',
});

/** Null stands for NaN, which the loss of a diverged training may be. */
export const epochRowSchema = z.object({
  epoch: fromOne,
  loss: loss.nullable(),
  accuracy: fraction.nullable(),
  validationAccuracy: fraction.nullable(),
});

/** The same of a training that is judged by something else. */
export const scoredEpochRowSchema = epochRowSchema.extend({
  loss: z.number().nullable(),
  accuracy: z.number().nullable(),
  validationAccuracy: z.number().nullable(),
});

const same: [
  SameType<z.infer<typeof studyRowSchema>['kind'], StudyRecord['kind']>,
  SameType<z.infer<typeof studyRowSchema>['status'], StudyRecord['status']>,
  SameType<z.infer<typeof evaluationRowSchema>['status'], EvaluationStatus>,
] = [true, true, true];
void same;
