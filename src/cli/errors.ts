import { CommanderError } from 'commander';
import { isCallerMistake } from '../base/caller-errors.ts';
import { cleanLines, cleanText, safeJson } from '../base/clean-text.ts';
import { type Failure, failure, messageOf, type Outcome, ScattershotError } from '../base/failure.ts';
import { fileFailure } from '../base/file-access.ts';
import { heldWarnings } from './held-warnings.ts';
import { writeLines } from './standard-error.ts';

export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Most bytes of a message, of its next step, and of the JSON document of both: all of it stays below 4 KB. */
const MOST_MESSAGE = 2600;
const MOST_NEXT_STEP = 1200;
const MOST_DOCUMENT = 4000;

/** The user typed something that cannot be; exits with 2. */
export class UsageError extends Error {
  readonly nextStep: string;

  constructor(message: string, nextStep: string) {
    super(message);
    this.name = 'UsageError';
    this.nextStep = nextStep;
  }
}

/** The value of an outcome whose failure is a mistake in what was typed. @throws UsageError */
export function usage<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new UsageError(outcome.message, outcome.nextStep);
}

/** System errors that no other code has turned into a failure. */
function systemFailure(error: NodeJS.ErrnoException): Failure | null {
  const { code, path } = error;
  const at = path === undefined ? '' : ` (${path})`;
  switch (code) {
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
      return path === undefined ? null : fileFailure(error, path, 'read');
  }
}

/** The failure that an error stands for; null for a defect of the program. */
export function asFailure(error: unknown): Failure | null {
  if (error instanceof ScattershotError) return error.failure;
  return error instanceof Error ? systemFailure(error) : null;
}

/** What a user is told of an error, as `--json` has it, and the code that the program exits with. */
export interface ErrorReport extends Pick<Failure, 'reason' | 'message' | 'nextStep'> {
  readonly code: number;
}

/** An error that another process has reported already, in its own words. */
export class ReportedError extends Error {
  readonly report: ErrorReport;

  constructor(report: ErrorReport) {
    super(report.message);
    this.report = report;
  }
}

/** commander's sentence without its prefix; a second line of it ("(Did you mean --sort?)") is a next step. */
function usageReport(error: CommanderError, command: string): ErrorReport {
  const [message, ...hints] = error.message.replace(/^error: /, '').split(/\n(?=\()/);
  const steps = [...hints.map((hint) => hint.replace(/^\((.*)\)$/, '$1')), helpStep(command)];
  return { reason: 'usage', message, nextStep: steps.join(' '), code: EXIT.usage };
}

const helpStep = (command: string) => `See "${['scattershot', command].join(' ').trim()} --help".`;

export function errorReport(error: unknown, command: string): ErrorReport {
  if (error instanceof ReportedError) return error.report;
  if (error instanceof CommanderError) return usageReport(error, command);
  if (error instanceof UsageError) {
    return { reason: 'usage', message: error.message, nextStep: error.nextStep, code: EXIT.usage };
  }
  if (isCallerMistake(error)) {
    const { message, nextStep } = error;
    return { reason: 'usage', message, nextStep: nextStep ?? helpStep(command), code: EXIT.usage };
  }
  const known = asFailure(error);
  if (known !== null) return { ...known, code: EXIT.failed };
  return {
    reason: 'unexpected',
    message: `something unexpected went wrong: ${messageOf(error)}`,
    nextStep: 'What was stored is safe. Run again with SCATTERSHOT_DEBUG=1 to see where it happened.',
    code: EXIT.failed,
  };
}

/** One line, since a program may have lines of a log before it. */
function errorDocument(report: ErrorReport, stack: string | undefined): string {
  const warnings = heldWarnings.splice(0);
  for (let most = MOST_MESSAGE; ; most = Math.floor(most / 2)) {
    const document = safeJson({
      reason: report.reason,
      message: cleanText(report.message, most),
      nextStep: cleanText(report.nextStep, Math.min(most, MOST_NEXT_STEP)),
      ...(warnings.length === 0 || most < MOST_MESSAGE ? {} : { warnings }),
      ...(stack === undefined ? {} : { stack: cleanLines(stack, most) }),
    });
    if (Buffer.byteLength(document) <= MOST_DOCUMENT || most < 100) return document;
  }
}

/**
 * Tells of an error on stderr, never with a stack unless SCATTERSHOT_DEBUG is set: one clear sentence and a next step, or with
 * `--json` one document `{reason, message, nextStep}`.
 * @param command name of the command that failed; empty before one is known
 * @returns the code to exit with
 */
export function reportError(error: unknown, command: string, json = false): number {
  // commander has written the help or the version already.
  if (error instanceof CommanderError && (error.exitCode === 0 || error.code.startsWith('commander.help'))) {
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  const report = errorReport(error, command);
  const stack = process.env.SCATTERSHOT_DEBUG && error instanceof Error ? error.stack : undefined;
  if (json) {
    writeLines(`${errorDocument(report, stack)}\n`);
    return report.code;
  }
  const message = cleanText(report.message, MOST_MESSAGE);
  const nextStep = cleanText(report.nextStep, MOST_NEXT_STEP);
  if (stack !== undefined) writeLines(`${cleanLines(stack, MOST_DOCUMENT)}\n`);
  writeLines(`scattershot: ${message}${/[.!?]$/.test(message) ? '' : '.'}\n${nextStep}\n`);
  return report.code;
}
