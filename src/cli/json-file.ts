import { readFileSync } from 'node:fs';
import { fileFailure } from '../base/file-access.ts';
import { UsageError } from './errors.ts';

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value in a JSON file that an option names. @param what "the edges file". @throws UsageError naming what is wrong */
export function readJsonFile(path: string, what: string, nextStep: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const failure = fileFailure(error, path, 'read');
    if (failure === null) throw error;
    throw new UsageError(`${what}: ${failure.message}`, nextStep);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${what} ${path} is not JSON (${(error as Error).message})`, nextStep);
  }
}
