import { existsSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { ScattershotError } from '../base/failure.ts';
import { fileBeside } from '../pattern/formats/index.ts';
import { UsageError } from './errors.ts';
import { DEFAULT_FORMAT } from './export-formats.ts';

/** The --output that means stdout. */
const STDOUT = '-';

export interface ExportTargetOptions {
  readonly output: string;
  readonly format?: string;
  readonly top?: number;
  readonly force?: boolean;
}

/** Where candidates go: to stdout, or each into a file. */
export type ExportTarget =
  | { readonly kind: 'stdout'; readonly ending: string }
  | { readonly kind: 'files'; readonly folder: string | null; pathOf(candidate: number): string };

/** @throws UsageError for options that do not go together */
export function exportTarget({ output, format, top }: ExportTargetOptions): ExportTarget {
  const ending = `.${format ?? DEFAULT_FORMAT}`;
  if (top !== undefined) {
    if (output === STDOUT) throw new UsageError('--top writes several files', 'Give a folder as --output.');
    const folder = resolve(output);
    // Python imports no module with a hyphen in its name.
    const start = ending === '.py' ? 'candidate_' : 'candidate-';
    return { kind: 'files', folder, pathOf: (candidate) => join(folder, `${start}${candidate}${ending}`) };
  }
  if (output === STDOUT) {
    const second = fileBeside(`pattern${ending}`);
    if (second === null) return { kind: 'stdout', ending };
    const message = `${ending} comes as two files, itself and the ${extname(second)} that it reads`;
    throw new UsageError(message, `Give a file as --output, such as best${ending}.`);
  }
  if (format !== undefined && extname(output).toLowerCase() !== ending) {
    throw new UsageError(
      `${output} does not end in ${ending}, which --format ${format} asks for`,
      'Leave --format out: the ending says the format.',
    );
  }
  return { kind: 'files', folder: null, pathOf: () => resolve(output) };
}

/** Every file that is written for a path: itself, and what its format puts beside it. */
export function filesOf(path: string): readonly string[] {
  const second = fileBeside(path);
  return second === null ? [path] : [path, second];
}

/** @throws ScattershotError 'file-exists' for the first of the files that would be replaced without `force` */
export function refuseOverwriting(paths: readonly string[], force: boolean): void {
  const existing = force ? undefined : paths.flatMap(filesOf).find((path) => existsSync(path));
  if (existing === undefined) return;
  throw new ScattershotError({
    reason: 'file-exists',
    message: `${existing} exists already`,
    nextStep: 'Give another name, or --force to replace it.',
  });
}
