import { readManifest } from './manifest.ts';

/** Scattershot's version, from the package's manifest. */
export const version: string = readManifest().version;

/** What makes the rows that this process stores. */
export const provenance = {
  version,
  node: process.version,
  platform: `${process.platform}-${process.arch}`,
} as const;
