import { z } from 'zod';
import type { SameType } from '../base/documents.ts';
import type { EntryOptions } from './entries.ts';
import type { Metric } from './metric.ts';

export const metricSchema = z.enum(['indicator', 'fair-share']);

const windows = z.union([
  z.enum(['integral', 'balanced']),
  z.record(z.string(), z.array(z.array(z.int().nonnegative()))),
]);

/** How the entries of the scatter vector were asked for, as it is stored. */
export const entryOptionsSchema = z.strictObject({
  windows: windows.optional(),
  spans: z.enum(['io', 'all']).optional(),
});

const same: [
  SameType<z.infer<typeof metricSchema>, Metric>,
  SameType<z.infer<typeof entryOptionsSchema>, EntryOptions>,
] = [true, true];
void same;
