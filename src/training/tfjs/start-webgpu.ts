import * as tf from '@tensorflow/tfjs-core';
import { failure, messageOf, type Outcome, success } from '../../base/failure.ts';
import { DeviceWatch } from './device-watch.ts';
import { importOptional, missingPackage } from './optional-package.ts';
import type { StartedDevice } from './started-device.ts';

/** The parts of WebGPU's adapter that are read here. */
export interface Adapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    readonly isFallbackAdapter?: boolean;
  };
}

interface WebGpuPackage {
  readonly create: (options: string[]) => { requestAdapter(options: object): Promise<Adapter | null> };
  readonly globals: object;
}

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

const softwareNames = /swiftshader|llvmpipe|lavapipe|software|basic render|\bwarp\b/i;

/** Whether an adapter is a program that plays a GPU, and slower than this machine's processor itself. */
export const isSoftware = ({ info }: Adapter): boolean =>
  info.isFallbackAdapter === true || softwareNames.test(`${info.architecture} ${info.device} ${info.description}`);

async function requestAdapter(from: string): Promise<Outcome<Adapter>> {
  let dawn: WebGpuPackage | null;
  try {
    dawn = (await importOptional('webgpu', from)) as WebGpuPackage | null;
  } catch (error) {
    const message = `the package webgpu does not load here (${messageOf(error)})`;
    const nextStep = 'Use another backend; webgpu 0.6.2 needs glibc 2.34 or newer on Linux.';
    return failure('library-unusable', message, nextStep);
  }
  if (dawn === null) return missingPackage('webgpu@0.6.2');
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create([]);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) {
    const nextStep = 'Install a driver (Vulkan on Linux), or use another backend.';
    return failure('no-adapter', 'WebGPU finds no graphics device on this machine', nextStep);
  }
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true, writable: true });
  return success(adapter);
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
  const found = await requestAdapter(from);
  if (!found.ok) return found;
  const software = isSoftware(found.value);
  const { info } = found.value;
  const device = info.description || info.device || info.architecture || info.vendor;
  if (software && !softwareAllowed) {
    const message = `WebGPU finds only ${device}, which is software and slower than wasm`;
    const nextStep = 'Install a graphics driver; to use it all the same, say --backend webgpu.';
    return failure('software-adapter', message, nextStep);
  }
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
    ...{ device, detail: software ? 'software' : info.vendor || null, gpu: !software },
    maxTensorBytes: Math.min(maxBufferSize, maxStorageBufferBindingSize),
    checkDevice: () => watch.check(),
    freeMemory: () => freeBuffers(backend),
  });
}
