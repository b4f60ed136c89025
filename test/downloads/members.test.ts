import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ScattershotError } from '../../src/base/failure.ts';
import { membersOfArchive, membersOfFolder } from '../../src/downloads/members.ts';
import { testFolder } from '../pattern/formats/refusals.ts';
import { makeTar } from './make-tar.ts';

/** The archive's files with their content as text. */
async function read(archive: Uint8Array, wanted: (path: string) => boolean = () => true) {
  const path = join(testFolder(), 'archive');
  writeFileSync(path, archive);
  const files: [string, string][] = [];
  for await (const member of membersOfArchive(path, 'archive', { wanted })) {
    files.push([member.path, member.bytes.toString('latin1')]);
  }
  return files;
}

const long = `${'a-folder-of-some-length/'.repeat(9)}file.txt`;
const files: readonly (readonly [string, string])[] = [
  ['empty', ''],
  ['folder/one.txt', 'one'],
  [long, 'x'.repeat(1500)],
  ['folder/block', 'y'.repeat(512)],
];

/** GNU tar, where there is one. */
const gnuTar = spawnSync('tar', ['--version']).stdout?.toString().startsWith('tar (GNU') === true;

describe.runIf(gnuTar)('an archive by GNU tar', () => {
  test.each(['gnu', 'pax', 'ustar', 'posix'])('in the format %s is read, long names too', async (format) => {
    const folder = testFolder();
    for (const [name, text] of files) {
      mkdirSync(join(folder, dirname(name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const names = files.map(([name]) => name);
    const made = spawnSync('tar', [`--format=${format}`, '-cf', 'all.tar', 'folder/', ...names], { cwd: folder });
    expect(made.status).toBe(0);
    const found = await read(readFileSync(join(folder, 'all.tar')), (name) => !name.endsWith('/'));
    expect(new Map(found)).toEqual(new Map(files));
  });
});

test('what is not wanted is passed over', async () => {
  const archive = makeTar(files);
  expect(await read(archive, (name) => name.includes('one'))).toEqual([['folder/one.txt', 'one']]);
});

test('property: files come out as they went in, from an archive packed or not', async () => {
  const content = fc.string({ unit: 'binary-ascii', maxLength: 1300 });
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,12}$/), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      names,
      fc.array(content, { minLength: 4, maxLength: 4 }),
      fc.boolean(),
      async (all, texts, packed) => {
        const written = all.map((name, index) => [name, texts[index]] as const);
        const archive = makeTar(written);
        expect(await read(packed ? gzipSync(archive) : archive)).toEqual(written);
      },
    ),
    { numRuns: 40 },
  );
});

describe('what is not a whole archive is refused:', () => {
  const whole = makeTar(files.slice(0, 2));
  const damaged = Buffer.from(whole);
  damaged[3] ^= 1;
  test.each([
    ['one cut off inside a file', whole.subarray(0, 1026), /not a whole tar archive/],
    ['one cut off inside a header', whole.subarray(0, 700), /not a whole tar archive/],
    ['a damaged header', damaged, /not a whole tar archive/],
    ['text', Buffer.from('text '.repeat(300)), /not a whole tar archive/],
    ['half of what gzip made', gzipSync(whole).subarray(0, 60), /unexpected end of file/],
  ])('%s', async (_, archive, message) => {
    await expect(read(archive)).rejects.toThrow(ScattershotError);
    await expect(read(archive)).rejects.toThrow(message);
  });
});

test.runIf(process.platform !== 'win32')('a pipe in a folder, which would never end, is passed over', async () => {
  const folder = testFolder();
  expect(spawnSync('mkfifo', [join(folder, 'wanted')]).status).toBe(0);
  mkdirSync(join(folder, 'deeper'));
  writeFileSync(join(folder, 'deeper', 'wanted'), 'here');
  const found: string[] = [];
  for await (const { bytes } of membersOfFolder(folder, { wanted: (path) => path.endsWith('wanted') })) {
    found.push(bytes.toString());
  }
  expect(found).toEqual(['here']);
});

test.runIf(process.platform !== 'win32')('a pipe in place of an archive is refused before it is opened', async () => {
  const pipe = join(testFolder(), 'pipe');
  expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
  const members = membersOfArchive(pipe, pipe, { wanted: () => true });
  await expect(members.next()).rejects.toThrow(/it is not a regular file/);
});

test.runIf(process.getuid?.() !== 0)('a folder in it that may not be looked into is passed over', async () => {
  const folder = testFolder();
  mkdirSync(join(folder, 'closed'), { mode: 0 });
  writeFileSync(join(folder, 'wanted'), 'here');
  const found: string[] = [];
  for await (const { path } of membersOfFolder(folder, { wanted: () => true })) found.push(path);
  expect(found).toEqual([join(folder, 'wanted')]);
});

test('a folder that is not there is an error', async () => {
  const walk = membersOfFolder(join(testFolder(), 'none'), { wanted: () => true });
  await expect(walk.next()).rejects.toThrow(/ENOENT/);
});

test('an interruption ends the way through a folder at the next entry', async () => {
  const folder = testFolder();
  for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, name), name);
  const controller = new AbortController();
  const seen: string[] = [];
  const search = { wanted: () => true, signal: controller.signal };
  const walk = (async () => {
    for await (const { path } of membersOfFolder(folder, search)) {
      seen.push(path);
      controller.abort();
    }
  })();
  await expect(walk).rejects.toThrow(/abort/i);
  expect(seen).toEqual([join(folder, 'a')]);
});
