import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sourceFiles } from './imports.ts';

interface Declaration {
  readonly name: string;
  readonly room: string;
  /** a class, interface or type, exported or not */
  readonly isType: boolean;
  readonly isExported: boolean;
}

const DECLARATION = /^(export )?(?:abstract |async )?(class|interface|type|function\*?|const) (\w+)/gm;

/** What a source text declares at its top level. */
const declarationsOf = (text: string, room: string): Declaration[] =>
  [...text.matchAll(DECLARATION)].map(([, exported, kind, name]) => ({
    ...{ name, room, isExported: exported !== undefined },
    isType: kind === 'class' || kind === 'interface' || kind === 'type',
  }));

/** The folder of `src` that a file lies in, or `strategies`. */
const folderOf = (path: string) => path.replace(/^src\//, '').split('/')[0];

/** Names that stand in more than one room. */
function namesInTwoRooms(declarations: readonly Declaration[]): string[] {
  const rooms = new Map<string, Set<string>>();
  for (const { name, room } of declarations) rooms.set(name, (rooms.get(name) ?? new Set()).add(room));
  return [...rooms].filter(([, own]) => own.size > 1).map(([name]) => name);
}

/** Names of types that two rooms declare, and names that two rooms export. */
const sharedNames = (declarations: readonly Declaration[]): string[] => [
  ...namesInTwoRooms(declarations.filter(({ isType }) => isType)),
  ...namesInTwoRooms(declarations.filter(({ isType, isExported }) => isExported && !isType)),
];

/** Its functions are those of the rooms by the same names, except that they throw. */
const PUBLIC_API = 'src/index.ts';

test('no two rooms give types one name, or export one name', () => {
  const declarations = sourceFiles()
    .filter(({ path }) => path !== PUBLIC_API)
    .flatMap(({ path }) => declarationsOf(readFileSync(path, 'utf8'), folderOf(path)));
  expect(declarations.length).toBeGreaterThan(1000);
  expect(sharedNames(declarations)).toEqual([]);
});

test('a name that two rooms share is found', () => {
  const declarations = [
    ...declarationsOf('class Walk {}\nexport function read() {}\nconst own = 1;\ntype Alone = number;', 'one'),
    ...declarationsOf('interface Walk {}\nexport const read = 2;\nexport const own = 1;\ntype Mine = string;', 'two'),
  ];
  expect(sharedNames(declarations)).toEqual(['Walk', 'read']);
});
