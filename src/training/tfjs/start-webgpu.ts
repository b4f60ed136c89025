import * as tf from '@tensorflow/tfjs-core';
import { type Outcome, success } from '../../base/failure.ts';
import { requestAdapter } from '../webgpu/adapter.ts';
import { DeviceWatch } from '../webgpu/device-watch.ts';
import { importOptional, missingPackage } from './optional-package.ts';
import type { StartedDevice } from './started-device.ts';

/** The parts of TF.js's WebGPU backend that are used here; pinned with the package to 4.22.0. */
interface WebGpuBackend {
  readonly device: {
    readonly limits: { readonly maxBufferSize: number; readonly maxStorageBufferBindingSize: number };
  } & Parameters<DeviceWatch['listen']>[0];
  readonly bufferManager: BufferPool;
  /** null while nothing waits to be submitted */
  readonly commandEncoder: object | null;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

interface BufferPool {
  readonly freeBuffers: Map<string, { readonly size: number; destroy(): void }[]>;
  numFreeBuffers: number;
  numBytesAllocated: number;
}

/**
 * Gives buffers back that no tensor uses. TF.js keeps them for tensors of exactly the same size, which the next population of another
 * size or architecture has none of.
 */
function freeBuffers(backend: WebGpuBackend): void {
  const { bufferManager } = backend;
  if ((backend.commandEncoder ?? null) !== null) {
    backend.endComputePassEncoder();
    backend.submitQueue();
  }
  for (const buffers of bufferManager.freeBuffers.values()) {
    for (const buffer of buffers.splice(0)) {
      bufferManager.numBytesAllocated -= buffer.size;
      bufferManager.numFreeBuffers--;
      buffer.destroy();
    }
  }
}

/** @param softwareAllowed whether a software device will do */
export async function startWebGpu(softwareAllowed: boolean, from: string): Promise<Outcome<StartedDevice>> {
  const found = await requestAdapter(softwareAllowed, from);
  if (!found.ok) return found;
  const { gpu, device, detail, software } = found.value;
  // The package registers its backend where it finds a GPU when it is loaded.
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true, writable: true });
  if ((await importOptional('@tensorflow/tfjs-backend-webgpu', from)) === null) {
    return missingPackage('@tensorflow/tfjs-backend-webgpu@4.22.0');
  }
  // Left on, it would compute small tensors on the processor and call that the device.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  // The one way to multiply matrices (3, tiles in shared memory) whose sums do not depend on how many products there are: otherwise
  // a candidate's result would depend on what is trained beside it.
  tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', 3);
  await tf.setBackend('webgpu');
  if (tf.getBackend() !== 'webgpu') return success({ device, detail: null, gpu: false });
  const backend = tf.backend() as unknown as WebGpuBackend;
  const { maxBufferSize, maxStorageBufferBindingSize } = backend.device.limits;
  const watch = new DeviceWatch();
  watch.listen(backend.device);
  return success({
    ...{ device, detail, gpu: !software },
    maxTensorBytes: Math.min(maxBufferSize, maxStorageBufferBindingSize),
    checkDevice: () => watch.check(),
    freeMemory: () => freeBuffers(backend),
  });
}
