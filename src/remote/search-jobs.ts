import { z } from 'zod';
import type { SameType } from '../base/documents.ts';
import { parseJson } from '../base/json.ts';
import type { Architecture } from '../pattern/architecture.ts';
import { architectureSchema } from '../pattern/architecture-schema.ts';
import type { Constraints } from '../pattern/constraints/constraints.ts';
import { constraintsSchema } from '../pattern/constraints/constraints-schema.ts';
import { type EntryOptions, scatterEntries } from '../pattern/entries.ts';
import { entryOptionsSchema, metricSchema } from '../pattern/entries-schema.ts';
import { blobSchema } from '../queue/wire.ts';
import { requireShares } from '../scatter/mean-share.ts';
import type { Metric } from '../scatter/metric.ts';
import type { IslandSpec } from '../search/events.ts';
import { islandSchema } from '../search/request-schema.ts';
import type { StepLimits } from '../search/step-limits.ts';
import type { WorkerSetup } from '../search/tasks.ts';

/*
 * What the jobs of a search say. The study's notice names the setup, a blob that a worker checks and makes ready for; a job is one
 * step of one island. States, elites and results travel as blobs (wire-format.ts, packed patterns).
 */

/** Bytes of a setup: windows by hand are most of it. */
export const MOST_SETUP_BYTES = 64 * 2 ** 20;

const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** What a study's notice says under `needs`. `code`: digest of the sources that decide what a step comes to. */
export const searchNeedsSchema = z.object({ code: digest, setup: blobSchema });

/** Everything that decides what a step comes to, its state aside, and when it is ended. */
export interface SearchSetup {
  readonly architecture: Architecture;
  readonly metric: Metric;
  readonly entries: EntryOptions;
  readonly constraints?: Constraints;
  readonly target: number | null;
  readonly islands: readonly IslandSpec[];
  readonly seed: number;
  readonly order: readonly string[];
  readonly limits: StepLimits;
}

const searchSetupSchema = z.strictObject({
  architecture: architectureSchema,
  metric: metricSchema,
  entries: entryOptionsSchema,
  constraints: constraintsSchema.optional(),
  target: z.number().min(0).max(1).nullable(),
  islands: z.array(islandSchema).min(1).max(100_000),
  seed: z.int().nonnegative(),
  order: z.array(z.string()).max(100),
  limits: z.strictObject({
    stepSeconds: z.number().positive().optional(),
    workerMemoryMb: z.int().positive().optional(),
  }),
});

const same: SameType<z.infer<typeof searchSetupSchema>, SearchSetup> = true;
void same;

/** @param entries how those of the setup's problem were asked for */
export function packSetup(
  { problem, islands, seed, order }: Omit<WorkerSetup, 'timed'>,
  entries: EntryOptions,
  limits: StepLimits,
): Uint8Array {
  const { architecture, metric, constraints, target } = problem;
  const setup: SearchSetup = {
    ...{ architecture, metric, entries, target, islands, seed, order, limits },
    ...(constraints === undefined ? {} : { constraints }),
  };
  return Buffer.from(JSON.stringify(setup));
}

/** @throws for what is no setup, with words for it */
export function unpackSetup(bytes: Uint8Array): { setup: Omit<WorkerSetup, 'timed'>; limits: StepLimits } {
  const { architecture, metric, entries, constraints, target, islands, seed, order, limits } = searchSetupSchema.parse(
    parseJson(bytes),
  );
  const made = scatterEntries(architecture, entries, metric);
  requireShares(made, metric);
  const problem = {
    architecture,
    entries: made,
    metric,
    target,
    ...(constraints === undefined ? {} : { constraints }),
  };
  return { setup: { problem, islands, seed, order }, limits };
}

const number = z.number();

/** What a candidate must be better than to be kept. */
const toBeatSchema = z.strictObject({
  scatter: number,
  otherScatter: number.nullable(),
  ties: z.record(z.string(), number.nullable()),
});

/** Of a job. `state`: null to start; elites as packed patterns with their scores (`toWire`). */
export const stepPayloadSchema = z.strictObject({
  island: z.int().nonnegative(),
  round: z.int().positive(),
  state: blobSchema.nullable(),
  elites: z.array(blobSchema).max(64),
  toBeat: toBeatSchema.nullable(),
});
export type StepPayload = z.infer<typeof stepPayloadSchema>;

/** How a job ended. `failed`: what its strategy did wrong, which is not believed unseen. */
export const stepBodySchema = z.union([
  z.object({ state: blobSchema, result: blobSchema }),
  z.object({ failed: z.string().max(100_000) }),
]);
export type StepBody = z.infer<typeof stepBodySchema>;

/** What a job says while it goes on: a clean line that a strategy printed. */
export const printBodySchema = z.object({ print: z.string().max(100_000) });

export const stepJobId = (island: number, round: number): string => `step-${island}-${round}`;
