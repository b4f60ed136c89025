import { CommanderError } from 'commander';
import { isCallerMistake } from '../base/caller-errors.ts';
import { type Failure, failure, messageOf, ScattershotError } from '../base/failure.ts';

export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** The user typed something that cannot be; exits with 2. */
export class UsageError extends Error {
  readonly nextStep: string;

  constructor(message: string, nextStep: string) {
    super(message);
    this.name = 'UsageError';
    this.nextStep = nextStep;
  }
}

/** System errors that reach the top because they came from nowhere in particular. */
function systemFailure(error: NodeJS.ErrnoException): Failure | null {
  const at = error.path === undefined ? '' : ` (${error.path})`;
  switch (error.code) {
    case 'ENOSPC':
      return failure('disk-full', `the disk is full${at}`, 'Free some space and run the same command again.');
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return failure(
        'not-permitted',
        `no permission to write or read here${at}`,
        'Choose another folder with --db or SCATTERSHOT_HOME.',
      );
    case 'ENOENT':
      return failure('not-found', `no such file or folder${at}`, 'Check the path.');
    default:
      return null;
  }
}

/** What the world did, if that is what an error tells of; null for any other error. */
export function asFailure(error: unknown): Failure | null {
  if (error instanceof ScattershotError) return error.failure;
  return error instanceof Error ? systemFailure(error) : null;
}

/** One clear sentence and a next step on stderr; never a stack, unless SCATTERSHOT_DEBUG is set. Returns the exit code. */
export function reportError(error: unknown, command: string): number {
  if (error instanceof CommanderError) {
    // commander has printed help, version or its own sentence already
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  if (process.env.SCATTERSHOT_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  if (error instanceof UsageError) return print(error.message, error.nextStep, EXIT.usage);
  if (isCallerMistake(error)) return print(error.message, `See "scattershot ${command} --help".`, EXIT.usage);
  const known = asFailure(error);
  if (known !== null) return print(known.message, known.nextStep, EXIT.failed);
  const message = messageOf(error);
  return print(
    `something unexpected went wrong: ${message}`,
    'What was stored is safe. Run again with SCATTERSHOT_DEBUG=1 to see where it happened.',
    EXIT.failed,
  );
}

function print(message: string, nextStep: string, code: number): number {
  process.stderr.write(`scattershot: ${message}${/[.!?]$/.test(message) ? '' : '.'}\n${nextStep}\n`);
  return code;
}
