import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { version } from '../../src/base/version.ts';
import { commitOf, type VersionReport, versionText } from '../../src/cli/version-text.ts';
import { probeSqlite } from '../../src/store/probe.ts';
import { engineRevisions } from '../../src/training/engine-revisions.ts';
import { runInProcess } from './in-process.ts';
import { inFolder } from './program.ts';

test('--version tells the program, its commit, Node, the engines and SQLite; with --json as one document', async () => {
  const probed = await probeSqlite();
  await inFolder(async (home) => {
    const { code, stdout, stderr } = await runInProcess(['--version', '--json'], home);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const report: VersionReport = JSON.parse(stdout);
    expect(report).toMatchObject({ version, node: process.version, engines: engineRevisions });
    expect(report.sqlite?.version).toBe(probed.ok && probed.value.version);
    expect(report.sqlite?.package).toMatch(/^better-sqlite3 \d+\.\d+\.\d+$/);
    expect(await runInProcess(['--version'], home)).toEqual({
      code: 0,
      stdout: `${versionText(report)}\n`,
      stderr: '',
    });
    expect(versionText(report)).toMatch(/^scattershot \d+\.\d+\.\d+( \(commit [0-9a-f]{10}\))?\nNode\.js v\d+/);
  });
});

test('an SQLite that does not load is told, and the rest all the same', () => {
  const report = { version: '1.2.3', commit: null, node: 'v20.0.0', platform: 'linux-x64', engines: { sparse: 2 } };
  expect(versionText({ ...report, sqlite: null })).toBe(
    'scattershot 1.2.3\nNode.js v20.0.0 on linux-x64\nengine revisions: sparse 2\nSQLite does not load; see: scattershot doctor',
  );
});

const commit = '0123456789abcdef0123456789abcdef01234567';

/** A folder with these files. */
function write(root: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  }
  return root;
}

test('the commit is read from whatever git keeps it in, and is unknown without git', async () => {
  await inFolder(async (home) => {
    const at = (name: string, files: Readonly<Record<string, string>>) => commitOf(write(join(home, name), files));
    expect(at('branch', { '.git/HEAD': 'ref: refs/heads/main', '.git/refs/heads/main': commit })).toBe(commit);
    expect(at('detached', { '.git/HEAD': commit })).toBe(commit);
    const packed = `# pack-refs\n${'f'.repeat(40)} refs/heads/other\n${commit} refs/heads/main`;
    expect(at('packed', { '.git/HEAD': 'ref: refs/heads/main', '.git/packed-refs': packed })).toBe(commit);
    expect(
      at('worktree', {
        '.git': `gitdir: ${join(home, 'branch/.git/worktrees/two')}`,
        '../branch/.git/worktrees/two/HEAD': 'ref: refs/heads/two',
        '../branch/.git/worktrees/two/commondir': '../..',
        '../branch/.git/refs/heads/two': commit.replace('0', 'a'),
      }),
    ).toBe(commit.replace('0', 'a'));
    expect(at('none', { 'package.json': '{}' })).toBeNull();
    expect(at('empty', { '.git/HEAD': 'ref: refs/heads/main' })).toBeNull();
  });
});
