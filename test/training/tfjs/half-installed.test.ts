import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { unwrap } from '../../../src/base/failure.ts';
import { chooseBackend, detectBackends } from '../../../src/training/tfjs/backends.ts';
import { probeBackend } from '../../../src/training/tfjs/probe.ts';
import { type FakePackage, loading, throwing, withPackage } from './fake-tensorflow.ts';

/** Files as they should be; the main module then does what it would. */
const libraries: Readonly<Record<string, string>> = { darwin: 'libtensorflow.dylib', win32: 'tensorflow.dll' };
const library = libraries[process.platform] ?? 'libtensorflow.so.2';
const whole = { addon: 'napi-v8', library };

const probe = (fake: FakePackage | null) =>
  withPackage(fake, (packagesFrom) => probeBackend('tensorflow', true, { packagesFrom }));

const WHERE = '/app/node_modules/@tensorflow/tfjs-node-gpu/lib';

/** States that users of the real package reported, with the messages they reported. */
const states: readonly [string, FakePackage | null, string, RegExp][] = [
  ['absent', null, 'package-missing', /scattershot setup tensorflow.*docs\/gpu\.md/],
  ['installed without its library', { addon: 'napi-v8' }, 'library-missing', /setup tensorflow/],
  ['installed without its addon', { library }, 'addon-missing', /setup tensorflow/],
  ['with an addon for an older Node', { ...whole, addon: 'napi-v5' }, 'wrong-napi', /setup tensorflow with the Node/],
  [
    'whose loader looks for its addon in vain',
    {
      ...whole,
      main: throwing(
        `The Node.js native addon module (tfjs_binding.node) can not be found at path: ${WHERE}/napi-v8/tfjs_binding.node. \nPlease run command 'npm rebuild @tensorflow/tfjs-node-gpu --build-addon-from-source' to rebuild the native addon module.`,
      ),
    },
    'addon-missing',
    /setup tensorflow/,
  ],
  [
    'on a Node that no longer has what it calls, when it first computes',
    {
      ...whole,
      main: loading(
        '',
        true,
        `require('node:util').isNullOrUndefined = undefined;
        const [kernel] = [tf.getKernel('BatchMatMul', 'tensorflow')];
        tf.unregisterKernel('BatchMatMul', 'tensorflow');
        tf.registerKernel({ ...kernel, kernelFunc: () => { (0, require('node:util').isNullOrUndefined)(1); } });`,
      ),
    },
    'node-too-new',
    /Use Node 20, 22 or 24/,
  ],
];

describe('tfjs-node-gpu', () => {
  test.each(states)('%s is recognised', async (_, fake, reason, nextStep) => {
    const outcome = await probe(fake);
    expect(outcome).toMatchObject({ ok: false, reason });
    if (outcome.ok) return;
    expect(outcome.nextStep).toMatch(nextStep);
    expect(outcome.message).not.toContain('\n');
  });

  test('without CUDA runs on the processor, says what is missing, and is not chosen by itself', async () => {
    // As TensorFlow 2.9 writes it.
    const stderr =
      "W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic library 'libcudart.so.11.0'; dlerror: libcudart.so.11.0: cannot open shared object file: No such file or directory\n";
    await withPackage({ ...whole, main: loading(stderr, false) }, async (packagesFrom) => {
      const [tensorflow] = await detectBackends({ packagesFrom });
      expect(tensorflow).toMatchObject({ backend: 'tensorflow', available: true, auto: false, gpu: false });
      expect(tensorflow.reason).toBe('cuda-missing');
      expect(tensorflow.message).toContain('(missing: libcudart.so.11.0)');
      expect(tensorflow.nextStep).toContain('setup tensorflow --cuda');
      const { backend, passedOver } = unwrap(await chooseBackend('auto', { packagesFrom }));
      expect(backend).not.toBe('tensorflow');
      expect(passedOver[0]).toContain('(missing: libcudart.so.11.0)');
      // Convolutions it does best, on the processor too.
      expect(unwrap(await chooseBackend('auto', { packagesFrom, front: true })).backend).toBe('tensorflow');
    });
  });

  test('works on a Node that took away what it calls, which is put back first', async () => {
    const main = `require('node:util').isNullOrUndefined(1);${loading('', false)}`;
    // As Node 23 and later begin, whichever runs this.
    const folder = mkdtempSync(join(tmpdir(), 'scattershot-later-node-'));
    const later = join(folder, 'later.cjs');
    writeFileSync(later, "delete require('node:util').isNullOrUndefined;");
    vi.stubEnv('NODE_OPTIONS', `${process.env.NODE_OPTIONS ?? ''} --require=${later}`);
    try {
      expect(await probe({ ...whole, main })).toMatchObject({ ok: true });
    } finally {
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true });
    }
  });

  test('names the version of its library, and says of one that was never tried that it was not', async () => {
    const detailOf = async (version: string) => {
      const main = loading('', false, `Backend.prototype.binding = { TF_Version: '${version}' };`);
      return unwrap(await probe({ ...whole, main })).detail;
    };
    expect(await detailOf('2.21.0')).toBe('libtensorflow 2.21.0, no GPU');
    expect(await detailOf('9.9.9')).toBe('libtensorflow 9.9.9 (a version never tried), no GPU');
  });

  test('that is missing says with which versions it was tried', async () => {
    await withPackage({ addon: 'napi-v8' }, async (packagesFrom) => {
      const [tensorflow] = await detectBackends({ packagesFrom });
      expect(tensorflow.nextStep).toMatch(/Tried: TensorFlow 2\.21\.0 on Node 20\.20, 22\.\d+, 24\.\d+\.$/);
    });
  });

  test('with a GPU comes before every other backend', async () => {
    await withPackage({ ...whole, main: loading('', true) }, async (packagesFrom) => {
      expect(await chooseBackend('auto', { packagesFrom })).toEqual({
        ok: true,
        value: { backend: 'tensorflow', passedOver: [] },
      });
    });
  });

  test('that aborts takes nothing else with it and is quoted', async () => {
    const fatal =
      '2026-01-01 00:00:00.0: F tensorflow/core/platform/cpu_feature_guard.cc:37] The TensorFlow library was compiled to use AVX2 instructions, but these are not available on your machine.\n';
    const main = `require('node:fs').writeSync(2, ${JSON.stringify(fatal)}); process.abort();`;
    const outcome = await probe({ ...whole, main });
    expect(outcome).toMatchObject({ ok: false, reason: 'backend-crashed' });
    expect(outcome).toHaveProperty('message', expect.stringMatching(/SIGABRT: The TensorFlow library was compiled to/));
  });
});
