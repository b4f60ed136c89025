import { createRequire } from 'node:module';

const manifests = ['../../package.json', '../../package.json'];

/** Scattershot's version, from the package's manifest: two folders up from the sources, three from the build. */
export const version: string = readVersion();

function readVersion(): string {
  const require = createRequire(import.meta.url);
  for (const path of manifests) {
    try {
      const manifest = require(path) as { name?: string; version: string };
      if (manifest.name === 'scattershot') return manifest.version;
    } catch {
      // not there: the other one is
    }
  }
  return '0.0.0';
}
