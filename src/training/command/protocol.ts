import { z } from 'zod';
import { readBy } from '../../base/documents.ts';
import type { TrainingScore, TrainingSettings } from '../trainer.ts';

/** The messages between a study and a trainer of the user's own: docs/trainers.md says what they mean. */

export const PROTOCOL_VERSION = 1;

const MOST_CONCURRENT = 1024;
const MOST_NAME = 200;

const name = z.string().trim().min(1).max(MOST_NAME);

const scoreSchema = z.object({
  name,
  unit: z.string().max(MOST_NAME).optional(),
  better: z.enum(['higher', 'lower']),
});

const helloSchema = z.object({
  type: z.literal('hello'),
  protocol: z.int(),
  name,
  epochs: z.boolean().default(false),
  concurrent: z.int().min(1).max(MOST_CONCURRENT).default(1),
  together: z.boolean().default(false),
  weights: z.boolean().default(false),
  devices: z.array(name).default([]),
  score: scoreSchema.optional(),
});

/** What a trainer says of itself. */
export interface Hello {
  readonly name: string;
  readonly protocol: number;
  /** it tells every epoch */
  readonly epochs: boolean;
  /** jobs that it takes at once */
  readonly concurrent: number;
  /** it gets new jobs only when all that it had have ended */
  readonly together: boolean;
  /** it can write trained weights */
  readonly weights: boolean;
  readonly devices: readonly string[];
  /** null: accuracy */
  readonly score: TrainingScore | null;
}

export interface StartedMessage {
  readonly type: 'started';
  readonly id: string;
  readonly device: string | null;
}

/** What was not measured is NaN. */
export interface EpochMessage {
  readonly type: 'epoch';
  readonly id: string;
  readonly epoch: number;
  /** null: no longer finite */
  readonly loss: number | null;
  readonly train: number;
  readonly validation: number;
}

export interface ResultMessage {
  readonly type: 'result';
  readonly id: string;
  readonly status: 'finished' | 'diverged' | 'failed' | 'cancelled';
  /** null where it finished */
  readonly reason: string | null;
  /** null unless it finished */
  readonly test: number | null;
  /** NaN where it was not measured */
  readonly validation: number;
  /** 0 where it is not told */
  readonly samplesPerSecond: number;
}

/** What a trainer says after its hello. */
export type TrainerMessage = StartedMessage | EpochMessage | ResultMessage | { readonly type: 'alive' };

/** A split as its files. */
export interface SplitFiles {
  readonly examples: number;
  readonly inputs: string;
  readonly labels: string;
}

/** What we say. */
export type StudyMessage =
  | { readonly type: 'hello'; readonly protocol: number; readonly program: string }
  | {
      readonly type: 'dataset';
      readonly id: string;
      readonly name: string;
      readonly features: number;
      readonly classes: number;
      readonly splits: Readonly<Record<'train' | 'validation' | 'test', SplitFiles>>;
    }
  | JobMessage
  | { readonly type: 'cancel'; readonly id: string }
  | { readonly type: 'end' };

export interface JobMessage {
  readonly type: 'job';
  readonly id: string;
  readonly dataset: string;
  readonly masks: string;
  readonly layers: readonly number[];
  readonly usedInputs: number;
  readonly usedOutputs: number;
  readonly seed: number;
  /** what has a default is said */
  readonly settings: Omit<Required<TrainingSettings>, 'front' | 'frozenFront' | 'fastMath'> & {
    readonly front: string | null;
  };
  readonly start: { readonly weights: string; readonly batches: string } | null;
  readonly weightsTo: string | null;
  readonly more: boolean;
}

const id = z.string();
const fraction = z.number().min(0).max(1);
const reason = z.string().trim().min(1);

const startedSchema = z.object({ type: z.literal('started'), id, device: z.string().trim().max(MOST_NAME).optional() });
const aliveSchema = z.object({ type: z.literal('alive') });
const status = z.enum(['finished', 'diverged', 'failed', 'cancelled']);

const epochOf = (score: z.ZodType<number>, train: string, validation: string) =>
  z.looseObject({
    type: z.literal('epoch'),
    id,
    epoch: z.int().min(1),
    loss: z.number().nullable().optional(),
    [train]: score.optional(),
    [validation]: score.optional(),
  });

const resultOf = (score: z.ZodType<number>, test: string, validation: string) =>
  z
    .looseObject({
      type: z.literal('result'),
      id,
      status,
      reason: reason.optional(),
      samplesPerSecond: z.number().min(0).optional(),
      [test]: score.optional(),
      [validation]: score.optional(),
    })
    .superRefine((result, context) => {
      const needs = result.status === 'finished' ? test : 'reason';
      if (result[needs] === undefined) {
        context.addIssue({ code: 'custom', message: `a ${String(result.status)} result needs "${needs}"` });
      }
    });

/** Fields that hold a score, and the messages that have them. */
const measured = (value: z.ZodType<number>, train: string, validation: string, test: string) => ({
  ...{ train, validation, test },
  epoch: epochOf(value, train, validation),
  result: resultOf(value, test, validation),
});

const ofAccuracy = measured(fraction, 'accuracy', 'validationAccuracy', 'testAccuracy');
const ofScore = measured(z.number(), 'score', 'validationScore', 'testScore');

/** A line as a message, or why it is none. */
export type ReadLine<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

function readObject(line: string): ReadLine<Readonly<Record<string, unknown>>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    const isPython = /:\s*-?(NaN|Infinity)\b/.test(line);
    return { ok: false, why: isPython ? 'JSON has no NaN and no Infinity; say null' : 'it is not JSON' };
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject
    ? { ok: true, value: value as Readonly<Record<string, unknown>> }
    : { ok: false, why: 'it is not a JSON object' };
}

/** The answer to our hello. */
export function readHello(line: string): ReadLine<Hello> {
  const object = readObject(line);
  if (!object.ok) return object;
  if (object.value.type !== 'hello') return { ok: false, why: 'a hello was expected' };
  const read = readBy(helloSchema, object.value);
  if (!read.ok) return read;
  const { type: _, score = null, ...hello } = read.value;
  const isAccuracy = score?.name === 'accuracy';
  if (isAccuracy && score.better !== 'higher') return { ok: false, why: 'of accuracy, higher is better' };
  return { ok: true, value: { ...hello, score: isAccuracy ? null : score } };
}

/** What a trainer says of its jobs. @param score what it measures; null: accuracy */
export function readTrainerMessage(line: string, score: TrainingScore | null): ReadLine<TrainerMessage> {
  const object = readObject(line);
  if (!object.ok) return object;
  const { train, validation, test, ...schemas } = score === null ? ofAccuracy : ofScore;
  const told = (number: unknown): number => (typeof number === 'number' ? number : Number.NaN);
  switch (object.value.type) {
    case 'started': {
      const read = readBy(startedSchema, object.value);
      return read.ok ? { ok: true, value: { ...read.value, device: read.value.device || null } } : read;
    }
    case 'epoch': {
      const read = readBy(schemas.epoch, object.value);
      if (!read.ok) return read;
      const { id: job, epoch, loss = Number.NaN } = read.value as { id: string; epoch: number; loss?: number | null };
      const scores = { train: told(read.value[train]), validation: told(read.value[validation]) };
      return { ok: true, value: { type: 'epoch', id: job, epoch, loss, ...scores } };
    }
    case 'result': {
      const read = readBy(schemas.result, object.value);
      return read.ok
        ? { ok: true, value: resultMessage(read.value, told(read.value[test]), told(read.value[validation])) }
        : read;
    }
    case 'alive':
      return readBy(aliveSchema, object.value);
    default:
      return { ok: false, why: `no message has the type ${JSON.stringify(object.value.type) ?? 'undefined'}` };
  }
}

function resultMessage(read: Readonly<Record<string, unknown>>, test: number, validation: number): ResultMessage {
  const ended = read as unknown as Pick<ResultMessage, 'id' | 'status'> & {
    readonly reason?: string;
    readonly samplesPerSecond?: number;
  };
  const { samplesPerSecond = 0, reason: why = null } = ended;
  const finished = ended.status === 'finished';
  return {
    ...{ type: 'result', id: ended.id, status: ended.status, samplesPerSecond, validation },
    ...{ reason: finished ? null : why, test: finished ? test : null },
  };
}
