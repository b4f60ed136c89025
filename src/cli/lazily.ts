/** The module of a command does not load: a package is missing, or a file cannot be opened. */
export class UnloadedError extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
    this.name = 'UnloadedError';
  }
}

/**
 * What a command does, loaded when it runs: help, completions and usage errors start without it.
 *
 * @throws UnloadedError where the module does not load
 */
export function lazily<Args extends readonly unknown[]>(
  load: () => Promise<(...args: Args) => unknown>,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    const action = await load().catch((error: Error) => {
      throw new UnloadedError(error);
    });
    await action(...args);
  };
}
