import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tarFiles } from '../../../../src/training/datasets/fetch/tar.ts';
import { testFolder } from '../../../pattern/formats/refusals.ts';
import { makeTar } from './make-tar.ts';

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(archive: Uint8Array, wanted: (name: string) => boolean = () => true, size = 1000) {
  const files: [string, string][] = [];
  for await (const { name, bytes } of tarFiles(inPieces(archive, size), wanted, 1 << 20)) {
    files.push([name, bytes.toString('latin1')]);
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

test('property: files come out as they went in, in whatever pieces the stream comes', async () => {
  const content = fc.string({ unit: 'binary-ascii', maxLength: 1300 });
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,12}$/), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      names,
      fc.array(content, { minLength: 4, maxLength: 4 }),
      fc.integer({ min: 1, max: 1500 }),
      async (all, texts, size) => {
        const written = all.map((name, index) => [name, texts[index]] as const);
        expect(await read(makeTar(written), () => true, size)).toEqual(written);
      },
    ),
    { numRuns: 40 },
  );
});

describe('what is not a whole archive is refused:', () => {
  const whole = makeTar(files.slice(0, 2));
  const damaged = Buffer.from(whole);
  damaged[3] ^= 1;
  const huge = makeTar([['huge', 'z'.repeat(1 << 21)]]);
  test.each([
    ['one cut off inside a file', whole.subarray(0, 1026), /the end is missing/],
    ['one cut off between files', whole.subarray(0, 512), /the end is missing/],
    ['one cut off inside a header', whole.subarray(0, 700), /the end is missing/],
    ['a damaged header', damaged, /a header has a wrong checksum/],
    ['text', Buffer.from('text '.repeat(300)), /a (header has a wrong checksum|number in a header is none)/],
    ['nothing', Buffer.alloc(0), /the end is missing/],
    ['a file beyond all measure', huge, /huge has 2097152 bytes, above 1048576/],
  ])('%s', async (_, archive, message) => {
    await expect(read(archive)).rejects.toThrow(RangeError);
    await expect(read(archive)).rejects.toThrow(message);
  });
});
