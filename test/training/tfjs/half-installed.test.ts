import { describe, expect, test } from 'vitest';
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
  ['absent', null, 'package-missing', /libtensorflow 2\.9\.1.*CUDA 11\.2.*cuDNN 8\.1.*docs\/gpu\.md/],
  ['installed without its library', { addon: 'napi-v8' }, 'library-missing', /deps\/ folder/],
  ['installed without its addon', { library }, 'addon-missing', /npm rebuild/],
  ['with an addon for an older Node', { ...whole, addon: 'napi-v5' }, 'wrong-napi', /npm rebuild/],
  [
    'whose loader looks for its addon in vain',
    {
      ...whole,
      main: throwing(
        `The Node.js native addon module (tfjs_binding.node) can not be found at path: ${WHERE}/napi-v8/tfjs_binding.node. \nPlease run command 'npm rebuild @tensorflow/tfjs-node-gpu --build-addon-from-source' to rebuild the native addon module.`,
      ),
    },
    'addon-missing',
    /--build-addon-from-source/,
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
    /Use Node 20 or 22/,
  ],
];

describe('tfjs-node-gpu', () => {
  test.each(states)('%s is recognised', async (_, fake, reason, nextStep) => {
    const outcome = await probe(fake);
    expect(outcome).toMatchObject({ ok: false, reason });
    if (outcome.ok) return;
    expect(outcome.nextStep).toMatch(nextStep);
    expect(outcome.nextStep).toContain('Untried');
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
      expect(tensorflow.nextStep).toContain('Untried');
      const { backend, passedOver } = unwrap(await chooseBackend('auto', { packagesFrom }));
      expect(backend).not.toBe('tensorflow');
      expect(passedOver[0]).toContain('(missing: libcudart.so.11.0)');
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
