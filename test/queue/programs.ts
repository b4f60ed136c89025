import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a program is: on the path, or in Debian's folder of PostgreSQL 15. */
export function find(program: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/lib/postgresql/15/bin'];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? null;
}
