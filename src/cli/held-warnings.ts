/**
 * With `--json` and no terminal to read them on, warnings wait for the end: those of a command that failed are part of the one
 * document on stderr, those of any other follow as lines.
 */
export const heldWarnings: string[] = [];

export function releaseWarnings(): void {
  for (const text of heldWarnings.splice(0)) process.stderr.write(`${text}\n`);
}
