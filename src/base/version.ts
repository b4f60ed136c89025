import { readManifest } from './manifest.ts';

/** Scattershot's version, from the package's manifest. */
export const version: string = readManifest().version;
