import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import { messageOf, type Outcome, success } from '../../base/failure.ts';
import { importOptional } from './optional-package.ts';
import { tensorFlowPackages } from './setup/setup-folder.ts';
import type { StartedDevice } from './started-device.ts';
import { explainLoadError, packageMissing, TENSORFLOW_PACKAGE, triedVersions } from './tensorflow-package.ts';

/** What a kernel of libtensorflow may index with 32 bits, bytes counted, to be on the safe side. */
const MAX_TENSOR_BYTES = 2 ** 31;

/**
 * What the package calls of `util` and Node 23 took away. Its functions are looked up when they are called, so that it is enough to put
 * them back before it is imported.
 */
function restoreUtilities(): void {
  const utilities = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  utilities.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  utilities.isArray ??= Array.isArray;
}

/** What the package's backend says of itself. */
interface NodeBackend {
  readonly isUsingGpuDevice?: boolean;
  readonly binding?: { readonly TF_Version?: string };
}

/** "libtensorflow 2.21.0"; a version that nobody has tried says so */
function libraryText(version: string | undefined): string {
  if (version === undefined) return 'libtensorflow';
  return `libtensorflow ${version}${triedVersions.includes(version) ? '' : ' (a version never tried)'}`;
}

/** Only the guarded import is its own; everything else is the engine of every other backend. */
export async function startTensorFlow(from: string): Promise<Outcome<StartedDevice>> {
  restoreUtilities();
  try {
    if ((await importOptional(TENSORFLOW_PACKAGE, tensorFlowPackages(from))) === null) return packageMissing;
  } catch (error) {
    return explainLoadError(messageOf(error));
  }
  await tf.setBackend('tensorflow');
  if (tf.getBackend() !== 'tensorflow') return success({ device: null, detail: null, gpu: false });
  const { isUsingGpuDevice: gpu = false, binding } = tf.backend() as NodeBackend;
  const detail = `${libraryText(binding?.TF_Version)}, ${gpu ? 'CUDA' : 'no GPU'}`;
  return success({ device: gpu ? 'GPU' : null, detail, gpu, maxTensorBytes: MAX_TENSOR_BYTES });
}
