import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  complaintsIn,
  explainLoadError,
  explainNoGpu,
  packageFault,
} from '../../../src/training/tfjs/tensorflow-package.ts';

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
  ['/x/napi-v8/tfjs_binding.node: invalid ELF header', 'wrong-platform'],
  ['\\\\?\\C:\\x\\tfjs_binding.node is not a valid Win32 application.', 'wrong-platform'],
  ['/x/napi-v8/tfjs_binding.node: undefined symbol: TFE_NewContextOptions', 'library-unusable'],
  ["/lib/libm.so.6: version `GLIBC_2.38' not found (required by /x/libtensorflow.so.2)", 'library-unusable'],
  ['libtensorflow_framework.so.2: cannot open shared object file: No such file or directory', 'library-missing'],
  [
    'The N-API version of this Node instance is 1. This module supports N-API version(s) 3, 4. This Node instance cannot run this module.',
    'node-too-old',
  ],
  ['something nobody has seen', 'library-unusable'],
])('an error on loading that says “%s” is %s', (message, reason) => {
  const failure = explainLoadError(message);
  expect(failure).toMatchObject({ ok: false, reason });
  expect(failure.message).toContain(message.split('\n')[0].trim());
  expect(failure.message).not.toContain('\n');
  expect(failure.nextStep).toMatch(/\.$/);
});

describe('a libtensorflow without a GPU', () => {
  // As TensorFlow 2.9 writes them.
  const stderr = [
    "W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic library 'libcudart.so.11.0'; dlerror: libcudart.so.11.0: cannot open shared object file: No such file or directory; LD_LIBRARY_PATH: /usr/lib",
    "W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic library 'libcudnn.so.8'; dlerror: libcudnn.so.8: cannot open shared object file: No such file or directory",
    "W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic library 'libcudart.so.11.0'; dlerror: again",
    'W tensorflow/core/common_runtime/gpu/gpu_device.cc:1850] Cannot dlopen some GPU libraries.',
  ].join('\n');
  const noDevice =
    'E tensorflow/stream_executor/cuda/cuda_driver.cc:271] failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected\n';

  test('names each library that it could not load, once', () => {
    expect(complaintsIn(stderr)).toEqual(['libcudart.so.11.0', 'libcudnn.so.8']);
    expect(explainNoGpu(complaintsIn(stderr))).toMatchObject({ reason: 'cuda-missing' });
    expect(explainNoGpu(complaintsIn(stderr)).message).toMatch(/missing: libcudart\.so\.11\.0, libcudnn\.so\.8/);
  });

  test('tells a missing driver or GPU from missing CUDA libraries', () => {
    expect(complaintsIn(noDevice)).toEqual(['cuInit: CUDA_ERROR_NO_DEVICE']);
    for (const complaints of [complaintsIn(noDevice), ['libcuda.so.1']]) {
      expect(explainNoGpu(complaints)).toMatchObject({ reason: 'no-cuda-device' });
    }
  });

  test('that says nothing is still told', () => {
    expect(complaintsIn('2026 I tensorflow/core: all is well')).toEqual([]);
    expect(explainNoGpu()).toMatchObject({ reason: 'cuda-missing', message: 'libtensorflow loads but finds no GPU' });
  });
});

describe('the addon that the loader takes', () => {
  const present = async (versions: readonly number[], supported: readonly number[]) => {
    await put('deps', 'lib', 'libtensorflow.so.2');
    for (const version of versions) await put('lib', `napi-v${version}`, 'tfjs_binding.node');
    await writeFile(join(folder, 'package.json'), JSON.stringify({ binary: { napi_versions: supported } }));
  };

  test('is that of the highest N-API version both know', async () => {
    await present([5, 8], [3, 4, 5, 6, 7, 8]);
    expect(packageFault(folder, 'linux', 9)).toBeNull();
    expect(packageFault(folder, 'linux', 5)).toBeNull();
    expect(packageFault(folder, 'linux', 6)).toMatchObject({ reason: 'wrong-napi' });
    expect(packageFault(folder, 'linux', 6)!.message).toContain('(napi-v5, napi-v8; this one looks for napi-v6)');
    expect(packageFault(folder, 'linux', 2)).toMatchObject({ reason: 'node-too-old' });
  });

  test('is any where the package does not say', async () => {
    await present([5], []);
    await writeFile(join(folder, 'package.json'), 'not JSON');
    expect(packageFault(folder, 'linux', 9)).toBeNull();
  });
});
