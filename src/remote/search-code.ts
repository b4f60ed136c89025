import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folders of the sources that decide what a step comes to. */
const FOLDERS = ['../base', '../pattern', '../scatter', '../proxies', '../search', '../../strategies'];

const isCode = (name: string) => /\.[jt]s$/.test(name) && !name.endsWith('.d.ts');

let known: string | null = null;

/**
 * SHA-256 of this program's own sources of a search, hexadecimal: two that were built alike give the same for the same seed. A version
 * number alone says too little where a lab runs what it changed itself.
 */
export function searchCode(): string {
  if (known !== null) return known;
  const hash = createHash('sha256');
  for (const folder of FOLDERS) {
    const path = fileURLToPath(new URL(folder, import.meta.url));
    const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter(isCode);
    for (const name of names.map((one) => one.replaceAll('\\', '/')).sort()) {
      hash
        .update(`${folder}/${name}\n`)
        .update(readFileSync(join(path, name)))
        .update('\n');
    }
  }
  known = hash.digest('hex');
  return known;
}
