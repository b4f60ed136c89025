/**
 * What the world did (no such file, no GPU, disk full): a value with a reason to branch on and a next step to print.
 * What a caller did wrong is thrown as RangeError or TypeError instead.
 */
export interface Failure {
  readonly ok: false;
  /** kebab-case, stable: 'unreadable-file', 'not-a-pattern', 'disk-full', … */
  readonly reason: string;
  /** one sentence, without a final next step */
  readonly message: string;
  /** one sentence: what the user can do about it */
  readonly nextStep: string;
}

export interface Success<T> {
  readonly ok: true;
  readonly value: T;
}

/** What an error says, whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export type Outcome<T> = Success<T> | Failure;

export const success = <T>(value: T): Success<T> => ({ ok: true, value });

export const failure = (reason: string, message: string, nextStep: string): Failure => ({
  ok: false,
  reason,
  message,
  nextStep,
});

/** A Failure on its way through code that can only throw; the command line prints it like the value it carries. */
export class FailureError extends Error {
  readonly failure: Failure;

  constructor(carried: Failure) {
    super(carried.message);
    this.name = 'FailureError';
    this.failure = carried;
  }
}

/** The value of an outcome, or its Failure thrown. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new FailureError(outcome);
}
