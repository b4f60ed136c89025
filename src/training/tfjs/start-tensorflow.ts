import * as tf from '@tensorflow/tfjs-core';
import { type Outcome, success } from '../../pattern/failure.ts';
import type { StartedDevice } from '../pool/device.ts';
import { importOptional } from './optional-package.ts';
import { explainLoadError, packageMissing, tensorflowPackage } from './tensorflow-package.ts';

/** What a kernel of libtensorflow may index with 32 bits, bytes counted, to be on the safe side. */
const maxTensorBytes = 2 ** 31;

/** Nothing but the guarded import is its own: everything else is the engine of every other backend. */
export async function startTensorFlow(from: string): Promise<Outcome<StartedDevice>> {
  try {
    if ((await importOptional(tensorflowPackage, from)) === null) return packageMissing;
  } catch (error) {
    return explainLoadError(error instanceof Error ? error.message : String(error));
  }
  await tf.setBackend('tensorflow');
  if (tf.getBackend() !== 'tensorflow') return success({ device: null, detail: null, gpu: false });
  const { isUsingGpuDevice: gpu = false } = tf.backend() as { isUsingGpuDevice?: boolean };
  const detail = gpu ? 'CUDA' : 'libtensorflow, no GPU';
  return success({ device: gpu ? 'GPU' : null, detail, gpu, maxTensorBytes });
}
