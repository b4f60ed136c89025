import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { explainLoadError, packageFault } from '../../../src/training/tfjs/tensorflow-package.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scattershot-tfjs-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(...path: string[]): Promise<void> {
  await mkdir(join(folder, ...path.slice(0, -1)), { recursive: true });
  await writeFile(join(folder, ...path), '');
}

describe('an installed tfjs-node-gpu', () => {
  test('without its library is told from one without its addon', async () => {
    expect(packageFault(folder, 'linux')).toMatchObject({ reason: 'library-missing' });
    await put('deps', 'lib', 'README');
    expect(packageFault(folder, 'linux')).toMatchObject({ reason: 'library-missing' });
    await put('deps', 'lib', 'libtensorflow.so.2');
    expect(packageFault(folder, 'linux')).toMatchObject({ reason: 'addon-missing' });
    await mkdir(join(folder, 'lib', 'napi-v8'), { recursive: true });
    expect(packageFault(folder, 'linux')).toMatchObject({ reason: 'addon-missing' });
    await put('lib', 'napi-v8', 'tfjs_binding.node');
    expect(packageFault(folder, 'linux')).toBeNull();
  });

  test('looks for the library under the platform’s own name', async () => {
    await put('lib', 'napi-v8', 'tfjs_binding.node');
    await put('deps', 'lib', 'tensorflow.dll');
    expect(packageFault(folder, 'win32')).toBeNull();
    expect(packageFault(folder, 'linux')).toMatchObject({ reason: 'library-missing' });
  });
});

test.each([
  [
    'The Node.js native addon module (tfjs_binding.node) can not be found at path: /x/tfjs_binding.node. \nPlease run …',
    'addon-missing',
  ],
  ['libtensorflow.so.2: cannot open shared object file: No such file or directory', 'library-missing'],
  ['libcudart.so.11.0: cannot open shared object file: No such file or directory', 'library-missing'],
  ['The specified module could not be found.\n\\\\?\\C:\\x\\tfjs_binding.node', 'library-missing'],
  ['(0, util_1.isNullOrUndefined) is not a function', 'node-too-new'],
  ['was compiled against a different Node.js version using NODE_MODULE_VERSION 93', 'node-too-new'],
  ['something nobody has seen', 'library-unusable'],
])('an error on loading that says “%s” is %s', (message, reason) => {
  const failure = explainLoadError(message);
  expect(failure).toMatchObject({ ok: false, reason });
  expect(failure.message).toContain(message.split('\n')[0]);
  expect(failure.message).not.toContain('\n');
  expect(failure.nextStep).toMatch(/\.$/);
});
