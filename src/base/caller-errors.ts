/**
 * What a caller did wrong: a value that cannot be, told with what was got and what was expected. A class of our own, so that the
 * command line tells a user's mistake from a defect of the program, for which the language throws `RangeError` as well.
 */
export class InvalidValueError extends RangeError {
  override readonly name = 'RangeError';
  /** one sentence: what the caller can do about it, where the message does not say it already */
  readonly nextStep: string | null;

  constructor(message: string, nextStep: string | null = null) {
    super(message);
    this.nextStep = nextStep;
  }
}

/** As `InvalidValueError`, for a value of the wrong type. */
export class InvalidTypeError extends TypeError {
  override readonly name = 'TypeError';
  readonly nextStep = null;
}

/** Whether an error tells of a caller's mistake. */
export const isCallerMistake = (error: unknown): error is InvalidValueError | InvalidTypeError =>
  error instanceof InvalidValueError || error instanceof InvalidTypeError;
