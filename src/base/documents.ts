import { z } from 'zod';
import { type Failure, failure, type Outcome, success } from './failure.ts';
import { version } from './version.ts';

/** Stored JSON, read by the schema of its kind: what is not as expected is told where it stands, not where it is used. */

/** A type without `readonly` at any depth. */
type Writable<T> = { -readonly [Key in keyof T]: Writable<T[Key]> };

/**
 * `true` where both types say the same, `readonly` aside, optional fields included. `const same: SameType<z.infer<typeof schema>, T>
 * = true` does not compile once the schema and the type of what it reads part ways.
 */
export type SameType<A, B> =
  (<T>() => T extends Writable<A> ? 1 : 2) extends <T>() => T extends Writable<B> ? 1 : 2 ? true : false;

/** "budget.seconds: expected number, received string": the first thing that a value lacks. */
function faultIn(error: z.ZodError): string {
  const [{ path, message }] = error.issues;
  const words = message.replace(/^Invalid input: /, '');
  return path.length === 0 ? words : `${path.join('.')}: ${words}`;
}

/** What a schema reads, or why it cannot. */
export type ReadDocument<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

export function readBy<T>(schema: z.ZodType<T>, value: unknown): ReadDocument<T> {
  const read = schema.safeParse(value);
  return read.success ? { ok: true, value: read.data } : { ok: false, why: faultIn(read.error) };
}

/** Where a document is from. */
export interface DocumentOrigin {
  /** "the settings of study demo-1" */
  readonly what: string;
  /** the version of Scattershot that stored it */
  readonly storedBy: string;
}

const unreadable = (why: string, { what, storedBy }: DocumentOrigin): Failure =>
  failure(
    'unreadable-document',
    `${what} cannot be read (${why}), as stored by Scattershot ${storedBy}; this is version ${version}`,
    storedBy === version
      ? 'See what else is damaged with: scattershot studies check'
      : `Use Scattershot ${storedBy} for this study, or begin a new one.`,
  );

/** Failure 'unreadable-document'. */
export function readDocument<T>(schema: z.ZodType<T>, value: unknown, origin: DocumentOrigin): Outcome<T> {
  const read = readBy(schema, value);
  return read.ok ? success(read.value) : unreadable(read.why, origin);
}

/** JSON text in a column, read by a schema of its own. */
export const jsonColumn = <T>(schema: z.ZodType<T>) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.issues.push({ code: 'custom', message: 'not JSON text', input: text });
        return z.NEVER;
      }
    })
    .pipe(schema);
