import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { hiddenTypes, publicNames } from './declarations.ts';

// What the build declares to programs: `npm test` builds first.

const entry = fileURLToPath(new URL('../../dist/src/index.d.ts', import.meta.url));

/** Made by `openStore` and handed on; its members are the program's own. */
const opaque = ['Store'];

test('every type that a public function or type names is public', () => {
  const names = [...publicNames(entry).values()];
  expect(names).toEqual(expect.arrayContaining(['search', 'score', 'train', 'runStudy', 'SearchOptions', 'Metric']));
  expect(hiddenTypes(entry, opaque)).toEqual([]);
});

test('a type that is not public is found', () => {
  const store = hiddenTypes(entry, []);
  expect(store).toContain('NewStudy in Store');
});
