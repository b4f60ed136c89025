import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { codeBlocks, installPackage, runToEnd } from './installed-package.ts';

// The package as its user has it: from npm's tarball, in a folder of its own. `npm test` builds first.

const root = fileURLToPath(new URL('../../', import.meta.url));
const blocks = codeBlocks('README.md', 'ts');
let folder = '';

vi.setConfig({ testTimeout: 240_000 });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'scattershot-'));
  await installPackage(folder, ['@types/node', 'undici-types']);
  symlinkSync(join(root, 'docs'), join(folder, 'docs'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program that imports the package, and expects it to end by itself. */
async function runHere(name: string, code?: string): Promise<string> {
  if (code !== undefined) writeFileSync(join(folder, name), code);
  const { code: exit, stdout, stderr } = await runToEnd(process.execPath, [name], folder);
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
  return stdout;
}

test('the package holds what it needs and nothing of its making', async () => {
  const listed = await runToEnd('npm', ['pack', '--ignore-scripts', '--dry-run', '--json'], root);
  const files: string[] = JSON.parse(listed.stdout)[0].files.map(({ path }: { path: string }) => path);
  expect(files).toEqual(
    expect.arrayContaining([
      ...['dist/src/index.d.ts', 'dist/src/cli/main.js', 'dist/src/pattern/formats/pattern_module.py'],
      ...['dist/src/training/command/programs/trainer.py', 'dist/src/training/command/programs/trainer.mjs'],
      ...['README.md', 'LICENSE'],
    ]),
  );
  expect(
    files.filter((path) =>
      /(^|\/)(test|bench|cache|reports|node_modules|docs\/api|docs\/pictures)\/|\.tsbuildinfo$/.test(path),
    ),
  ).toEqual([]);
});

test('its command runs, on the SQLite beside it', async () => {
  const command = ['node_modules/scattershot/dist/src/cli/main.js'];
  const search = ['search', '--layers', '8,4', '--fan-out', '2', '--budget', '20', '--json'];
  const found = await runToEnd(process.execPath, [...command, ...search], folder);
  expect({ code: found.code, evaluated: JSON.parse(found.stdout).evaluated }).toEqual({ code: 0, evaluated: 20 });
  const told = await runToEnd(process.execPath, [...command, '--version', '--json'], folder);
  expect(JSON.parse(told.stdout)).toMatchObject({ commit: null, sqlite: { version: expect.stringMatching(/^3\./) } });
});

test('a program searches, writes what it found, and its file scores the same', async () => {
  const stdout = await runHere(
    'program.mjs',
    `import { defineArchitecture, readPatternFile, score, search, writePatternFile } from 'scattershot';
     const architecture = defineArchitecture({ layers: [64, 1024, 64], fanOuts: [128, 8] });
     const found = await search(architecture, { budget: { kind: 'candidates', candidates: 200 }, seed: 7 });
     await writePatternFile('best.npz', found.best.pattern);
     const { pattern } = await readPatternFile('best.npz');
     console.log(JSON.stringify([found.best.scatter, found.best.certificate, found.evaluated, score(pattern).scatter]));`,
  );
  const [scatter, certificate, evaluated, again] = JSON.parse(stdout);
  expect({ scatter, certificate, evaluated }).toEqual({ scatter: 1, certificate: 'optimal', evaluated: 200 });
  expect(again).toBe(scatter);
});

test('public functions throw: a RangeError for the caller, a ScattershotError for the world', async () => {
  const stdout = await runHere(
    'errors.mjs',
    `import * as s from 'scattershot';
     const net = { layers: [8, 4], fanOuts: [2] };
     const training = { dataset: 'morse', settings: s.trainingSettings({}), engine: 'auto', backend: 'auto' };
     const dense = s.defineArchitecture({ layers: [64, 64], fanOuts: [64] });
     const calls = [
       () => s.readPatternFile('none.npz'),
       () => s.writePatternFile('a.xyz', { layers: [2, 2], fanOuts: [1], junctions: [Uint32Array.of(0, 1)] }),
       () => s.writePatternFile('a.npz', { layers: [2, 2], fanOuts: [1], junctions: [Uint32Array.of(0, 0)] }),
       () => s.openStore('none.db', 'read'),
       () => s.searchSettings(s.defineArchitecture(net), { strategies: ['./none.mjs'] }),
       () => s.search(net, { metric: 'wide' }),
       () => s.validationSettings(dense, training),
       () => s.score({}),
     ];
     for (const call of calls) {
       try {
         await call();
         console.log('nothing');
       } catch (error) {
         const isOurs = error instanceof s.ScattershotError;
         console.log(isOurs ? error.reason + ' ' + (error.nextStep.length > 0) : Object.getPrototypeOf(error.constructor).name);
       }
     }`,
  );
  expect(stdout.trim().split('\n')).toEqual([
    ...['no-such-file true', 'unknown-ending true', 'RangeError', 'no-database true'],
    ...['no-strategy-file true', 'RangeError', 'scatter-says-nothing true', 'TypeError'],
  ]);
});

describe('TypeScript of the README', () => {
  test('there is some', () => expect(blocks.length).toBeGreaterThan(1));

  test('it fits the types of the package', async () => {
    for (const [place, code] of blocks.entries()) writeFileSync(join(folder, `readme-${place}.ts`), code);
    const compilerOptions = {
      ...{ target: 'es2023', module: 'nodenext', strict: true, types: ['node'], skipLibCheck: true },
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['readme-*.ts'] }));
    const { code, stdout } = await runToEnd(process.execPath, [join(root, 'node_modules/typescript/bin/tsc')], folder);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });

  test.each([...blocks.keys()])('program %i runs and ends by itself', async (place) => {
    expect(await runHere(`readme-${place}.js`)).not.toBe('');
  });
});
