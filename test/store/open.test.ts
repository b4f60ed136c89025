import { chmodSync, copyFileSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { openStore } from '../../src/store/index.ts';
import { migrations } from '../../src/store/migrations.ts';
import { openDatabase } from '../../src/store/sqlite.ts';
import { Child } from './processes.ts';
import { madeBy, newStudy } from './sample-rows.ts';
import { storeWithStudy, temporaryFolder } from './samples.ts';

const write = { mode: 'write', madeBy } as const;
const read = { mode: 'read' } as const;

function closedStore(): string {
  const { path, store } = storeWithStudy();
  store.close();
  return path;
}

test('writing makes the file and the folders above it', () => {
  const path = join(temporaryFolder(), 'a', 'b c', 'ü.db');
  unwrap(openStore(path, write)).close();
  expect(existsSync(path)).toBe(true);
});

test('the file is marked as ours, keeps a write-ahead log while open and is one file when closed', () => {
  const { path, store } = storeWithStudy();
  const raw = openDatabase(path, { readonly: true });
  const pragmas = ['application_id', 'user_version', 'journal_mode'].map((name) => raw.pragma(name, { simple: true }));
  expect(pragmas).toEqual([0x53636174, migrations.length, 'wal']);
  raw.close();
  store.close();
  expect([existsSync(path), existsSync(`${path}-wal`), existsSync(`${path}-shm`)]).toEqual([true, false, false]);
});

test('reading where nothing was ever stored says so and makes nothing', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'none', 'a.db');
  expect(openStore(path, read)).toEqual({
    ok: false,
    reason: 'no-database',
    message: `there is no study yet: ${path} does not exist`,
    nextStep: expect.stringContaining('scattershot demo'),
  });
  expect(existsSync(join(folder, 'none'))).toBe(false);
});

test('an empty file holds no studies to read, and is filled by writing', () => {
  const path = join(temporaryFolder(), 'a.db');
  writeFileSync(path, '');
  expect(openStore(path, read)).toMatchObject({
    reason: 'no-database',
    message: `there is no study yet: ${path} is empty`,
  });
  unwrap(openStore(path, write)).close();
  expect(openStore(path, read).ok).toBe(true);
});

test.each([read, write])('a file that is no database is left alone ($mode)', (options) => {
  const path = join(temporaryFolder(), 'a.db');
  const text = 'x'.repeat(8192);
  writeFileSync(path, text);
  expect(openStore(path, options)).toMatchObject({
    reason: 'not-a-database',
    message: `${path} is not a Scattershot database`,
    nextStep: 'Give another file with --db FILE.',
  });
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test.each([read, write])("another program's database is left alone ($mode)", (options) => {
  const path = join(temporaryFolder(), 'a.db');
  const other = openDatabase(path);
  other.exec('CREATE TABLE theirs (a)');
  other.close();
  const before = readFileSync(path);
  expect(openStore(path, options)).toMatchObject({
    reason: 'not-a-database',
    message: expect.stringContaining('another program'),
  });
  expect(readFileSync(path).equals(before)).toBe(true);
});

test.each([read, write])('a folder is not a database ($mode)', (options) => {
  expect(openStore(temporaryFolder(), options)).toMatchObject({ reason: 'not-a-database' });
});

test.each([read, write])('a database of a newer version is left alone ($mode)', (options) => {
  const path = closedStore();
  const raw = openDatabase(path);
  raw.pragma('user_version = 99');
  raw.close();
  expect(openStore(path, options)).toMatchObject({
    reason: 'newer-database',
    message: expect.stringContaining('was made by a newer version of Scattershot (its schema is 99'),
    nextStep: expect.stringContaining('Update Scattershot'),
  });
});

test('a path under a file is told as that', () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, 'x');
  expect(openStore(join(file, 'a.db'), write)).toMatchObject({ reason: 'not-a-folder' });
  expect(openStore(join(file, 'deeper', 'a.db'), write)).toMatchObject({ reason: 'not-a-folder' });
  expect(openStore(join(file, 'a.db'), read)).toMatchObject({ reason: 'no-database' });
});

test('a link to nowhere reads as no database', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'a.db');
  symlinkSync(join(folder, 'nowhere', 'b.db'), path);
  expect(openStore(path, read)).toMatchObject({ reason: 'no-database' });
  expect(openStore(path, write)).toMatchObject({ reason: 'cannot-open-database' });
});

/** What a process without rights sees; the tests may be run by root, whom no permission stops. */
async function asNobody(path: string, mode: 'read' | 'write'): Promise<string> {
  const child = new Child('openAsNobody');
  await child.hear(/^ready$/);
  child.tell(path, mode);
  const answer = await child.hear(/./);
  await child.kill();
  return answer;
}

function protectedFolder(): string {
  const folder = temporaryFolder();
  chmodSync(folder, 0o555);
  return folder;
}

test('a folder that may not be written is told before anything is tried in it', async () => {
  const folder = protectedFolder();
  expect(await asNobody(join(folder, 'a.db'), 'write')).toBe('read-only-folder');
  expect(await asNobody(join(folder, 'deeper', 'a.db'), 'write')).toBe('read-only-folder');
});

test('a folder that takes no folders at all is told too, even to root', () => {
  expect(openStore('/proc/scattershot/deeper/a.db', write)).toMatchObject({ reason: 'read-only-folder' });
});

test('a database in a folder that may not be written is read all the same', async () => {
  const path = closedStore();
  const folder = temporaryFolder();
  copyFileSync(path, join(folder, 'a.db'));
  chmodSync(join(folder, 'a.db'), 0o444);
  chmodSync(folder, 0o555);
  expect(await asNobody(join(folder, 'a.db'), 'read')).toBe('opened with 1 studies');
  expect(await asNobody(join(folder, 'a.db'), 'write')).toBe('read-only-database');
  chmodSync(folder, 0o755);
});

test('a database that is being written is read by someone who may not write beside it', async () => {
  const { path, store } = storeWithStudy();
  const folder = join(path, '..');
  chmodSync(folder, 0o555);
  expect(await asNobody(path, 'read')).toBe('opened with 1 studies');
  chmodSync(folder, 0o755);
  expect(unwrap(store.createStudy(newStudy)).name).toBe('tiny-2');
});

test('a log without its index, in a folder that may not be written, is refused rather than left unread', async () => {
  const { path, store } = storeWithStudy();
  const folder = temporaryFolder();
  const copy = join(folder, 'a.db');
  for (const ending of ['', '-wal']) copyFileSync(`${path}${ending}`, `${copy}${ending}`);
  store.close();
  chmodSync(folder, 0o555);
  expect(await asNobody(copy, 'read')).toBe('read-only-folder');
  chmodSync(folder, 0o755);
});

test('a database in a folder that may not be entered is not taken for a missing one', async () => {
  const folder = temporaryFolder();
  chmodSync(folder, 0o000);
  expect(await asNobody(join(folder, 'a.db'), 'read')).toBe('cannot-open-database');
  expect(await asNobody(join(folder, 'a.db'), 'write')).toBe('cannot-open-database');
  chmodSync(folder, 0o755);
});
