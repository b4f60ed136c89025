import { expect, test } from 'vitest';
import { strategyNames } from '../../strategies/names.ts';
import { type SourceFile, sourceFiles } from './imports.ts';

/** What lists the strategies: themselves, and their names. */
const registries = ['strategies/index.ts', 'strategies/names.ts'];
/** Folders that belong to no strategy: what several share, and what serves constraints. */
const commonFolders: readonly string[] = ['shared', 'constraints'];

const files = sourceFiles().filter(({ path }) => path.startsWith('strategies/') && !registries.includes(path));

/** The strategy that a file belongs to, by its file or folder; or one of `commonFolders`. */
const ownerOf = (path: string) => path.split('/')[1].replace(/\.ts$/, '');

const isCommon = (path: string) => commonFolders.includes(ownerOf(path));

/** Files of `strategies` that a file imports. */
const importedBy = (file: SourceFile) => file.files.filter((path) => path.startsWith('strategies/'));

/** The strategies that use a common file, directly or through other common files. */
function usersOf(path: string, all: readonly SourceFile[], visited: ReadonlySet<string> = new Set()): Set<string> {
  if (visited.has(path)) return new Set();
  const importers = all.filter((file) => importedBy(file).includes(path));
  return new Set(
    importers.flatMap((file) =>
      isCommon(file.path) ? [...usersOf(file.path, all, new Set([...visited, path]))] : [ownerOf(file.path)],
    ),
  );
}

const lonely = (all: readonly SourceFile[]) =>
  all
    .map(({ path }) => path)
    .filter((path) => ownerOf(path) === 'shared' && usersOf(path, all).size < 2)
    .map((path) => `${path}: ${[...usersOf(path, all)].join() || 'nobody'}`);

test('every strategy is a file of its name, its parts in a folder of its name', () => {
  const owners = new Set(files.map(({ path }) => ownerOf(path)).filter((owner) => !commonFolders.includes(owner)));
  expect([...owners].sort()).toEqual([...strategyNames].sort());
  for (const name of strategyNames) expect(files.map(({ path }) => path)).toContain(`strategies/${name}.ts`);
});

test('what strategies share imports no strategy', () => {
  const wrong = files
    .filter(({ path }) => isCommon(path))
    .flatMap((file) =>
      importedBy(file)
        .filter((path) => !isCommon(path))
        .map((path) => `${file.path} imports ${path}`),
    );
  expect(wrong).toEqual([]);
});

test('whatever is shared is used by two strategies at least', () => {
  expect(lonely(files)).toEqual([]);
});

test('a shared file that one strategy uses, or none, is found', () => {
  const file = (path: string, ...imported: string[]): SourceFile => ({ path, files: imported, packages: [] });
  const all = [
    file('strategies/a.ts', 'strategies/shared/one.ts', 'strategies/a/part.ts'),
    file('strategies/a/part.ts', 'strategies/shared/one.ts'),
    file('strategies/b.ts', 'strategies/shared/two.ts'),
    file('strategies/shared/one.ts', 'strategies/shared/two.ts'),
    file('strategies/shared/two.ts'),
    file('strategies/shared/three.ts'),
  ];
  expect(lonely(all)).toEqual(['strategies/shared/one.ts: a', 'strategies/shared/three.ts: nobody']);
});
