import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { download } from '../../src/downloads/download.ts';
import { claimPart } from '../../src/downloads/part-files.ts';
import type { Download } from '../../src/downloads/published-files.ts';
import { failureOf, testFolder } from '../pattern/formats/refusals.ts';
import { send, startServer, type WebServer } from './web-server.ts';

const content = Buffer.from(Uint32Array.from({ length: 50_000 }, (_, i) => i * 2654435761).buffer);
const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`;
const quick = { pauseMs: 1 };

const whatAt = (address: string): Download => ({ address, sizeBytes: content.length, integrity });

/** Breaks the connection when exactly so much has come, once each. */
function breakingAt(server: WebServer, ...marks: readonly number[]): (done: number) => void {
  const left = new Set(marks);
  return (done) => {
    if (left.delete(done)) server.breakOff();
  };
}

/** What a process that was killed leaves: a part in the name of a process that is no more. */
async function leavePart(target: string, bytes: Uint8Array): Promise<void> {
  const { path } = await claimPart(`${target}-other`);
  writeFileSync(path.replace(/-other(\.[0-9a-f]{8})-\d+-/, '$1-999999999-'), bytes);
}

test('a download arrives whole, under no name but its own', async () => {
  const server = await startServer((request, response) => send(request, response, content));
  const folder = testFolder();
  const seen: number[] = [];
  const onBytes = (done: number, total: number | null) => {
    expect(total).toBe(content.length);
    seen.push(done);
  };
  const path = unwrap(await download(whatAt(server.address), join(folder, 'deep', 'data.tgz'), { onBytes }));
  expect(readFileSync(path).equals(content)).toBe(true);
  expect(path.startsWith(join(folder, 'deep', 'data.tgz.'))).toBe(true);
  expect(path).toMatch(/\.part$/);
  expect(seen.at(-1)).toBe(content.length);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
});

test('a connection that breaks is made again from where it broke', async () => {
  const server = await startServer((request, response, number) =>
    send(request, response, content, number < 3 ? 60_000 : undefined),
  );
  const options = { ...quick, onBytes: breakingAt(server, 60_000, 120_000) };
  const path = unwrap(await download(whatAt(server.address), join(testFolder(), 'data'), options));
  expect(readFileSync(path).equals(content)).toBe(true);
  expect(server.ranges).toEqual([null, 'bytes=60000-', 'bytes=120000-']);
});

test('a server that knows no ranges sends all again, and all is well', async () => {
  const server = await startServer((request, response, number) => {
    delete request.headers.range;
    send(request, response, content, number === 1 ? 60_000 : undefined);
  });
  const options = { ...quick, onBytes: breakingAt(server, 60_000) };
  const path = unwrap(await download(whatAt(server.address), join(testFolder(), 'data'), options));
  expect(readFileSync(path).equals(content)).toBe(true);
});

test('what a killed process left is resumed; shorter leftovers are removed', async () => {
  const server = await startServer((request, response) => send(request, response, content));
  const folder = testFolder();
  const target = join(folder, 'data');
  await leavePart(target, content.subarray(0, 150_000));
  await leavePart(target, content.subarray(0, 9));
  const path = unwrap(await download(whatAt(server.address), target, quick));
  expect(readFileSync(path).equals(content)).toBe(true);
  expect(server.ranges).toEqual(['bytes=150000-']);
  expect(readdirSync(folder)).toHaveLength(1);
});

test('a whole leftover is checked and used without asking anyone', async () => {
  const target = join(testFolder(), 'data');
  await leavePart(target, content);
  const path = unwrap(await download(whatAt('http://127.0.0.1:1/none'), target, quick));
  expect(readFileSync(path).equals(content)).toBe(true);
});

test('a leftover of other data is noticed by the digest, told, and everything fetched from the start', async () => {
  const server = await startServer((request, response) => send(request, response, content));
  const target = join(testFolder(), 'data');
  await leavePart(target, Buffer.alloc(150_000, 7));
  const notes: string[] = [];
  const onNote = (note: string) => notes.push(note);
  const path = unwrap(await download(whatAt(server.address), target, { ...quick, onNote }));
  expect(readFileSync(path).equals(content)).toBe(true);
  expect(server.ranges).toEqual(['bytes=150000-', null]);
  expect(notes.join()).toMatch(/does not fit \(it has the SHA-512 [0-9a-f]{12}…, not/);
});

describe('without a size and digest known beforehand', () => {
  const unknown = (address: string): Download => ({ address, sizeBytes: null, integrity: null });

  test('the server’s length decides what is whole', async () => {
    const server = await startServer((request, response, number) =>
      send(request, response, content, number === 1 ? 60_000 : undefined),
    );
    const options = { ...quick, onBytes: breakingAt(server, 60_000) };
    const path = unwrap(await download(unknown(server.address), join(testFolder(), 'data'), options));
    expect(readFileSync(path).equals(content)).toBe(true);
  });

  test('a leftover that is whole, or longer than the whole, is told by the server', async () => {
    for (const left of [content, Buffer.concat([content, content])]) {
      const server = await startServer((request, response) => send(request, response, content));
      const target = join(testFolder(), 'data');
      await leavePart(target, left);
      const path = unwrap(await download(unknown(server.address), target, quick));
      expect(readFileSync(path).equals(content)).toBe(true);
    }
  });
});

test('two at once have a file each', async () => {
  const server = await startServer((request, response) => send(request, response, content));
  const target = join(testFolder(), 'data');
  const paths = await Promise.all([1, 2, 3].map(() => download(whatAt(server.address), target, quick)));
  expect(new Set(paths.map(unwrap)).size).toBe(3);
  for (const path of paths) expect(readFileSync(unwrap(path)).equals(content)).toBe(true);
});

test('what a living process writes is left alone, unless nothing was written for long', async () => {
  const target = join(testFolder(), 'data');
  const { path } = await claimPart(target);
  writeFileSync(path, 'half');
  expect((await claimPart(target)).sizeBytes).toBe(0);
  const elsewhere = path.replace(/\.[0-9a-f]{8}-/, '.00000000-');
  renameSync(path, elsewhere);
  expect((await claimPart(target)).sizeBytes).toBe(0);
  const longAgo = new Date(Date.now() - 11 * 60 * 1000);
  utimesSync(elsewhere, longAgo, longAgo);
  expect((await claimPart(target)).sizeBytes).toBe(4);
});

describe('ends as a failure that says what to do:', () => {
  const failing = async (answer: Parameters<typeof startServer>[0], options = {}) => {
    const server = await startServer(answer);
    const folder = testFolder();
    const outcome = await download(whatAt(server.address), join(folder, 'data'), { ...quick, ...options });
    return { failure: failureOf(outcome), left: readdirSync(folder), requests: server.ranges.length };
  };

  test('no such page', async () => {
    const { failure, left, requests } = await failing((_, response) => void response.writeHead(404).end());
    expect(failure).toMatchObject({ reason: 'not-there', message: expect.stringContaining('answers 404') });
    expect(failure.nextStep).toContain('--from');
    expect(left).toEqual([]);
    expect(requests).toBe(1);
  });

  test('a password is wanted', async () => {
    const { failure } = await failing((_, response) => void response.writeHead(401).end());
    expect(failure.reason).toBe('not-allowed');
  });

  test('other content than the published', async () => {
    const { failure, left } = await failing((request, response) => send(request, response, Buffer.alloc(200_000, 1)));
    expect(failure.reason).toBe('wrong-digest');
    expect(failure.message).toMatch(/is not the published file: it has the SHA-512/);
    expect(left).toEqual([]);
  });

  test('content of another length', async () => {
    const { failure } = await failing((request, response) => send(request, response, content.subarray(0, 100)));
    expect(failure).toMatchObject({ reason: 'wrong-digest' });
    expect(failure.message).toContain('100 bytes instead of 200000');
  });

  test('a server that is out of order is asked three times', async () => {
    const { failure, requests } = await failing((_, response) => void response.writeHead(503).end());
    expect(failure.reason).toBe('unreachable');
    expect(failure.message).toContain('answers 503');
    expect(requests).toBe(3);
  });

  test('nobody there', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const host = `127.0.0.1:${(closed.address() as AddressInfo).port}`;
    await new Promise((resolve) => closed.close(resolve));
    const outcome = await download(whatAt(`http://${host}/data`), join(testFolder(), 'data'), quick);
    expect(failureOf(outcome)).toMatchObject({ reason: 'unreachable' });
    expect(failureOf(outcome).message).toContain(`${host} could not be reached (ECONNREFUSED)`);
  });

  test('a server that falls silent; what came is kept for the next time', async () => {
    const { failure, left } = await failing(
      (request, response) => {
        if (request.headers.range !== undefined) return;
        response.writeHead(200, { 'content-length': content.length });
        response.write(content.subarray(0, 5000));
      },
      { stallMs: 60 },
    );
    expect(failure.reason).toBe('unreachable');
    expect(failure.message).toContain('nothing was received for too long');
    expect(left).toHaveLength(1);
  });

  test('an interruption; what came is kept for the next time', async () => {
    const controller = new AbortController();
    const { failure, left } = await failing((request, response) => send(request, response, content, 60_000), {
      signal: controller.signal,
      onBytes: () => controller.abort(),
    });
    expect(failure.reason).toBe('aborted');
    expect(left).toHaveLength(1);
  });

  test('a file where a folder should be', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'file'), '');
    const outcome = await download(whatAt('http://127.0.0.1:1/'), join(folder, 'file', 'data'), quick);
    expect(failureOf(outcome)).toMatchObject({ reason: 'in-the-way' });
  });
});
