import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { provenance } from '../base/version.ts';
import { openDatabase, ownSqlitePackage } from '../store/sqlite.ts';
import { engineRevisions } from '../training/engine-revisions.ts';

/** What decides how this program behaves: to be told with a fault, and with a result that is to be repeated. */
export interface VersionReport {
  readonly version: string;
  /** of a checkout, in full; null for an installed package */
  readonly commit: string | null;
  readonly node: string;
  readonly platform: string;
  /** revisions of the engines' arithmetic: trainings of different ones are not the same to the bit */
  readonly engines: Readonly<Record<string, number>>;
  /** null where it does not load: doctor says why */
  readonly sqlite: { readonly version: string; readonly package: string } | null;
}

const textOf = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
};

/** The git folder of a checkout: in a further worktree `.git` is a file that names it. Null where this is no checkout's root. */
function gitFolder(root: string): string | null {
  const git = join(root, '.git');
  if (textOf(join(git, 'HEAD')) !== null) return git;
  const named = /^gitdir: (.+)$/.exec(textOf(git) ?? '')?.[1];
  if (named === undefined) return null;
  return isAbsolute(named) ? named : join(root, named);
}

/** The commit of a checkout, read from git's files. @param root its topmost folder */
export function commitOf(root: string): string | null {
  const folder = gitFolder(root);
  const head = folder === null ? null : textOf(join(folder, 'HEAD'));
  if (folder === null || head === null) return null;
  const ref = /^ref: (.+)$/.exec(head)?.[1];
  if (ref === undefined) return /^[0-9a-f]{40,64}$/.test(head) ? head : null;
  // What worktrees share lies in the first one's folder.
  const common = join(folder, textOf(join(folder, 'commondir')) ?? '.');
  const packed = (textOf(join(common, 'packed-refs')) ?? '').split('\n').find((line) => line.endsWith(` ${ref}`));
  return textOf(join(folder, ref)) ?? textOf(join(common, ref)) ?? packed?.split(' ')[0] ?? null;
}

/** The folder of package.json, above the sources and above the build. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (dirname(folder) !== folder && textOf(join(folder, 'package.json')) === null) folder = dirname(folder);
  return folder;
}

function sqliteReport(): VersionReport['sqlite'] {
  try {
    const database = openDatabase(':memory:');
    const version = database.prepare('SELECT sqlite_version()').pluck().get() as string;
    database.close();
    const { version: packaged } = createRequire(import.meta.url)(`${ownSqlitePackage}/package.json`);
    return { version, package: `better-sqlite3 ${packaged}` };
  } catch {
    return null;
  }
}

export const versionReport = (): VersionReport => ({
  version: provenance.version,
  commit: commitOf(packageRoot()),
  node: provenance.node,
  platform: provenance.platform,
  engines: engineRevisions,
  sqlite: sqliteReport(),
});

export function versionText({ version, commit, node, platform, engines, sqlite }: VersionReport): string {
  const revisions = Object.entries(engines).map(([name, revision]) => `${name} ${revision}`);
  return [
    `scattershot ${version}${commit === null ? '' : ` (commit ${commit.slice(0, 10)})`}`,
    `Node.js ${node} on ${platform}`,
    `engine revisions: ${revisions.join(', ')}`,
    sqlite === null ? 'SQLite does not load; see: scattershot doctor' : `SQLite ${sqlite.version} (${sqlite.package})`,
  ].join('\n');
}
