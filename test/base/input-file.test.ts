import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readInput, readInputSync } from '../../src/base/input-file.ts';
import { failureOf, testFolder } from '../pattern/formats/refusals.ts';

const pipeIn = (folder: string): string => {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  return path;
};

/** A shell that writes into a pipe; ended with the test. */
const writer = (command: string, path: string) => spawn('sh', ['-c', command, 'sh', path], { stdio: 'ignore' });

test('a regular file is read whole, by both readers, whatever its size says', async () => {
  const folder = testFolder();
  for (const size of [0, 1, 65_535, 65_536, 65_537, 300_000]) {
    const path = join(folder, `${size}`);
    const content = Buffer.alloc(size, 'abc');
    writeFileSync(path, content);
    for (const read of [await readInput(path), readInputSync(path)]) {
      expect(read.ok && read.value.equals(content)).toBe(true);
    }
  }
  // Files of /proc state a size of 0.
  const status = readInputSync('/proc/self/status');
  expect(status.ok && status.value.toString()).toMatch(/^Name:/);
});

test('folders, devices, sockets and absent files are refused by name, and nothing is read from them', async () => {
  const folder = testFolder();
  mkdirSync(join(folder, 'sub'));
  symlinkSync('/dev/zero', join(folder, 'endless.npz'));
  const server = createServer().listen(join(folder, 'socket'));
  await new Promise((resolve) => server.once('listening', resolve));
  for (const [name, reason, word] of [
    ['sub', 'is-a-folder', 'it is a folder'],
    ['endless.npz', 'not-a-file', 'it is a device'],
    ['socket', 'not-a-file', 'it is a socket'],
    ['none', 'no-such-file', 'there is no such file'],
  ]) {
    const path = join(folder, name);
    const message = `cannot read ${path}: ${word}`;
    expect(failureOf(await readInput(path))).toMatchObject({ reason, message });
    expect(failureOf(readInputSync(path))).toMatchObject({ reason, message });
  }
  server.close();
});

test('a file above the limit is refused before, and one that grows while it is read', async () => {
  const path = join(testFolder(), 'file');
  writeFileSync(path, 'x'.repeat(1000));
  expect(readInputSync(path, { most: 1000 }).ok).toBe(true);
  expect(failureOf(readInputSync(path, { most: 999 }))).toMatchObject({
    reason: 'file-too-big',
    message: `cannot read ${path}: it has 1000 bytes, and at most 999 bytes can be read here`,
  });
  // States a size of 0, and has more.
  expect(failureOf(readInputSync('/proc/self/status', { most: 100 }))).toMatchObject({ reason: 'file-too-big' });
});

test('a pipe is read to its end, a slow writer waited for', async () => {
  const path = pipeIn(testFolder());
  const child = writer('sleep .2; { printf one; sleep .3; printf two; } > "$1"', path);
  expect(await readInput(path)).toEqual({ ok: true, value: Buffer.from('onetwo') });
  child.kill();
});

test('an endless pipe is given up at the limit', async () => {
  const path = pipeIn(testFolder());
  const child = writer('cat /dev/zero > "$1"', path);
  expect(failureOf(await readInput(path, { most: 1_000_000 })).message).toMatch(/it has more than 977 KiB/);
  child.kill();
});

test('a pipe that nobody writes into is given up, with a next step', async () => {
  const path = pipeIn(testFolder());
  const started = Date.now();
  for (const read of [await readInput(path, { patienceMs: 150 }), readInputSync(path, { patienceMs: 150 })]) {
    expect(failureOf(read)).toMatchObject({
      reason: 'no-writer',
      message: `cannot read ${path}: it is a pipe, and nobody writes into it`,
    });
  }
  expect(Date.now() - started).toBeLessThan(3000);
});
