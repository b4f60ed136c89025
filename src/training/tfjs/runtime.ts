import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { type Failure, failure, type Outcome, success } from '../../pattern/failure.ts';
import type { BackendName } from '../trainer.ts';
import { DeviceSession } from './device-session.ts';
import { HostSession } from './host-session.ts';
import type { Session, SessionRequest } from './session.ts';
import { explainLoadError } from './tensorflow-package.ts';
import { registerWasmKernels } from './wasm-kernels.ts';

/** A backend that has been started in this thread. */
export interface Runtime {
  readonly backend: BackendName;
  /** as the runtime names it; null where it is this machine's processor */
  readonly device: string | null;
  /** what the device is made of, for people: "SIMD", "software", … */
  readonly detail: string | null;
  readonly gpu: boolean;
  readonly openSession: (request: SessionRequest) => Session;
}

type Started = Omit<Runtime, 'backend' | 'openSession'>;

const require = createRequire(import.meta.url);

/** Optional packages are resolved at run time, so that their absence is a value and not a broken build. */
async function importOptional(name: string): Promise<Record<string, unknown> | null> {
  let path: string;
  try {
    path = require.resolve(name);
  } catch {
    return null;
  }
  return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

async function startCpu(): Promise<Outcome<Started>> {
  await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
  return success({ device: null, detail: 'plain JavaScript', gpu: false });
}

async function startWasm(): Promise<Outcome<Started>> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  // The binaries lie beside the package's main file, wherever this is started from.
  wasm.setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep);
  await tf.setBackend('wasm');
  if (tf.getBackend() === 'wasm') registerWasmKernels();
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  return success({ device: null, detail: simd ? 'SIMD' : 'no SIMD', gpu: false });
}

/** The parts of WebGPU's adapter that are read here. */
interface Adapter {
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

const isSoftware = ({ info }: Adapter) =>
  info.isFallbackAdapter === true ||
  /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(
    `${info.architecture} ${info.device} ${info.description}`,
  );

const missingPackage = (name: string): Failure =>
  failure('package-missing', `the package ${name} is not installed`, `Install it: npm install ${name}.`);

async function requestAdapter(): Promise<Outcome<Adapter>> {
  let dawn: WebGpuPackage | null;
  try {
    dawn = (await importOptional('webgpu')) as WebGpuPackage | null;
  } catch (error) {
    const message = `the package webgpu does not load here (${messageOf(error)})`;
    return failure(
      'library-unusable',
      message,
      'Use another backend; webgpu 0.6.2 needs glibc 2.34 or newer on Linux.',
    );
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

async function startWebGpu(softwareAllowed: boolean): Promise<Outcome<Started>> {
  const found = await requestAdapter();
  if (!found.ok) return found;
  const software = isSoftware(found.value);
  const { info } = found.value;
  const device = info.description || info.device || info.architecture || info.vendor;
  if (software && !softwareAllowed) {
    const message = `WebGPU finds only ${device}, which is software and slower than wasm`;
    return failure(
      'software-adapter',
      message,
      'Install a graphics driver; to use it all the same, say --backend webgpu.',
    );
  }
  if ((await importOptional('@tensorflow/tfjs-backend-webgpu')) === null) {
    return missingPackage('@tensorflow/tfjs-backend-webgpu@4.22.0');
  }
  // Left on, it would compute small tensors on the processor and call that the device.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  await tf.setBackend('webgpu');
  return success({ device, detail: software ? 'software' : info.vendor || null, gpu: !software });
}

async function startTensorFlow(): Promise<Outcome<Started>> {
  try {
    if ((await importOptional('@tensorflow/tfjs-node-gpu')) === null) {
      return missingPackage('@tensorflow/tfjs-node-gpu@4.22.0');
    }
  } catch (error) {
    return explainLoadError(messageOf(error));
  }
  await tf.setBackend('tensorflow');
  const { isUsingGpuDevice: gpu = false } = tf.backend() as { isUsingGpuDevice?: boolean };
  return success({ device: gpu ? 'GPU' : null, detail: gpu ? 'CUDA' : 'libtensorflow, no GPU', gpu });
}

function start(backend: BackendName, softwareAllowed: boolean): Promise<Outcome<Started>> {
  switch (backend) {
    case 'tensorflow':
      return startTensorFlow();
    case 'webgpu':
      return startWebGpu(softwareAllowed);
    case 'wasm':
      return startWasm();
    case 'cpu':
      return startCpu();
  }
}

/** A product small enough to check by hand, on the backend itself. */
async function computes(): Promise<boolean> {
  const product = tf.tidy(() => tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2])));
  const values = await product.data();
  product.dispose();
  return values.join() === '19,22,43,50';
}

/**
 * Starts a backend in this thread and makes sure that it is really the one that computes: TF.js takes another one, silently, when it
 * cannot start the one it was asked for.
 * @param softwareAllowed whether WebGPU on a software device will do
 */
export async function startRuntime(backend: BackendName, softwareAllowed: boolean): Promise<Outcome<Runtime>> {
  tf.enableProdMode();
  const nextStep = 'Use another backend: --backend wasm, or --backend cpu.';
  try {
    const started = await start(backend, softwareAllowed);
    if (!started.ok) return started;
    if (tf.getBackend() !== backend) {
      const message = `the backend ${backend} did not start; TF.js would have used ${tf.getBackend() || 'none'}`;
      return failure('backend-not-started', message, nextStep);
    }
    if (!(await computes())) {
      return failure('wrong-results', `the backend ${backend} computes a 2 × 2 product wrongly`, nextStep);
    }
    const SessionClass = backend === 'wasm' || backend === 'cpu' ? HostSession : DeviceSession;
    return success({ backend, openSession: (request) => new SessionClass(request), ...started.value });
  } catch (error) {
    return failure('backend-not-started', `the backend ${backend} did not start (${messageOf(error)})`, nextStep);
  }
}
