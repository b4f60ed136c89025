import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspectStrategyFile } from '../../src/search/inspect-strategy-file.ts';
import { strategyFileFault } from '../../src/search/strategy-file.ts';
import { altered, documented, folder, islandOf, written } from './strategy-files.ts';

test('the documented example is a strategy, by its default export and by its name', async () => {
  const path = written('example.mjs', documented);
  expect(await inspectStrategyFile(path, ['anneal'])).toEqual({ ok: true, value: islandOf(path) });
  const named = altered('named.mjs', 'export default {', 'export const strategy = {');
  expect(await inspectStrategyFile(named, [])).toMatchObject({ ok: true, value: { strategy: 'shuffled-ring' } });
  expect(documented.split('\n').length).toBeLessThanOrEqual(30);
});

const bad: readonly (readonly [string, string | RegExp, string, RegExp])[] = [
  ['that does not parse says so', 'start: () =>', 'start: ((', /cannot be loaded: \S/],
  ['that throws says what', /^/, 'throw new Error("out of order");\n', /cannot be loaded: out of order$/],
  ['that imports what is not there says what', /^/, 'import "./absent.mjs";\n', /cannot be loaded: .*absent\.mjs/],
  ['without an export says so', 'export default', 'const mine =', /exports neither a default nor one named "strategy"/],
  [
    'with a function for a strategy says so',
    'export default {',
    'export default () => ({',
    /must be an object; got a function/,
  ],
  ['with no name says so', "name: 'shuffled-ring',", '', /must have a name; got undefined/],
  ['with a name in capitals says so', "'shuffled-ring'", "'Shuffled Ring'", /lower-case words .*"Shuffled Ring"/],
  ['with a wrong summary says so', /summary: .*/, 'summary: 3,', /summary must be a string; got a number/],
  ['without a step says so', 'step(problem', 'leap(problem', /step must be a function; got undefined/],
  ['that ends its thread says so', /^/, 'process.exit(0);\n', /ended the thread that loaded it/],
];

test.each(bad)('a file %s', async (what, place, by, message) => {
  const broken = by.startsWith('export default ()') ? documented.replace(/};\s*$/, '});') : documented;
  const path = written(`${what.replaceAll(' ', '-')}.mjs`, broken.replace(place, by));
  const outcome = await inspectStrategyFile(path, []);
  expect(outcome).toMatchObject({ ok: false, reason: 'bad-strategy-file', message: expect.stringMatching(message) });
  expect(outcome).toMatchObject({ message: expect.stringContaining(path) });
});

test.each([
  ['loops', 'for (;;);\n'],
  ['waits for what never comes', 'setInterval(() => {}, 1000);\nawait new Promise(() => {});\n'],
])('a file that %s at its top level is given up after a while, by its name', async (what, text) => {
  const path = written(`${what.replaceAll(' ', '-')}.mjs`, text + documented);
  expect(await inspectStrategyFile(path, [], 1)).toMatchObject({
    reason: 'bad-strategy-file',
    message: `the strategy file ${path} was not loaded after 1 seconds`,
  });
});

test('a file that is not there, a folder, and a name that is taken each have a reason of their own', async () => {
  const absent = join(folder, 'absent.mjs');
  expect(await inspectStrategyFile(absent, [])).toMatchObject({
    reason: 'no-strategy-file',
    message: `the strategy file ${absent} is not there`,
  });
  expect(await inspectStrategyFile(folder, [])).toMatchObject({ reason: 'no-strategy-file' });
  const taken = altered('taken.mjs', 'shuffled-ring', 'anneal');
  expect(await inspectStrategyFile(taken, ['anneal'])).toMatchObject({
    reason: 'strategy-name-taken',
    message: expect.stringContaining(`${taken} calls its strategy "anneal"`),
  });
});

test('a file is what it was as long as its bytes are', async () => {
  const path = written('kept.mjs', documented);
  const { file } = islandOf(path);
  expect(await strategyFileFault(file!)).toBeNull();
  written('kept.mjs', `${documented}\n`);
  expect(await strategyFileFault(file!)).toMatchObject({ reason: 'strategy-file-changed' });
  expect(await strategyFileFault({ ...file!, path: join(folder, 'gone.mjs') })).toMatchObject({
    reason: 'no-strategy-file',
  });
});
