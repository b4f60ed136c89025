import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { failure, success } from '../../src/base/failure.ts';
import { version } from '../../src/base/version.ts';
import { blobSchema, type StudyNotice } from '../../src/queue/wire.ts';
import { localIslands } from '../../src/remote/local-strategies.ts';
import { searchCode } from '../../src/remote/search-code.ts';
import { searchExecutor } from '../../src/remote/search-executor.ts';
import { packSetup, unpackSetup } from '../../src/remote/search-jobs.ts';
import { documented, islandOf } from '../search/strategy-files.ts';
import { labRequest } from './search-lab.ts';

const { problem, islands, seed, order } = labRequest();
const setup = { problem, islands, seed, order };
const folder = mkdtempSync(join(tmpdir(), 'scattershot-worker-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const notice = (changes: Partial<StudyNotice> = {}, code = searchCode(), sizeBytes = 10): StudyNotice => ({
  ...{ token: 't', name: 'a study', host: 'laptop', kind: 'search', version, atMs: 0 },
  needs: { code, setup: blobSchema.parse({ digest: 'a'.repeat(64), sizeBytes }) },
  ...changes,
});

async function refusal(study: StudyNotice, bytes: Uint8Array | null = null): Promise<string> {
  const executor = searchExecutor({ threads: 1, strategyFolders: [folder] });
  const pull = async () => (bytes === null ? failure('blob-missing', 'it did not come', '') : success(bytes));
  const opened = await executor.open(study, { pull, signal: new AbortController().signal });
  expect(opened.ok).toBe(false);
  return opened.ok ? '' : opened.message;
}

test('a setup comes back as it was sent, its entries made anew', () => {
  const read = unpackSetup(packSetup(setup, {}, { stepSeconds: 3 }));
  expect(read).toEqual({ setup, limits: { stepSeconds: 3 } });
});

test('another version, and other sources, are refused with both named', async () => {
  expect(await refusal(notice({ version: '0.0.1' }))).toBe(
    `it searches with Scattershot 0.0.1; this worker has ${version}`,
  );
  expect(await refusal(notice({}, 'b'.repeat(64)))).toBe(
    `the sources of its search have the digest bbbbbbbbbbbb; this worker's have ${searchCode().slice(0, 12)}`,
  );
});

test('what a notice and a setup must not be is refused before anything starts', async () => {
  const hostile: readonly (readonly [unknown, RegExp])[] = [
    ['{', /its setup cannot be read/],
    [{}, /its setup cannot be read/],
    [{ ...JSON.parse(Buffer.from(packSetup(setup, {}, {})).toString()), islands: [] }, /its setup cannot be read/],
    [{ ...JSON.parse(Buffer.from(packSetup(setup, {}, {})).toString()), more: 1 }, /its setup cannot be read/],
    [{ ...JSON.parse(Buffer.from(packSetup(setup, {}, { workerMemoryMb: 1 })).toString()) }, /worker's memory must be/],
  ];
  for (const [value, message] of hostile) {
    const bytes = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
    expect(await refusal(notice(), bytes)).toMatch(message);
  }
  for (const needs of [
    undefined,
    null,
    5,
    { code: 'x' },
    { code: searchCode(), setup: { digest: '..', sizeBytes: 1 } },
  ])
    expect(await refusal(notice({ needs }))).toMatch(/cannot read/);
  expect(await refusal(notice({}, searchCode(), 2 ** 30))).toMatch(/its setup has 1073741824 bytes/);
  expect(await refusal(notice())).toBe('it did not come');
});

test('a strategy file runs only where this worker has it, in a folder that it was told of', async () => {
  const elsewhere = mkdtempSync(join(folder, 'elsewhere-'));
  const trusted = mkdtempSync(join(folder, 'trusted-'));
  const theirs = join(elsewhere, 'ring.mjs');
  writeFileSync(theirs, documented);
  const asked = [{ strategy: 'anneal' }, islandOf(theirs)];
  const reason = async () => {
    const found = await localIslands(asked, [trusted]);
    return found.ok ? found.value : found.message;
  };
  expect(await reason()).toMatch(
    /its strategy file .*ring\.mjs has the digest [0-9a-f]{12}; there is none of its name in .*trusted-/,
  );
  symlinkSync(theirs, join(trusted, 'ring.mjs'));
  expect(await reason()).toMatch(/there is none of its name/);
  rmSync(join(trusted, 'ring.mjs'));
  writeFileSync(join(trusted, 'ring.mjs'), `${documented}\n`);
  expect(await reason()).toMatch(/has the digest [0-9a-f]{12}; here .*ring\.mjs has [0-9a-f]{12}$/);
  writeFileSync(join(trusted, 'ring.mjs'), readFileSync(theirs));
  expect(await reason()).toEqual([{ strategy: 'anneal' }, islandOf(join(trusted, 'ring.mjs'))]);
  const own = await localIslands(asked, [elsewhere]);
  expect(own).toEqual(success(asked));
  mkdirSync(join(elsewhere, 'node_modules'));
  writeFileSync(join(elsewhere, 'node_modules', 'tool.mjs'), documented);
  const tool = await localIslands([islandOf(join(elsewhere, 'node_modules', 'tool.mjs'))], [elsewhere]);
  expect(tool).toMatchObject({ ok: false, reason: 'no-strategy-file' });
});
