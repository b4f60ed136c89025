import { z } from 'zod';
import { cleanText } from '../base/clean-text.ts';
import { parseJson } from '../base/json.ts';
import { MOST_MESSAGE_CHARACTERS } from './transport.ts';

/**
 * What studies and workers say to each other. Whatever comes from the wire is measured, then parsed, then checked against these; text
 * that somebody will read is cleaned and cut here. Bodies are opaque: whoever made the job checks them.
 */

/** Bytes of UTF-8 of a name or sentence from the wire; what is longer loses its middle. */
const MOST_SHOWN_BYTES = 300;
const MOST_RUNS = 10_000;
/** Bytes of a blob that travel inside a message. */
export const MOST_INLINE_BYTES = 64 * 1024;
/** Bytes of a blob in one message; as base64 below `MOST_MESSAGE_CHARACTERS`. */
export const PIECE_BYTES = 512 * 1024;
const MOST_PIECES = 2 ** 20;

const id = z.string().regex(/^[a-zA-Z0-9._-]{1,100}$/);
const mailbox = z.string().regex(/^[a-z0-9-]{1,100}$/);
const token = z.string().regex(/^[a-z0-9]{1,64}$/);
export const isToken = (text: string): boolean => token.safeParse(text).success;
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const shown = z
  .string()
  .max(MOST_MESSAGE_CHARACTERS)
  .transform((text) => cleanText(text, MOST_SHOWN_BYTES));
const count = z.int().min(0);
const wallMs = z.number().min(0);

/** A blob that a payload or body names; a small one holds it, as base64. */
export const blobSchema = z.object({
  digest,
  sizeBytes: count.max(MOST_PIECES * PIECE_BYTES),
  inline: z
    .base64()
    .max(Math.ceil(MOST_INLINE_BYTES / 3) * 4)
    .optional(),
});
export type BlobReference = z.output<typeof blobSchema>;

const jobRun = z.object({ job: id, run: token });
const runner = { worker: token, host: shown, device: shown };

const ask = z.object({ kind: z.literal('ask'), digest, from: count.max(MOST_PIECES), count: count.max(64), mailbox });
const piece = z.object({
  kind: z.literal('piece'),
  digest,
  number: count,
  bytes: z.base64().max(Math.ceil(PIECE_BYTES / 3) * 4),
});
/** The answer of one who has not, or no longer, what was asked for. */
const lacks = z.object({ kind: z.literal('lacks'), digest });

const jobFailure = z.object({ reason: z.string().regex(/^[a-z][a-z0-9-]{0,60}$/), message: shown });
/** How a job ended that could not be done: a value, as its result would be. */
export type JobFailure = z.output<typeof jobFailure>;

const toStudySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('begun'), job: id, run: token, ...runner }),
  z.object({
    kind: z.literal('pulse'),
    doing: z.array(jobRun).max(MOST_RUNS),
    ...runner,
    body: z.unknown().optional(),
  }),
  z.object({ kind: z.literal('progress'), job: id, run: token, number: count.min(1), body: z.unknown().optional() }),
  z.object({
    kind: z.literal('done'),
    job: id,
    run: token,
    ...runner,
    failure: jobFailure.nullable(),
    body: z.unknown().optional(),
  }),
  z.object({ kind: z.literal('returned'), job: id, run: token, reason: shown }),
  z.object({ kind: z.literal('refused'), ...runner, why: shown }),
  ask,
  piece,
  lacks,
]);
export type ToStudy = z.output<typeof toStudySchema>;

const toWorkerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ack'), runs: z.array(token).max(MOST_RUNS) }),
  // Two studies may have jobs of one id: equal ones.
  z.object({ kind: z.literal('cancel'), study: token, jobs: z.array(id).max(MOST_RUNS) }),
  ask,
  piece,
  lacks,
]);
export type ToWorker = z.output<typeof toWorkerSchema>;
export type PieceMessage = Extract<ToWorker, { kind: 'ask' | 'piece' | 'lacks' }>;

const studyNoticeSchema = z.object({
  token,
  name: shown,
  host: shown,
  kind: z.enum(['training', 'search']),
  version: shown,
  /** what a worker must have, as the executor of this kind reads it */
  needs: z.unknown().optional(),
  atMs: wallMs,
});
/** What a study says on the board 'studies'. `atMs`: wall clock, when it last did. */
export type StudyNotice = z.output<typeof studyNoticeSchema>;

const workerNoticeSchema = z.object({
  id: token,
  host: shown,
  pid: count,
  version: shown,
  threads: count,
  memoryBytes: count,
  device: shown,
  /** engines and backends, as those who look for them read it */
  offers: z.unknown().optional(),
  studies: z.array(shown).max(1000),
  jobs: count,
  done: count,
  samplesPerSecond: z.number().min(0).nullable(),
  draining: z.boolean(),
  atMs: wallMs,
});
/** What a worker says on the board 'workers'. `jobs`: that it does now; `done`: since it began. */
export type HostNotice = z.output<typeof workerNoticeSchema>;

export const STUDIES = 'studies';
export const WORKERS = 'workers';
/** A notice is renewed so often, */
export const RENEWAL_MS = 5_000;
/** and void so long after. */
const VOID_MS = 30_000;

export const queueOf = (study: string): string => `work-${study}`;
export const studyMailbox = (study: string): string => `study-${study}`;
export const workerMailbox = (worker: string): string => `worker-${worker}`;

/** @returns null for what is too large, no JSON, or not of the schema */
function read<T>(schema: z.ZodType<T>, text: string): T | null {
  if (text.length > MOST_MESSAGE_CHARACTERS) return null;
  try {
    return schema.safeParse(parseJson(Buffer.from(text))).data ?? null;
  } catch {
    return null;
  }
}

export const readToStudy = (text: string): ToStudy | null => read(toStudySchema, text);
export const readToWorker = (text: string): ToWorker | null => read(toWorkerSchema, text);
/** A job's payload: undefined for what is too large or no JSON. */
export const readPayload = (text: string): unknown => read(z.unknown(), text) ?? undefined;

/** Those on a board that are sound and not void, as of the wall clock `nowMs`. */
const current = <T extends { readonly atMs: number }>(
  schema: z.ZodType<T>,
  notices: readonly { readonly text: string }[],
  nowMs: number,
): T[] =>
  notices
    .map(({ text }) => read(schema, text))
    .filter((notice) => notice !== null)
    .filter(({ atMs }) => Math.abs(nowMs - atMs) < VOID_MS);

export const currentStudies = (notices: readonly { readonly text: string }[], nowMs: number): StudyNotice[] =>
  current(studyNoticeSchema, notices, nowMs);

export const currentWorkers = (notices: readonly { readonly text: string }[], nowMs: number): HostNotice[] =>
  current(workerNoticeSchema, notices, nowMs);
