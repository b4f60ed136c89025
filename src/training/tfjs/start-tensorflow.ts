import * as tf from '@tensorflow/tfjs-core';
import { messageOf, type Outcome, success } from '../../base/failure.ts';
import { importOptional } from './optional-package.ts';
import type { StartedDevice } from './started-device.ts';
import { explainLoadError, packageMissing, TENSORFLOW_PACKAGE } from './tensorflow-package.ts';

/** What a kernel of libtensorflow may index with 32 bits, bytes counted, to be on the safe side. */
const MAX_TENSOR_BYTES = 2 ** 31;

/** Only the guarded import is its own; everything else is the engine of every other backend. */
export async function startTensorFlow(from: string): Promise<Outcome<StartedDevice>> {
  try {
    if ((await importOptional(TENSORFLOW_PACKAGE, from)) === null) return packageMissing;
  } catch (error) {
    return explainLoadError(messageOf(error));
  }
  await tf.setBackend('tensorflow');
  if (tf.getBackend() !== 'tensorflow') return success({ device: null, detail: null, gpu: false });
  const { isUsingGpuDevice: gpu = false } = tf.backend() as { isUsingGpuDevice?: boolean };
  const detail = gpu ? 'CUDA' : 'libtensorflow, no GPU';
  return success({ device: gpu ? 'GPU' : null, detail, gpu, maxTensorBytes: MAX_TENSOR_BYTES });
}
