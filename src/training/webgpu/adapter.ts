import { failure, messageOf, type Outcome, success } from '../../base/failure.ts';
import { importOptional, missingPackage } from '../tfjs/optional-package.ts';
import type { GpuAdapter } from './gpu-api.ts';

interface WebGpuPackage {
  readonly create: (options: string[]) => { requestAdapter(options: object): Promise<GpuAdapter | null> };
  readonly globals: object;
}

/** A graphics device that WebGPU found. */
export interface FoundAdapter {
  /** to be held as long as the adapter is used */
  readonly gpu: object;
  readonly adapter: GpuAdapter;
  /** its name */
  readonly device: string;
  /** what it is made of, for people; null where it does not say */
  readonly detail: string | null;
  readonly software: boolean;
}

const softwareNames = /swiftshader|llvmpipe|lavapipe|software|basic render|\bwarp\b/i;

/** Whether an adapter is a program that plays a GPU, and slower than this machine's processor itself. */
export const isSoftware = ({ info }: Pick<GpuAdapter, 'info'>): boolean =>
  info.isFallbackAdapter === true || softwareNames.test(`${info.architecture} ${info.device} ${info.description}`);

async function loadWebGpu(from: string): Promise<Outcome<WebGpuPackage>> {
  try {
    const dawn = (await importOptional('webgpu', from)) as WebGpuPackage | null;
    return dawn === null ? missingPackage('webgpu@0.6.2') : success(dawn);
  } catch (error) {
    const message = `the package webgpu does not load here (${messageOf(error)})`;
    const nextStep = 'Use another backend; webgpu 0.6.2 needs glibc 2.34 or newer on Linux.';
    return failure('library-unusable', message, nextStep);
  }
}

/**
 * The graphics device of this machine by the package `webgpu` (Dawn), whose names are put among the global ones.
 * @param softwareAllowed whether a software device will do
 * @param from a file beside whose packages this one is looked for
 */
export async function requestAdapter(softwareAllowed: boolean, from: string): Promise<Outcome<FoundAdapter>> {
  const loaded = await loadWebGpu(from);
  if (!loaded.ok) return loaded;
  Object.assign(globalThis, loaded.value.globals);
  const gpu = loaded.value.create([]);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) {
    const nextStep = 'Install a driver (Vulkan on Linux), or use another backend.';
    return failure('no-adapter', 'WebGPU finds no graphics device on this machine', nextStep);
  }
  const { info } = adapter;
  const software = isSoftware(adapter);
  const device = info.description || info.device || info.architecture || info.vendor;
  if (software && !softwareAllowed) {
    const message = `WebGPU finds only ${device}, which is software and slower than wasm`;
    const nextStep = 'Install a graphics driver; to use it all the same, say --backend webgpu.';
    return failure('software-adapter', message, nextStep);
  }
  return success({ gpu, adapter, device, detail: software ? 'software' : info.vendor || null, software });
}
