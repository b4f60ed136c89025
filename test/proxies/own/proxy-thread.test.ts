import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { unwrap } from '../../../src/base/failure.ts';
import { defineArchitecture } from '../../../src/pattern/architecture.ts';
import { makePattern } from '../../../src/pattern/pattern.ts';
import { inspectProxyFile, measureOwnProxy } from '../../../src/proxies/own/proxy-thread.ts';

const page = readFileSync(new URL('../../../docs/proxies.md', import.meta.url), 'utf8');
const documented = /```js\n([\s\S]*?)```/.exec(page)?.[1] as string;

const folder = mkdtempSync(join(tmpdir(), 'scattershot-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** @returns its path */
function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const architecture = defineArchitecture({ layers: [4, 4], fanOuts: [2] });
const pattern = (...sources: number[]) => makePattern(architecture, [Uint32Array.from(sources)]);
/** Neighbouring right neurons share 2, 0 and 2 left neurons; and 1 each. */
const patterns = [pattern(0, 1, 0, 1, 2, 3, 2, 3), pattern(0, 1, 1, 2, 2, 3, 0, 3)];
const never = new AbortController().signal;

test('the documented example is a proxy, and its values are those that can be counted by hand', async () => {
  const path = written('example.mjs', `console.log('loaded');\n${documented}`);
  const proxy = unwrap(await inspectProxyFile(path, ['rank']));
  expect(proxy).toMatchObject({ name: 'shared-sources', better: 'lower', file: { path } });
  expect(proxy.file.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(unwrap(await measureOwnProxy(proxy, patterns, architecture, never))).toEqual([4 / 3, 1]);
  const named = written('named.mjs', documented.replace('export default', 'export const proxy ='));
  expect(await inspectProxyFile(named, [])).toMatchObject({ ok: true });
});

test.each([
  ['that does not parse says so', 'name:', 'name((', /cannot be loaded: \S/],
  ['that throws says what', /^/, 'throw new Error("out of order");\n', /cannot be loaded: out of order$/],
  ['without an export says so', 'export default', 'const mine =', /exports neither a default nor one named "proxy"/],
  ['with no name says so', "name: 'shared-sources',", '', /must have a name; got undefined/],
  ['with a name in capitals says so', "'shared-sources'", "'Shared'", /lower-case words .*"Shared"/],
  ['that does not say what is better says so', "'lower'", "'less'", /must be "higher" or "lower"; got "less"/],
  ['with a wrong summary says so', /summary: .*/, 'summary: 3,', /summary must be a string; got a number/],
  ['without compute says so', 'compute(', 'count(', /compute must be a function; got undefined/],
  ['that ends its thread says so', /^/, 'process.exit(0);\n', /ended the thread that ran it/],
])('a file %s, by its path, before there is a study', async (what, place, by, message) => {
  const path = written(`${what.replaceAll(' ', '-')}.mjs`, documented.replace(place, by));
  expect(await inspectProxyFile(path, [])).toMatchObject({
    ...{ ok: false, reason: 'bad-proxy-file', message: expect.stringMatching(message) },
  });
  expect(await inspectProxyFile(path, [])).toMatchObject({ message: expect.stringContaining(path) });
});

test('a file that is not there, one that never ends, and a name that is taken each have a reason', async () => {
  expect(await inspectProxyFile(join(folder, 'absent.mjs'), [])).toMatchObject({ reason: 'no-proxy-file' });
  const endless = written('endless.mjs', `for (;;);\n${documented}`);
  expect(await inspectProxyFile(endless, [], 1)).toMatchObject({
    message: `the proxy file ${endless} was not loaded after 1 seconds`,
  });
  const taken = written('taken.mjs', documented);
  expect(await inspectProxyFile(taken, ['shared-sources'])).toMatchObject({ reason: 'proxy-name-taken' });
});

const within = (body: string) =>
  `let calls = 0;\nexport default { name: 'mine', better: 'higher', compute: (pattern) => { ${body} } };\n`;

test.each([
  ['throws', 'if (calls++ === 1) throw new Error("lost"); return 1;', ':2 failed: lost'],
  ['returns what is not finite', 'return 1 / 0;', ' failed: compute must return a finite number; got Infinity'],
  ['returns a text', 'return "3";', ' failed: compute must return a finite number; got a string'],
  ['returns a promise', 'return Promise.reject(1);', ' failed: compute must return its result, not a promise of it'],
  ['draws lots', 'return Math.random();', ':2 failed: Math.random is not for proxies'],
  ['looks at the clock', 'return Date.now();', ':2 failed: Date.now is not for proxies'],
  ['ends its thread', 'process.exit(1);', ' ended the thread that ran it'],
])('a proxy that %s fails, by its file', async (what, body, message) => {
  const path = written(`${what.replaceAll(' ', '-')}.mjs`, within(body));
  const proxy = unwrap(await inspectProxyFile(path, []));
  expect(await measureOwnProxy(proxy, patterns, architecture, never)).toMatchObject({
    ...{ ok: false, reason: 'bad-proxy-file', message: expect.stringContaining(`the proxy file ${path}${message}`) },
  });
});

test('what a proxy prints is heard, clean', async () => {
  const path = written('loud.mjs', within('console.log("pattern %d\\u001b[2J", ++calls); return calls;'));
  const proxy = unwrap(await inspectProxyFile(path, []));
  const prints: string[] = [];
  const onPrint = (text: string) => void prints.push(text);
  unwrap(await measureOwnProxy(proxy, patterns, architecture, never, undefined, onPrint));
  expect(prints).toEqual(patterns.map((_, index) => `pattern ${index + 1}\\x1b[2J`));
});

test('a proxy that takes too long is given up, and a signal ends it at once', async () => {
  const path = written('slow.mjs', within('if (calls++ === 1) for (;;); return 1;'));
  const proxy = unwrap(await inspectProxyFile(path, []));
  expect(await measureOwnProxy(proxy, patterns, architecture, never, 1)).toMatchObject({
    message: `the proxy file ${path} had no value for a pattern after 1 seconds`,
  });
  const signal = AbortSignal.timeout(2000);
  expect(await measureOwnProxy(proxy, patterns, architecture, signal, 1000)).toMatchObject({ reason: 'stopped' });
});

test('what a proxy writes to a pattern is its own copy; a file that changed since is not run', async () => {
  const path = written('writes.mjs', within('return pattern.junctions[0].fill(1)[0] + calls++;'));
  const proxy = unwrap(await inspectProxyFile(path, []));
  expect(unwrap(await measureOwnProxy(proxy, patterns, architecture, never))).toEqual([1, 2]);
  expect([...patterns[0].junctions[0]]).toEqual([0, 1, 0, 1, 2, 3, 2, 3]);
  written('writes.mjs', within('return 1;'));
  expect(await measureOwnProxy(proxy, patterns, architecture, never)).toMatchObject({ reason: 'proxy-file-changed' });
});
