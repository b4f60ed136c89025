import type { StartedBackend } from '../pool/messages.ts';

/** What starting a backend gives, before it is known to compute. */
export interface StartedDevice extends StartedBackend {
  /** as in `Runtime`; absent where there is nothing to do */
  readonly checkDevice?: () => void;
  readonly freeMemory?: () => void;
}
