import { ScattershotError } from '../base/failure.ts';
import { readJsonFile } from '../base/json.ts';
import { UsageError } from './errors.ts';

/**
 * The value in a JSON file that an option names.
 * @param what "the edges file"
 * @throws ScattershotError for a file that is not there or cannot be read; UsageError for content that is not sound JSON
 */
export function readOptionFile(path: string, what: string, nextStep: string): unknown {
  const read = readJsonFile(path, what, nextStep);
  if (read.ok) return read.value;
  if (read.reason === 'unreadable-json') throw new UsageError(read.message, nextStep);
  throw new ScattershotError(read);
}
