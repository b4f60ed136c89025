import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** One file and everything it imports, as paths from the root or as names of packages. */
export interface SourceFile {
  readonly path: string;
  readonly files: readonly string[];
  readonly packages: readonly string[];
}

/** Static imports and re-exports, those of types included, and imports by call. */
const IMPORTS = /^(?:import|export)\b[^;'"]*?from '([^']+)';|^import '([^']+)';|\bimport\(\s*'([^']+)'/gm;

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
}

/** Imports that a source text names, in order. */
export function importsOf(text: string): string[] {
  return [...text.matchAll(IMPORTS)].map(([, from, alone, call]) => from ?? alone ?? call);
}

function readSource(path: string): SourceFile {
  const imports = importsOf(readFileSync(join(root, path), 'utf8'));
  const isOwn = (specifier: string) => specifier.startsWith('.');
  return {
    path,
    files: imports.filter(isOwn).map((specifier) => relative(root, resolve(root, dirname(path), specifier))),
    packages: imports
      .filter((specifier) => !isOwn(specifier) && !specifier.startsWith('node:'))
      .map((specifier) => packageOf(specifier)),
  };
}

/** Every source file of the program. */
export const sourceFiles = (): SourceFile[] =>
  ['src', 'strategies']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((path) => /\.tsx?$/.test(path))
    .sort()
    .map(readSource);

/** The first circle of imports that is found, as the files along it, or null. */
export function findCircle(files: readonly SourceFile[]): readonly string[] | null {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): readonly string[] | null => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return null;
    for (const next of byPath.get(path)?.files ?? []) {
      const circle = visit(next, [...trail, path]);
      if (circle !== null) return circle;
    }
    done.add(path);
    return null;
  };
  for (const { path } of files) {
    const circle = visit(path, []);
    if (circle !== null) return circle;
  }
  return null;
}
