import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { readManifest } from '../../src/base/manifest.ts';
import { describeRange, loadComplaint, nodeComplaint, satisfies } from '../../src/cli/node-version.ts';
import { program } from './program.ts';

const range = readManifest().node as string;

test.each(['20.19.0', '20.20.2', '22.2.0', '22.12.0', '22.13.1', '22.14.0', '23.0.0', '23.5.0', '24.4.0', '26.0.0'])(
  'Node %s is one that the program runs on',
  (version) => {
    expect(satisfies(version, range)).toBe(true);
    expect(nodeComplaint(version, range, false)).toBeNull();
  },
);

test.each(['14.21.3', '18.20.8', '20.9.0', '20.18.3', '21.7.3', '22.0.0', '22.1.0'])(
  'Node %s is refused',
  (version) => {
    expect(satisfies(version, range)).toBe(false);
    expect(nodeComplaint(version, range, false)).toBe(
      `scattershot: this is Node ${version}, and Scattershot needs Node 20.19 or a later version of 20, or 22.2 or later. Install one of these, then run npm ci with it in the folder of Scattershot.`,
    );
  },
);

test('versions are compared as numbers, and what follows them does not count', () => {
  expect(satisfies('22.10.0', '>=22.2.0')).toBe(true);
  expect(satisfies('v22.2.0-nightly20240517', '>=22.2.0')).toBe(true);
  expect(satisfies('100.0.0', '>=22.2.0')).toBe(true);
  expect(satisfies('22.2.0', '^20.19.0')).toBe(false);
});

test('a range is told in words', () => {
  expect(describeRange('^18.4.1 || >=20.0.0')).toBe('18.4 or a later version of 18, or 20.0 or later');
});

test('with --json the refusal is one document', () => {
  expect(JSON.parse(nodeComplaint('18.20.8', range, true) as string)).toEqual({
    reason: 'unsupported-node',
    message: expect.stringContaining('this is Node 18.20.8'),
    nextStep: expect.stringContaining('npm ci'),
  });
});

test('a program that does not load says why in one clean line, or one document', () => {
  const why = `Cannot find package 'x' imported from /a\x1b[31m\u202e/ü${'a'.repeat(5000)}\nat stack`;
  const line = loadComplaint(why, false);
  expect(line).toMatch(/^scattershot: the program does not load \([ -~]*\\u001b\[31m\\u202e[ -~]*\)\. Run npm ci/);
  expect(line.length).toBeLessThan(1400);
  expect(line).not.toContain('stack');
  expect(JSON.parse(loadComplaint(why, true))).toEqual({
    reason: 'not-installed',
    message: expect.stringContaining("Cannot find package 'x'"),
    nextStep: 'Run npm ci in the folder of Scattershot.',
  });
});

test.skipIf(process.platform === 'win32')(
  'a process that may open too few files is told so, without a stack',
  async () => {
    const few = async (...options: string[]) => {
      const { SCATTERSHOT_HOME: _, NODE_OPTIONS: __, ...env } = process.env;
      const command = [
        'ulimit -n 60; exec "$0" "$@"',
        process.execPath,
        program,
        'search',
        '--net',
        'morse',
        ...options,
      ];
      return promisify(execFile)('sh', ['-c', ...command], { env }).catch((error) => error);
    };
    expect(await few()).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^scattershot: the program does not load \(EMFILE[^\n]*\)\. Let it open more files: ulimit -n 1024\.\n$/,
      ),
    });
    expect(JSON.parse((await few('--json')).stderr)).toMatchObject({ reason: 'too-many-files' });
  },
);

test('what the first module loads before it knows the Node is parsed by old ones', () => {
  for (const path of ['cli/main', 'cli/node-version', 'cli/typed-password', 'base/manifest']) {
    const text = readFileSync(new URL(`../../dist/src/${path}.js`, import.meta.url), 'utf8');
    const code = text.replace(/\/\/.*|\/\*[\s\S]*?\*\//g, '');
    expect(code).not.toMatch(/\?\?|\?\.|\|\|=|&&=|#[a-z]|\bawait\b|\bstatic\b|\.at\(|Object\.hasOwn|replaceAll/);
    const imports = [...text.matchAll(/^import .* from '([^']+)'/gm)].map(([, name]) => name);
    const known = [
      'node:fs',
      'node:path',
      'node:url',
      '../base/manifest.js',
      './node-version.js',
      './typed-password.js',
    ];
    expect(known).toEqual(expect.arrayContaining(imports));
  }
});
