import { cpus } from 'node:os';
import type { BackendName } from '../trainer.ts';
import type { StartedBackend } from './messages.ts';

/** What starting a backend gives, before it is known to compute. */
export interface StartedDevice extends StartedBackend {
  /** as in `Runtime`; absent where there is nothing to do */
  readonly checkDevice?: () => void;
  readonly freeMemory?: () => void;
}

const processor = (): string => cpus()[0]?.model.trim() ?? 'unknown processor';

/** "NVIDIA H100 (webgpu, nvidia)", "2 × Intel … (wasm, SIMD)". @param threads worker threads that train at once */
export function describeDevice(backend: BackendName, started: StartedBackend, threads: number): string {
  const device = started.device ?? `${threads} × ${processor()}`;
  const details = [backend, started.detail].filter((detail) => detail !== null).join(', ');
  return `${device} (${details})`;
}
