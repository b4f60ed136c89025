import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Failure, failure } from '../../base/failure.ts';

/** What to do about a backend that does not start. */
export const ANOTHER_BACKEND = 'Use another backend: --backend wasm, or --backend cpu.';

/** Where optional packages are looked for: beside this one. Tests name a file in a folder of their own. */
export const ownPackages: string = import.meta.url;

/** Optional packages are resolved at run time, so that their absence is a value and not a broken build. */
export async function importOptional(name: string, from: string): Promise<Record<string, unknown> | null> {
  let path: string;
  try {
    path = createRequire(from).resolve(name);
  } catch {
    return null;
  }
  return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
}

/** The folder of an installed package, or null. */
export function packageFolder(name: string, from: string): string | null {
  try {
    return dirname(createRequire(from).resolve(`${name}/package.json`));
  } catch {
    return null;
  }
}

export const missingPackage = (name: string): Failure =>
  failure('package-missing', `the package ${name} is not installed`, `Install it: npm install ${name}.`);
