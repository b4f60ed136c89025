import { readFileSync } from 'node:fs';
import { ScattershotError } from '../base/failure.ts';
import { fileFailure } from '../base/file-access.ts';
import { UsageError } from './errors.ts';

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value in a JSON file that an option names. @param what "the edges file". @throws ScattershotError for one that cannot be read, UsageError naming what is wrong in it */
export function readJsonFile(path: string, what: string, nextStep: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const failure = fileFailure(error, path, 'read');
    if (failure === null) throw error;
    // What the world did, whichever option named the file: not a mistake in the command.
    throw new ScattershotError({ ...failure, message: `${what}: ${failure.message}` });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${what} ${path} is not JSON (${(error as Error).message})`, nextStep);
  }
}
