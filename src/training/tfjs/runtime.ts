import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { failure, messageOf, type Outcome, success } from '../../base/failure.ts';
import type { StartedBackend } from '../pool/messages.ts';
import type { BackendName } from '../trainer.ts';
import { DeviceSession } from './device-session.ts';
import { HostSession } from './host-session.ts';
import { ANOTHER_BACKEND, ownPackages } from './optional-package.ts';
import { type PopulationRequest, PopulationSession } from './population-session.ts';
import type { Session, SessionRequest } from './session.ts';
import { startTensorFlow } from './start-tensorflow.ts';
import { startWebGpu } from './start-webgpu.ts';
import type { StartedDevice } from './started-device.ts';
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
  /** the largest tensor the device can bind; absent where there is no device */
  readonly maxTensorBytes?: number;
  readonly openSession: (request: SessionRequest) => Session;
  /** null where a thread's own processor computes: there it pays to train one by one, a job on each thread */
  readonly openPopulation: ((request: PopulationRequest) => PopulationSession) | null;
  /** @throws what the device has complained of since it was last asked; DeviceMemoryError if memory ran out */
  readonly checkDevice: () => void;
  /** gives back device memory that is kept for tensors to come */
  readonly freeMemory: () => void;
}

/** What a worker or a probe says of the backend it started: plain values. */
export function describeRuntime({ device, detail, gpu, maxTensorBytes }: Runtime): StartedBackend {
  return { device, detail, gpu, ...(maxTensorBytes === undefined ? {} : { maxTensorBytes }) };
}

const require = createRequire(import.meta.url);

async function startCpu(): Promise<Outcome<StartedDevice>> {
  await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
  return success({ device: null, detail: 'plain JavaScript', gpu: false });
}

async function startWasm(): Promise<Outcome<StartedDevice>> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  // The binaries lie beside the package's main file, wherever this is started from.
  wasm.setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep);
  await tf.setBackend('wasm');
  if (tf.getBackend() === 'wasm') registerWasmKernels();
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  return success({ device: null, detail: simd ? 'SIMD' : 'no SIMD', gpu: false });
}

function start(backend: BackendName, softwareAllowed: boolean, packagesFrom: string): Promise<Outcome<StartedDevice>> {
  switch (backend) {
    case 'tensorflow':
      return startTensorFlow(packagesFrom);
    case 'webgpu':
      return startWebGpu(softwareAllowed, packagesFrom);
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

/** For backends without a device to watch. */
const idle = { checkDevice: () => {}, freeMemory: () => {} };

function sessionsOf(backend: BackendName): Pick<Runtime, 'openSession' | 'openPopulation'> {
  if (backend === 'wasm' || backend === 'cpu') {
    return { openSession: (request) => new HostSession(request), openPopulation: null };
  }
  return {
    openSession: (request) => new DeviceSession(request),
    openPopulation: (request) => new PopulationSession(request),
  };
}

/**
 * Starts a backend in this thread and makes sure that it is really the one that computes: TF.js takes another one, silently, when it
 * cannot start the one it was asked for.
 * @param softwareAllowed whether WebGPU on a software device will do
 * @param packagesFrom a file beside whose packages the optional ones are looked for
 */
export async function startRuntime(
  backend: BackendName,
  softwareAllowed: boolean,
  packagesFrom: string = ownPackages,
): Promise<Outcome<Runtime>> {
  tf.enableProdMode();
  try {
    const started = await start(backend, softwareAllowed, packagesFrom);
    if (!started.ok) return started;
    if (tf.getBackend() !== backend) {
      const message = `the backend ${backend} did not start; TF.js would have used ${tf.getBackend() || 'none'}`;
      return failure('backend-not-started', message, ANOTHER_BACKEND);
    }
    if (!(await computes())) {
      return failure('wrong-results', `the backend ${backend} computes a 2 × 2 product wrongly`, ANOTHER_BACKEND);
    }
    return success({ backend, ...idle, ...started.value, ...sessionsOf(backend) });
  } catch (error) {
    if (backend === 'tensorflow') return explainLoadError(messageOf(error));
    return failure(
      'backend-not-started',
      `the backend ${backend} did not start (${messageOf(error)})`,
      ANOTHER_BACKEND,
    );
  }
}
