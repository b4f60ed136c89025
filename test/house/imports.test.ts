import { describe, expect, test } from 'vitest';
import { findCircle, importsOf, sourceFiles } from './imports.ts';
import { mayImport, packageRooms } from './rooms.ts';

const files = sourceFiles();

/** The room of a file: the longest entry of the table that names it or a folder above it. */
function roomOf(path: string): string {
  const place = path.replace(/^src\//, '');
  const rooms = Object.keys(mayImport).filter((room) => place === room || place.startsWith(`${room}/`));
  const longest = rooms.sort((a, b) => b.length - a.length)[0];
  if (longest === undefined) throw new Error(`${path} lies in no room of test/house/rooms.ts`);
  return longest;
}

const isIn = (path: string, room: string) => path.replace(/^src\//, '').startsWith(room);

describe('the import rule', () => {
  test('reads every kind of import', () => {
    const text = [
      "import { a } from './a.ts';",
      "import type {\n  B,\n} from './b.ts';",
      "export * from './c.ts';",
      "import 'd';",
      "const e = await import('./e.tsx');",
    ].join('\n');
    expect(importsOf(text)).toEqual(['./a.ts', './b.ts', './c.ts', 'd', './e.tsx']);
  });

  test('finds the sources', () => {
    expect(files.length).toBeGreaterThan(200);
    expect(files.map(({ path }) => path)).toContain('src/search/worker.ts');
  });

  test('every file imports only what its room may import', () => {
    const wrong = files.flatMap(({ path, files: imported }) => {
      const room = roomOf(path);
      return imported
        .filter((target) => roomOf(target) !== room && !mayImport[room].includes(roomOf(target)))
        .map((target) => `${path} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  test('every package is imported only in its rooms', () => {
    const wrong = files.flatMap(({ path, packages }) =>
      packages
        .filter((name) => !(packageRooms[name] ?? []).some((room) => isIn(path, room)))
        .map((name) => `${path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test('no imports run in a circle, those of types included', () => {
    expect(findCircle(files)).toBeNull();
  });

  test('a circle is found where there is one', () => {
    const circle = findCircle([
      { path: 'a', files: ['b'], packages: [] },
      { path: 'b', files: ['c'], packages: [] },
      { path: 'c', files: ['b'], packages: [] },
    ]);
    expect(circle).toEqual(['b', 'c', 'b']);
  });
});
