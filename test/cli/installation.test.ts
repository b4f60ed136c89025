import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { version } from '../../src/base/version.ts';
import { openDatabase, ownSqlitePackage } from '../../src/store/sqlite.ts';
import { inFolder, type Run, runProgram } from './program.ts';

// What the built program says where its installation is not whole: a copy of the build, with links to all packages except SQLite's.

const root = fileURLToPath(new URL('../../', import.meta.url));
const packages = join(root, 'node_modules');

interface Installation {
  readonly main: string;
  /** a folder to run in */
  readonly cwd: string;
  /** where packages lie */
  readonly modules: string;
}

async function inInstallation(work: (installation: Installation) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const home = join(folder, 'installed');
    const modules = join(home, 'node_modules');
    const cwd = join(folder, 'cwd');
    for (const made of [modules, cwd]) mkdirSync(made, { recursive: true });
    cpSync(join(root, 'dist'), join(home, 'dist'), { recursive: true });
    cpSync(join(root, 'package.json'), join(home, 'package.json'));
    const linked = readdirSync(packages).filter((name) => !name.startsWith('.') && !name.startsWith('better-sqlite3'));
    for (const name of linked) symlinkSync(join(packages, name), join(modules, name));
    await work({ main: join(home, 'dist', 'src', 'cli', 'main.js'), cwd, modules });
  });
}

/** In the place of the package that this Node uses. */
function writePackage(modules: string, code: string): void {
  mkdirSync(join(modules, ownSqlitePackage));
  writeFileSync(join(modules, ownSqlitePackage, 'index.js'), code);
}

const search = ['search', '--layers', '8,4', '--fan-out', '2', '--budget', '4', '--quiet'];

/** A database to read, so that a command gets as far as SQLite. */
function writeDatabase(path: string): void {
  const database = openDatabase(path);
  database.exec('CREATE TABLE a (b)');
  database.close();
}

/** Doctor's words, and those of commands that write and read. */
async function answers({ main, cwd }: Installation): Promise<{ doctor: string; commands: Run[] }> {
  const doctor = await runProgram(['doctor', '--json'], { cwd, program: main });
  expect(doctor.code).toBe(0);
  const { rows } = JSON.parse(doctor.stdout);
  expect(rows.map((row: { name: string }) => row.name)).not.toContain('database');
  const sqlite = rows.find((row: { name: string }) => row.name === 'sqlite');
  expect(sqlite.available).toBe(false);
  writeDatabase(join(cwd, 'a.db'));
  const all = [search, ['studies'], ['leaderboard'], ['export', '1', '--output', 'a.npz'], ['train', 'a', '1']];
  const commands: Run[] = [];
  for (const args of all) commands.push(await runProgram([...args, '--db', 'a.db'], { cwd, program: main }));
  return { doctor: `scattershot: ${sqlite.detail}.\n${sqlite.howToGet}\n`, commands };
}

test('a whole installation works, and tells its version', async () => {
  await inInstallation(async ({ main, cwd, modules }) => {
    symlinkSync(join(packages, ownSqlitePackage), join(modules, ownSqlitePackage));
    expect(await runProgram(search, { cwd, program: main })).toMatchObject({ code: 0 });
    const { stdout } = await runProgram(['doctor', '--json'], { cwd, program: main });
    expect(JSON.parse(stdout)).toMatchObject({ version: '0.1.0' });
    expect(version).toBe('0.1.0');
    expect(JSON.parse(stdout).rows).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'sqlite', available: true, detail: expect.stringContaining(ownSqlitePackage) }),
        expect.objectContaining({ name: 'database', available: true, detail: expect.stringContaining('1 study') }),
      ]),
    );
  });
});

test('without the SQLite package every command says the same, and so does doctor', async () => {
  await inInstallation(async (installation) => {
    const { doctor, commands } = await answers(installation);
    expect(doctor).toContain(`the package ${ownSqlitePackage}, which reads and writes the database, does not load`);
    expect(doctor).toContain('npm ci');
    for (const { code, stderr } of commands) expect({ code, stderr }).toEqual({ code: 1, stderr: doctor });
  });
});

test('a binding that was not built, or was built for another Node, is told in the same way', async () => {
  const loaded =
    "The module '/x.node'\\nwas compiled against a different Node.js version using\\nNODE_MODULE_VERSION 115.";
  const codes = [
    ["throw new Error('Could not locate the bindings file. Tried:\\n → /x')", 'its compiled part is missing'],
    [`throw Object.assign(new Error("${loaded}"), { code: 'ERR_DLOPEN_FAILED' })`, 'built for another Node'],
  ];
  for (const [code, words] of codes) {
    await inInstallation(async (installation) => {
      writePackage(installation.modules, `module.exports = class { constructor() { ${code}; } }`);
      const { doctor, commands } = await answers(installation);
      expect(doctor).toContain(`does not load on Node ${process.version} (`);
      expect(doctor).toContain(words);
      for (const { code, stderr } of commands) expect({ code, stderr }).toEqual({ code: 1, stderr: doctor });
    });
  }
});

test('doctor lives through a binding that crashes, and says what to do', async () => {
  await inInstallation(async ({ main, cwd, modules }) => {
    writePackage(modules, "module.exports = class { constructor() { process.kill(process.pid, 'SIGSEGV'); } }");
    const { code, stdout, stderr } = await runProgram(['doctor'], { cwd, program: main });
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      `sqlite: opening a database ended its process by SIGSEGV: the package ${ownSqlitePackage} and Node ${process.version} do not fit together. Run npm ci`,
    );
    expect(stdout).not.toMatch(/^database/m);
  });
});

test('an SQLite that may damage databases is refused', async () => {
  await inInstallation(async (installation) => {
    const real = JSON.stringify(join(packages, ownSqlitePackage));
    writePackage(
      installation.modules,
      `const Real = require(${real});
       module.exports = class extends Real {
         constructor(...args) { super(...args); this.function('sqlite_version', () => '3.51.2'); }
       };
       module.exports.SqliteError = Real.SqliteError;`,
    );
    const { doctor, commands } = await answers(installation);
    expect(doctor).toContain(
      'SQLite 3.51.2 may damage databases that two processes use at once; expected 3.51.3 or newer',
    );
    for (const { code, stderr } of commands) expect({ code, stderr }).toEqual({ code: 1, stderr: doctor });
  });
});

test('a Node that package.json does not name is refused in one line, before anything else is loaded', async () => {
  await inInstallation(async ({ main, cwd, modules }) => {
    const manifest = join(modules, '..', 'package.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/"node": "[^"]+"/, '"node": "^18.4.0 || >=99.1.0"'));
    rmSync(join(modules, 'commander'));
    expect(await runProgram(['--version'], { cwd, program: main })).toEqual({
      ...{ code: 1, signal: null, stdout: '' },
      stderr: `scattershot: this is Node ${process.versions.node}, and Scattershot needs Node 18.4 or a later version of 18, or 99.1 or later. Install one of these, then run npm ci with it in the folder of Scattershot.\n`,
    });
    const { stderr } = await runProgram(['studies', '--json'], { cwd, program: main });
    expect(JSON.parse(stderr)).toMatchObject({ reason: 'unsupported-node' });
  });
});

test('a package that is missing is told in one line', async () => {
  await inInstallation(async ({ main, cwd, modules }) => {
    rmSync(join(modules, 'commander'));
    const { code, stdout, stderr } = await runProgram(['studies'], { cwd, program: main });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^scattershot: the program does not load \(Cannot find package 'commander'.*\)\. Run npm ci.*\n$/,
    );
  });
});
