import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// The program's first module imports this file before it knows which Node runs it: nothing here may need a recent one.

/** What the program reads of its own package.json. */
export interface Manifest {
  readonly version: string;
  /** which versions of Node it runs on, as npm writes it: "^20.19.0 || >=22.2.0"; null where there is no package.json */
  readonly node: string | null;
}

/** Scattershot's own package.json: in the nearest folder above the sources, or above the build, that has one of this name. */
export function readManifest(): Manifest {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (dirname(folder) !== folder) {
    folder = dirname(folder);
    try {
      const { name, version, engines } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      if (name === 'scattershot') return { version, node: engines.node };
    } catch (_error) {
      // none in this folder: it is in one above
    }
  }
  return { version: '0.0.0', node: null };
}
