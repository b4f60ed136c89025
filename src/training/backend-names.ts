import { InvalidValueError } from '../base/caller-errors.ts';
import type { BackendName } from './trainer.ts';

/** In the order of preference. */
export const backendNames: readonly BackendName[] = ['tensorflow', 'webgpu', 'wasm', 'cpu'];

/** @throws RangeError for a name that is none */
export function checkedBackend(backend: string): BackendName | 'auto' {
  if (backend !== 'auto' && !backendNames.includes(backend as BackendName)) {
    throw new InvalidValueError(`the backend must be auto, ${backendNames.join(', ')}; got ${backend}`);
  }
  return backend as BackendName | 'auto';
}
