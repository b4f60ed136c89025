import { cpus } from 'node:os';
import type { BackendName } from '../trainer.ts';
import type { StartedBackend } from './messages.ts';

const processor = (): string => cpus()[0]?.model.trim() ?? 'unknown processor';

/** "NVIDIA H100 (webgpu, nvidia)", "2 × Intel … (wasm, SIMD)". @param threads worker threads that train at once */
export function describeDevice(backend: BackendName, started: StartedBackend, threads: number): string {
  const device = started.device ?? `${threads} × ${processor()}`;
  const details = [backend, started.detail].filter((detail) => detail !== null).join(', ');
  return `${device} (${details})`;
}
