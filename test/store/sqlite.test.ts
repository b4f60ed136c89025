import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { probeSqlite } from '../../src/store/probe.ts';
import { ownSqlitePackage, requireSqliteVersion, sqlitePackage } from '../../src/store/sqlite.ts';
import { temporaryFolder } from './samples.ts';

// Node-API 9: Node 20.19, 22.2 to 22.13, 23.0 to 23.5. Node-API 10: 22.14 and later of 22, 23.6 and later.
test('the package is chosen by what it needs of Node, its Node-API', () => {
  expect(sqlitePackage(9)).toBe('better-sqlite3');
  expect(sqlitePackage(10)).toBe('better-sqlite3-13');
  expect(sqlitePackage(11)).toBe('better-sqlite3-13');
  expect(ownSqlitePackage).toBe(sqlitePackage(Number(process.versions.napi)));
});

test('versions of SQLite are compared as numbers', () => {
  for (const version of ['3.51.3', '3.51.10', '3.54.1', '4.0.0']) requireSqliteVersion(version);
  for (const version of ['3.51.2', '3.9.0', '3.50.12', '2.60.0']) {
    expect(() => requireSqliteVersion(version)).toThrow(expect.objectContaining({ reason: 'old-sqlite' }));
  }
});

test('a database is opened in a process of its own', async () => {
  expect(await probeSqlite()).toMatchObject({
    ok: true,
    value: { package: ownSqlitePackage, version: expect.stringMatching(/^3\.\d+\.\d+$/) },
  });
});

test.each([
  ['by SIGSEGV', "process.kill(process.pid, 'SIGSEGV'); setInterval(() => {}, 1000);"],
  ['with code 3', 'process.exit(3);'],
])('a process that ends %s is told with what to do', async (how, code) => {
  const child = join(temporaryFolder(), 'child.mjs');
  writeFileSync(child, code);
  expect(await probeSqlite(pathToFileURL(child))).toMatchObject({
    ok: false,
    reason: 'sqlite-crashed',
    message: expect.stringContaining(`opening a database ended its process ${how}`),
    nextStep: expect.stringContaining('npm ci'),
  });
});
