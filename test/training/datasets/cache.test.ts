import { mkdtemp, open, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { unwrap } from '../../../src/base/failure.ts';
import { loadMorse } from '../../../src/training/datasets/index.ts';
import { generateMorse } from '../../../src/training/datasets/morse.ts';
import { morseSettings } from '../../../src/training/datasets/morse-settings.ts';

const settings = morseSettings({ examplesPerClass: { train: 3, validation: 1, test: 2 } });

let folder: string;
let notes: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scattershot-data-'));
  notes = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const load = async (into: string | null = folder) =>
  unwrap(await loadMorse(settings, into, { onNote: (note) => notes.push(note) }));
const files = () => readdir(join(folder, 'datasets'));
const onlyFile = async () => join(folder, 'datasets', (await files())[0]);

test('what is read back from the cache is what was generated, in shared memory', async () => {
  const generated = unwrap(await generateMorse(settings));
  expect(await load()).toEqual(generated);
  const cached = await load();
  expect(cached).toEqual(generated);
  expect(cached.train.inputs.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(await files()).toHaveLength(1);
  expect(notes).toEqual([]);
});

test('the second time nothing is generated: the file is not written again', async () => {
  await load();
  const before = await stat(await onlyFile());
  await load();
  expect((await stat(await onlyFile())).ino).toBe(before.ino);
});

test('other settings are another file', async () => {
  await load();
  await loadMorse(morseSettings({ ...settings, seed: 1 }), folder);
  expect(await files()).toHaveLength(2);
});

test('without a folder nothing is written', async () => {
  expect((await load(null)).digest).toBe(unwrap(await generateMorse(settings)).digest);
  expect(await readdir(folder)).toEqual([]);
});

describe('a file that is not what it should be is noticed, said and made again:', () => {
  async function flipBit(path: string): Promise<void> {
    const file = await open(path, 'r+');
    const { size } = await file.stat();
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, size - 100);
    byte[0] ^= 4;
    await file.write(byte, 0, 1, size - 100);
    await file.close();
  }
  async function rewriteHeader(path: string, change: (header: Record<string, unknown>) => unknown): Promise<void> {
    const bytes = await readFile(path);
    const end = bytes.indexOf(10);
    const header = change(JSON.parse(bytes.toString('utf8', 0, end)));
    await writeFile(path, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), bytes.subarray(end + 1)]));
  }

  test.each([
    ['half a file', (path: string) => truncate(path, 5000), 'bytes instead of'],
    ['an empty file', (path: string) => truncate(path, 0), 'no readable header'],
    ['one flipped bit', flipBit, 'its content does not have its digest'],
    ['not JSON', (path: string) => writeFile(path, 'PNG\n'.repeat(2000)), 'no readable header'],
    ['JSON of another kind', (path: string) => rewriteHeader(path, () => ({ format: 'other' })), 'no readable header'],
    ['other data', (path: string) => rewriteHeader(path, (h) => ({ ...h, description: 'x' })), 'it holds other data'],
    [
      'sizes beyond all memory',
      (path: string) => rewriteHeader(path, (h) => ({ ...h, examples: { train: 1e15, validation: 1, test: 1 } })),
      'bytes instead of',
    ],
  ])('%s', async (_, spoil, why) => {
    const first = await load();
    const path = await onlyFile();
    await spoil(path);
    expect(await load()).toEqual(first);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain(why);
    expect(notes[0]).toContain('made again');
    expect(await load()).toEqual(first);
    expect(notes).toHaveLength(1);
    expect(await files()).toHaveLength(1);
  });
});

test('a folder that cannot be made costs a note, not the data', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  const dataset = await load(file);
  expect(dataset.digest).toBe(unwrap(await generateMorse(settings)).digest);
  expect(notes).toHaveLength(1);
  expect(notes[0]).toMatch(/could not be stored in .*datasets \(E[A-Z]+\); it will be generated again/);
});

test('several at once write one whole file and leave nothing else', async () => {
  const datasets = await Promise.all(Array.from({ length: 5 }, () => load()));
  expect(new Set(datasets.map(({ digest }) => digest)).size).toBe(1);
  expect(await files()).toHaveLength(1);
  expect(await load()).toEqual(datasets[0]);
  expect(notes).toEqual([]);
});

test('what an interrupted writer left long ago is removed, what another is writing now is not', async () => {
  await load();
  const [name] = await files();
  const old = join(folder, 'datasets', `${name}.1-aa.part`);
  const young = join(folder, 'datasets', `${name}.2-bb.part`);
  await Promise.all([old, young].map((path) => writeFile(path, 'half')));
  const longAgo = new Date(Date.now() - 48 * 3600 * 1000);
  await utimes(old, longAgo, longAgo);
  await loadMorse(morseSettings({ ...settings, seed: 1 }), folder);
  const left = (await files()).filter((file) => file.endsWith('.part'));
  expect(left).toEqual([`${name}.2-bb.part`]);
});

test('interrupted, it ends as a failure and stores nothing', async () => {
  const outcome = await loadMorse(settings, folder, { signal: AbortSignal.abort() });
  expect(outcome).toMatchObject({ ok: false, reason: 'aborted' });
  expect(await readdir(folder)).toEqual([]);
});
