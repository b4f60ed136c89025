import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { type ApiItem, readApi } from '../../docs/api/api-model.ts';
import { apiPage, undocumented } from '../../docs/api/api-page.ts';

// From the declarations of the build: `npm test` builds first.

vi.setConfig({ testTimeout: 120_000 });

const page = fileURLToPath(new URL('../../docs/api.md', import.meta.url));
let api: readonly ApiItem[] = [];

test('every export says in a comment what it is', () => {
  api = readApi();
  expect(api.map(({ name }) => name)).toEqual(expect.arrayContaining(['search', 'Strategy', 'IncrementalScorer']));
  expect(undocumented(api)).toEqual([]);
});

test('an export without a comment is found', () => {
  const [first] = api;
  expect(undocumented([{ ...first, name: 'bare', docComment: '' }])).toEqual(['bare']);
});

test('docs/api.md is what the comments say now; npm run docs writes it', () => {
  expect(readFileSync(page, 'utf8') === apiPage(api)).toBe(true);
});

test('a declaration stands with its comment, its example and its members', () => {
  const text = apiPage(api);
  expect(text).toContain(
    '### score\n\nThe scatter of a pattern, with every entry beside its bound and its random level.',
  );
  expect(text).toMatch(/### Budget\n\n.+\n\n```ts\ntype Budget = /);
  expect(text).toMatch(/interface SearchOptions extends SearchChoices \{\n {2}\/\*\* /);
});
