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

/**
 * What the world did, thrown: by public functions, and on its way through code that can only throw. What a caller did wrong is a
 * `RangeError` or `TypeError` instead.
 */
export class ScattershotError extends Error {
  /** kebab-case, stable: to branch on */
  readonly reason: string;
  /** one sentence: what the user can do about it */
  readonly nextStep: string;

  constructor({ reason, message, nextStep }: Pick<Failure, 'reason' | 'message' | 'nextStep'>) {
    super(message);
    this.name = 'ScattershotError';
    this.reason = reason;
    this.nextStep = nextStep;
  }

  /** The same as a value. */
  get failure(): Failure {
    return failure(this.reason, this.message, this.nextStep);
  }
}

/** The value of an outcome, or its Failure thrown. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new ScattershotError(outcome);
}
