import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { IslandSpec } from '../../src/search/events.ts';

/** The example of docs/strategies.md. */
export const documented = /```js\n([\s\S]*?)```/.exec(
  readFileSync(new URL('../../docs/strategies.md', import.meta.url), 'utf8'),
)?.[1] as string;

export const folder = mkdtempSync(join(tmpdir(), 'scattershot-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** @returns its path */
export function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The documented example with something else in a place. */
export function altered(name: string, place: string | RegExp, by: string): string {
  const text = documented.replace(place, by);
  if (text === documented) throw new RangeError(`the example does not hold ${place}`);
  return written(name, text);
}

export function islandOf(path: string, strategy = 'shuffled-ring'): IslandSpec {
  return { strategy, file: { path, sha256: createHash('sha256').update(readFileSync(path)).digest('hex') } };
}
