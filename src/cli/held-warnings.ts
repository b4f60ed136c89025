import { writeLines } from './standard-error.ts';

/**
 * Warnings that are held back until the command ends, with `--json` where stderr is not a terminal. If the command fails they
 * become part of the one document on stderr; otherwise they are written as lines.
 */
export const heldWarnings: string[] = [];

export function releaseWarnings(): void {
  for (const text of heldWarnings.splice(0)) writeLines(`${text}\n`);
}
