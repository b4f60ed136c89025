import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { InvalidValueError } from '../../base/caller-errors.ts';
import { cleanText } from '../../base/clean-text.ts';
import { failure, type Outcome, success } from '../../base/failure.ts';
import { fileFailure } from '../../base/file-access.ts';
import type { RunsOn, Trainer } from '../trainer.ts';
import { changedFile, commandDigest, parseCommand } from './command-line.ts';
import { BEGIN_AGAIN, CommandTrainer } from './command-trainer.ts';
import type { OwnTrainer } from './own-trainer.ts';
import { type ProgramSpec, TrainerProgram } from './program.ts';
import { type Hello, PROTOCOL_VERSION } from './protocol.ts';

export interface CommandOptions extends OwnTrainer {
  /** start weights and the order of batches go with every job, so that its numbers can be compared with another engine's */
  readonly exactStart?: boolean;
  /** hears every warning once; `Trainer.warnings` holds them too */
  readonly onWarning?: (warning: string) => void;
  /** hears what the trainer writes to stderr as it comes, in clean lines, no more than a person can read */
  readonly onTrainerOutput?: (line: string) => void;
  /** how long it may take to end when it is asked to; default 5 */
  readonly endSeconds?: number;
  /** how long it may take to answer a cancel; default 10 */
  readonly cancelSeconds?: number;
}

const HELLO_SECONDS = 60;
const SILENCE_SECONDS = 3600;
const END_SECONDS = 5;
export const CANCEL_SECONDS = 10;
/** The longest that a timer can be set to. */
const MOST_SECONDS = 2 ** 31 / 1000 - 1;

function milliseconds(seconds: number, what: string): number {
  if (seconds > 0 && seconds <= MOST_SECONDS) return 1000 * seconds;
  throw new InvalidValueError(
    `${what} must be above 0 and at most ${Math.floor(MOST_SECONDS)} seconds; got ${seconds}`,
  );
}

/** Checks what can be checked before anything is started. @throws RangeError */
export function checkOwnTrainer({ command, helloSeconds, silenceSeconds }: OwnTrainer): void {
  parseCommand(command);
  milliseconds(helloSeconds ?? HELLO_SECONDS, 'the time for a hello');
  milliseconds(silenceSeconds ?? SILENCE_SECONDS, 'the time for silence');
}

function specOf(options: CommandOptions, filesFolder: string): ProgramSpec {
  const { helloSeconds, silenceSeconds, endSeconds, cancelSeconds, onTrainerOutput = () => {} } = options;
  return {
    ...parseCommand(options.command),
    folder: resolve(options.trainerFolder ?? '.'),
    filesFolder,
    helloMs: milliseconds(helloSeconds ?? HELLO_SECONDS, 'the time for a hello'),
    silenceMs: milliseconds(silenceSeconds ?? SILENCE_SECONDS, 'the time for silence'),
    endMs: milliseconds(endSeconds ?? END_SECONDS, 'the time for an end'),
    cancelMs: milliseconds(cancelSeconds ?? CANCEL_SECONDS, 'the time for a cancel'),
    onStderr: onTrainerOutput,
  };
}

/** A folder for files that the trainer reads, for this user alone. */
function privateFolder(): Outcome<string> {
  const start = join(tmpdir(), 'scattershot-trainer-');
  try {
    return success(mkdtempSync(start));
  } catch (error) {
    const known = fileFailure(error, start, 'write');
    if (known !== null) return known;
    throw error;
  }
}

const NO_FILES =
  'No word of the trainer’s command names a file, so a change of the program is not noticed and what is stored counts on. Name its files: --trainer-files train.py';

function runsOnOf(hello: Hello, digest: string): RunsOn {
  const { name, devices, score } = hello;
  const on = devices.length === 0 ? name : `${name} on ${devices.join(', ')}`;
  const measured = score === null ? {} : { score };
  const text = JSON.stringify([digest, PROTOCOL_VERSION, score]);
  return {
    ...{ engine: 'command', backend: 'external', device: cleanText(on, 400), ...measured },
    trainerDigest: createHash('sha256').update(text).digest('hex'),
  };
}

/**
 * Starts a trainer of the user's own; docs/trainers.md has the protocol.
 * @returns Failure 'no-trainer' where there is no such program, 'trainer-failed' where it says no proper hello, and those of reading files
 * @throws RangeError for a command that cannot be, and for times that make no sense
 */
export const createCommandTrainer = (options: CommandOptions): Promise<Outcome<Trainer>> =>
  startCommandTrainer(options);

/** The same, for who looks inside. */
export async function startCommandTrainer(options: CommandOptions): Promise<Outcome<CommandTrainer>> {
  const line = parseCommand(options.command);
  const spec = specOf(options, '');
  const digested = await commandDigest(line, options.trainerFiles ?? [], spec.folder);
  if (!digested.ok) return digested;
  const folder = privateFolder();
  if (!folder.ok) return folder;
  const started = await TrainerProgram.start({ ...spec, filesFolder: folder.value });
  if (!started.ok) {
    rmSync(folder.value, { recursive: true, force: true });
    return started;
  }
  const warnings = digested.value.files.size === 0 ? [NO_FILES] : [];
  for (const warning of warnings) options.onWarning?.(warning);
  return success(
    new CommandTrainer({
      spec: { ...spec, filesFolder: folder.value },
      program: started.value,
      runsOn: runsOnOf(started.value.hello, digested.value.digest),
      warnings,
      exactStart: options.exactStart ?? false,
      stillSame: async () => {
        const now = await commandDigest(line, options.trainerFiles ?? [], spec.folder);
        if (!now.ok) return now;
        const changed = changedFile(digested.value, now.value);
        if (changed === null) return success(undefined);
        const message = `${cleanText(changed, 300)}, which the trainer's results depend on, changed while it trained`;
        return failure('trainer-changed', message, BEGIN_AGAIN);
      },
    }),
  );
}
