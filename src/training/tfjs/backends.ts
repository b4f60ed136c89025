import { type Failure, type Outcome, success } from '../../base/failure.ts';
import { backendNames } from '../backend-names.ts';
import { describeDevice } from '../pool/device.ts';
import type { StartedBackend } from '../pool/messages.ts';
import type { BackendName } from '../trainer.ts';
import { type ProbeOptions, probeBackend } from './probe.ts';
import { explainNoGpu } from './tensorflow-package.ts';

/** Whether a backend works here, and how to get it where it does not. */
export interface BackendReport {
  readonly backend: BackendName;
  /** it can be asked for by name */
  readonly available: boolean;
  /** `--backend auto` would take it if none before it can be taken */
  readonly auto: boolean;
  readonly gpu: boolean;
  /** as the runtime names it; null if unavailable */
  readonly device: string | null;
  /** kebab-case; null if nothing is missing */
  readonly reason: string | null;
  readonly message: string;
  readonly nextStep: string | null;
}

/** Meant for a GPU, by native code. */
export const usesGpu = (backend: BackendName) => backend === 'tensorflow' || backend === 'webgpu';

/** An available backend that is meant for a GPU and has none. */
function withoutGpu(
  backend: BackendName,
  device: string,
  { complaints }: StartedBackend,
): Pick<Failure, 'reason' | 'message' | 'nextStep'> {
  if (backend === 'tensorflow') return explainNoGpu(complaints);
  const message = `WebGPU finds only ${device}, which is not a GPU`;
  return { reason: 'software-adapter', message, nextStep: 'Install a graphics driver (Vulkan on Linux).' };
}

function report(backend: BackendName, outcome: Outcome<StartedBackend>): BackendReport {
  if (!outcome.ok) {
    const { reason, message, nextStep } = outcome;
    return { backend, available: false, auto: false, gpu: false, device: null, reason, message, nextStep };
  }
  const { gpu } = outcome.value;
  const device = describeDevice(backend, outcome.value, 1);
  const common = { backend, available: true, gpu, device };
  if (usesGpu(backend) && !gpu) return { ...common, auto: false, ...withoutGpu(backend, device, outcome.value) };
  return { ...common, auto: true, reason: null, message: `works on ${device}`, nextStep: null };
}

/**
 * Tries every backend, each in a process of its own. Takes a second or two.
 * @param options for tests of machines other than this
 */
export async function detectBackends(options: ProbeOptions = {}): Promise<readonly BackendReport[]> {
  return Promise.all(backendNames.map(async (backend) => report(backend, await probeBackend(backend, true, options))));
}

/** A backend to start, and why others that come before it under 'auto' were passed over. */
export interface BackendChoice {
  readonly backend: BackendName;
  readonly passedOver: readonly string[];
}

interface ChoiceOptions extends ProbeOptions {
  /** a convolutional front is to be trained */
  readonly front?: boolean;
}

/**
 * What `auto` comes to: the first backend with a GPU, or wasm. A convolutional front goes to tensorflow without a GPU too, which trains it
 * some five times as fast on all cores as wasm does.
 */
async function chooseAutomatically({ front = false, ...options }: ChoiceOptions): Promise<BackendChoice> {
  const passedOver: string[] = [];
  for (const backend of backendNames.filter(usesGpu)) {
    const outcome = await probeBackend(backend, false, options);
    const willDo = outcome.ok && (outcome.value.gpu || (front && backend === 'tensorflow'));
    if (willDo) return { backend, passedOver };
    passedOver.push(`${backend}: ${outcome.ok ? explainNoGpu(outcome.value.complaints).message : outcome.message}`);
  }
  return { backend: 'wasm', passedOver };
}

/**
 * Which backend to start. One that brings native code is tried in a process of its own first, also when it was asked for by name:
 * what its libraries have to say goes to nobody's terminal, and if they crash it is not here.
 * @param options for tests of machines other than this
 */
export async function chooseBackend(
  wanted: BackendName | 'auto',
  options: ChoiceOptions = {},
): Promise<Outcome<BackendChoice>> {
  if (wanted === 'auto') return success(await chooseAutomatically(options));
  const probed = usesGpu(wanted) ? await probeBackend(wanted, true, options) : success(null);
  return probed.ok ? success({ backend: wanted, passedOver: [] }) : probed;
}
