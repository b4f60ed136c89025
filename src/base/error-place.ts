import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Where in a user's files an error came about. */
export interface ErrorPlace {
  /** absolute */
  readonly path: string;
  /** from 1 */
  readonly line: number;
}

const FRAME = /(?:^|[\s(])((?:file:\/\/|\/|[A-Za-z]:[\\/])[^()]*?):(\d+):\d+\)?$/;

/** Folders of our own code, from the sources or as it is built. */
const ownFolders = ['../', '../../strategies/'].map((folder) => fileURLToPath(new URL(folder, import.meta.url)));

const isOwn = (path: string): boolean =>
  ownFolders.some((folder) => path.startsWith(folder)) || /[\\/]node_modules[\\/]/.test(path);

function pathOf(location: string): string | null {
  const [bare] = location.split('?');
  if (!bare.startsWith('file://')) return bare;
  try {
    return fileURLToPath(bare);
  } catch {
    return null;
  }
}

/** The innermost place of an error that is neither in our own code nor in a package nor in Node; null where there is none. */
export function errorPlace(error: unknown): ErrorPlace | null {
  const stack: unknown = (error as { readonly stack?: unknown } | null | undefined)?.stack;
  if (typeof stack !== 'string') return null;
  for (const frame of stack.split('\n')) {
    if (!/^\s*at /.test(frame)) continue;
    const match = FRAME.exec(frame);
    const path = match === null ? null : pathOf(match[1]);
    if (match !== null && path !== null && !isOwn(path)) return { path, line: Number(match[2]) };
  }
  return null;
}

const MOST_CHECKING_MS = 10_000;

/** Where a module does not parse, as `node --check` says: Node tells a program's error no place. Null where it does not say. */
export function syntaxErrorPlace(path: string): ErrorPlace | null {
  try {
    execFileSync(process.execPath, ['--check', path], {
      ...{ timeout: MOST_CHECKING_MS, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' },
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    return null;
  } catch (error) {
    const { stderr } = error as { readonly stderr?: unknown };
    const match = typeof stderr === 'string' ? /^(.+):(\d+)$/m.exec(stderr) : null;
    const found = match === null ? null : pathOf(match[1]);
    return match === null || found === null ? null : { path: found, line: Number(match[2]) };
  }
}

/** "/home/me/mine.mjs:12", or "/home/me/mine.mjs, at /home/me/helper.mjs:3" where a module's error is in another of its files. */
export function placeText(path: string, place: ErrorPlace | null): string {
  if (place === null) return path;
  return place.path === path ? `${path}:${place.line}` : `${path}, at ${place.path}:${place.line}`;
}
