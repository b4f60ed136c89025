import { cpus } from 'node:os';
import { InvalidValueError } from '../../base/caller-errors.ts';
import type { BackendName } from '../trainer.ts';
import type { StartedBackend } from './messages.ts';

const processor = (): string => cpus()[0]?.model.trim() ?? 'unknown processor';

/** "NVIDIA H100 (webgpu, nvidia)", "2 × Intel … (wasm, SIMD)", "2 × AMD … (native, avx512)". @param threads that train at once */
export function describeDevice(backend: BackendName | 'native', started: StartedBackend, threads: number): string {
  const device = started.device ?? `${threads} × ${processor()}`;
  const details = [backend, started.detail].filter((detail) => detail !== null).join(', ');
  return `${device} (${details})`;
}

/** @throws RangeError */
export function checkedThreads(threads: number): number {
  if (!Number.isSafeInteger(threads) || threads < 1 || threads > 1024) {
    throw new InvalidValueError(`threads must be a whole number from 1 to 1024; got ${threads}`);
  }
  return threads;
}

/** @param passedOver GPUs that were looked for and why there is none */
export function noGpuWarning(device: string, passedOver: readonly string[]): string {
  const why = passedOver.length > 0 ? ` (${passedOver.join('; ')})` : '';
  return `Training runs on ${device}, not on a GPU${why}. To see what is missing, run: scattershot doctor`;
}
