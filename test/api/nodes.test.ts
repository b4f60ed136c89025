import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, runToEnd } from './installed-package.ts';

// npm's tarball, installed by npm itself into an empty folder, on every Node that is supported: minutes, since SQLite is compiled where no
// binary of it can be downloaded. package.test.ts does the same with links, on this Node alone.

const root = fileURLToPath(new URL('../../', import.meta.url));
const LIMIT_MS = 1_200_000;

describe.skipIf(process.env.SCATTERSHOT_TESTS !== 'full')('the package in an empty folder', () => {
  let folder = '';
  let tarball = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'scattershot-'));
    const packed = await runToEnd('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], root);
    expect(packed).toMatchObject({ code: 0 });
    tarball = join(folder, packed.stdout.trim());
  }, LIMIT_MS);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(['20', '22', '24'])(
    'Node %s: it installs, its command searches, and a program imports it',
    { timeout: LIMIT_MS },
    async (version) => {
      const [node, app] = ['node', 'app'].map((name) => join(folder, version, name));
      for (const made of [node, app]) {
        mkdirSync(made, { recursive: true });
        writeFileSync(join(made, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
      }
      const succeed = async (command: string, args: readonly string[], cwd: string, env = process.env) => {
        const ended: Ended = await runToEnd(command, args, cwd, env, LIMIT_MS);
        expect({ args, ...ended }).toMatchObject({ code: 0 });
        return ended.stdout;
      };
      await succeed('npm', ['install', '--no-audit', '--no-fund', `node@${version}`], node);
      const path = [join(node, 'node_modules', 'node', 'bin'), join(app, 'node_modules', '.bin'), process.env.PATH];
      const env = { ...process.env, PATH: path.join(delimiter) };
      await succeed('npm', ['install', '--no-audit', '--no-fund', tarball], app, env);

      const versions = JSON.parse(await succeed('scattershot', ['--version', '--json'], app, env));
      expect(versions).toMatchObject({ commit: null, sqlite: { version: expect.stringMatching(/^3\./) } });
      expect(versions.node).toMatch(new RegExp(`^v${version}\\.`));
      const search = ['search', '--layers', '8,4', '--fan-out', '2', '--budget', '20', '--json'];
      expect(JSON.parse(await succeed('scattershot', search, app, env))).toMatchObject({ evaluated: 20 });
      writeFileSync(
        join(app, 'program.js'),
        "import { openStore } from 'scattershot'; console.log(openStore('cache/scattershot.db', 'read').listStudies()[0].evaluated);",
      );
      expect(await succeed('node', ['program.js'], app, env)).toBe('20\n');
    },
  );
});
