import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { errorPlace, placeText, syntaxErrorPlace } from '../../src/base/error-place.ts';

const folder = mkdtempSync(join(tmpdir(), 'scattershot-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const source = (path: string) => new URL(`../../src/${path}`, import.meta.url).href;

test('the innermost frame that is neither ours, a package’s nor Node’s is the place', () => {
  const stack = [
    'Error: file:///not/here.mjs:1:1',
    '    at node:internal/main:1:2',
    `    at refuse (${source('base/repeatable.ts')}:30:5)`,
    '    at lib (file:///home/me/node_modules/lib/index.js:7:1)',
    '    at Object.step (file:///home/me/a%20b.mjs?x=1:12:9)',
    '    at later (file:///home/me/other.mjs:3:1)',
  ].join('\n');
  expect(errorPlace({ stack })).toEqual({ path: '/home/me/a b.mjs', line: 12 });
  expect(errorPlace({ stack: 'Error\n    at /home/me/plain.cjs:4:2' })).toEqual({
    path: '/home/me/plain.cjs',
    line: 4,
  });
  expect(errorPlace({ stack: `Error\n    at ${source('search/worker.ts')}:1:1` })).toBeNull();
  for (const odd of [null, undefined, 3, { stack: 4 }, {}]) expect(errorPlace(odd)).toBeNull();
});

test('a file that does not parse has the place that Node gives it; one that does has none', () => {
  const path = join(folder, 'broken.mjs');
  writeFileSync(path, 'export default 1;\n\nconst = 3;\n');
  expect(syntaxErrorPlace(path)).toEqual({ path, line: 3 });
  writeFileSync(path, 'export default 1;\n');
  expect(syntaxErrorPlace(path)).toBeNull();
});

test('a place is told behind the path', () => {
  expect(placeText('/a.mjs', null)).toBe('/a.mjs');
  expect(placeText('/a.mjs', { path: '/a.mjs', line: 3 })).toBe('/a.mjs:3');
  expect(placeText('/a.mjs', { path: '/b.mjs', line: 4 })).toBe('/a.mjs, at /b.mjs:4');
});
