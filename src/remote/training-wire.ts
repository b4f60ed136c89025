import { z } from 'zod';
import { cleanText } from '../base/clean-text.ts';
import { scoreSchema } from '../base/score-schema.ts';
import type { Architecture } from '../pattern/architecture.ts';
import { architectureSchema } from '../pattern/architecture-schema.ts';
import { blobSchema } from '../queue/wire.ts';
import { revisionOf } from '../training/engine-revisions.ts';
import { trainingSettingsSchema } from '../training/settings-schema.ts';
import type { RunsOn } from '../training/trainer.ts';

/**
 * What a study that trains and those who train for it say to each other. Large things are blobs (`Pieces`): a pattern packed as in the
 * database (`packPattern`: gaps between left neurons, deflated), weights and epochs as in packed-training.ts, a snapshot as the engine
 * made it, data as in offered-data.ts. Nothing that came is used before its schema was checked here and its size where it is pulled.
 */

const MOST_EVENTS = 2000;
const MOST_WARNINGS = 20;
/** Blobs that a dataset is cut into at most. */
const MOST_DATA_PARTS = 1024;

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const token = z.string().regex(/^[0-9a-f]{16}$/);
const count = z.int().nonnegative();
const place = z.object({ epoch: z.int().positive(), batches: count });

/** Text that somebody may read. @param most bytes of UTF-8 */
const shown = (most: number) =>
  z
    .string()
    .max(2 ** 16)
    .transform((text) => cleanText(text, most));

const identitySchema = z.object({
  engine: z.enum(['sparse', 'tfjs', 'command']),
  backend: z.enum(['tensorflow', 'webgpu', 'wasm', 'cpu', 'external']),
  revision: z.int().positive(),
  /** of a trainer of the user's own; else null */
  trainerDigest: digest.nullable(),
});
/** What decides a result's bits beside pattern, seed, settings and data: another one's results are other results. */
export type TrainingIdentity = z.output<typeof identitySchema>;

export const identityOf = ({ engine, backend, trainerDigest }: RunsOn): TrainingIdentity => ({
  ...{ engine, backend, revision: revisionOf({ engine, backend }), trainerDigest: trainerDigest ?? null },
});

const offeredDataSchema = z.object({
  /** as it is asked for by name: "morse:noise=1" */
  name: shown(1000),
  /** `Dataset.digest`, which trainings are known by */
  digest: shown(200),
  /** `contentDigest`, which the arrays are checked by */
  content: digest,
  features: z.int().positive(),
  classes: z.int().positive(),
  normalisation: shown(500),
  examples: z.object({ train: z.int().positive(), validation: z.int().positive(), test: z.int().positive() }),
  parts: z.array(blobSchema).max(MOST_DATA_PARTS),
});
/** A dataset as it is offered to who has not got it. */
export type OfferedData = z.output<typeof offeredDataSchema>;

export const trainingNeedsSchema = z.object({
  identity: identitySchema,
  fastMath: z.boolean(),
  /** convolutional layers that every job trains; null: none */
  front: z.enum(['mnist-conv', 'cifar-conv']).nullable(),
  /** what most jobs train: a device's population is sized for it */
  architecture: architectureSchema,
  batchSize: z.int().positive(),
  data: offeredDataSchema,
});
/** What a worker must have for a study's trainings: its notice on the board says it. */
export type TrainingNeeds = z.output<typeof trainingNeedsSchema>;

export const trainingPayloadSchema = z.object({
  architecture: architectureSchema,
  pattern: blobSchema,
  seed: count,
  settings: trainingSettingsSchema,
  startWeights: blobSchema.nullable(),
  wantWeights: z.boolean(),
  /** under which name the study puts up the reference of the newest snapshot, and whether it wants others; null: it has and wants none */
  snapshots: z
    .object({
      name: digest,
      wanted: z.boolean(),
      /** null: only between epochs */ everyMs: z.number().min(0).nullable(),
    })
    .nullable(),
});
export type TrainingPayload = z.output<typeof trainingPayloadSchema>;

/** An architecture as a schema reads it, which knows no `readonly`. */
export const mutable = (architecture: Architecture): TrainingPayload['architecture'] =>
  architecture as TrainingPayload['architecture'];

const startedSchema = z.object({
  kind: z.literal('started'),
  device: shown(400),
  /** where it goes on; null: it begins at epoch 1 */
  resumed: place.nullable(),
});
const epochSchema = z.object({
  kind: z.literal('epoch'),
  epoch: z.int().positive(),
  /** null: not told */
  loss: z.number().nullable(),
  accuracy: z.number().nullable(),
  validationAccuracy: z.number(),
});
export type ToldEvent = z.output<typeof startedSchema> | z.output<typeof epochSchema>;

export const trainingProgressSchema = z.object({
  /** of one run's words; another run of the job begins anew */
  run: token,
  /** place of the first event among the run's, from 0 */
  from: count,
  events: z.array(z.discriminatedUnion('kind', [startedSchema, epochSchema])).max(MOST_EVENTS),
  snapshot: blobSchema.nullable(),
  warnings: z.array(shown(500)).max(MOST_WARNINGS),
});
export type TrainingProgressBody = z.output<typeof trainingProgressSchema>;

export const trainingResultSchema = z.object({
  run: token,
  identity: identitySchema,
  score: scoreSchema.nullable(),
  device: shown(400),
  resumed: place.nullable(),
  /** `packEpochs` of all that this run ended */
  epochs: blobSchema,
  status: z.enum(['finished', 'diverged', 'stopped', 'failed']),
  reason: shown(1000).nullable(),
  testAccuracy: z.number().nullable(),
  samplesPerSecond: z.number().min(0),
  durationMs: z.number().min(0),
  /** `packWeights`, where they were asked for */
  weights: blobSchema.nullable(),
  workerLost: z.boolean(),
});
export type TrainingResultBody = z.output<typeof trainingResultSchema>;

/** Of a job that a worker could not do, and why: another may. */
export const trainingFaultSchema = z.object({ fault: shown(500) });

/** Events of one progress, and warnings, at most. */
export const mostTold = { events: MOST_EVENTS, warnings: MOST_WARNINGS } as const;
