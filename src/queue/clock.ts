import { setTimeout } from 'node:timers/promises';
import type { Clock } from './transport.ts';

/** The time of this process: runs on while the host's own time is set. */
export const realClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => setTimeout(ms, undefined, { signal }).catch(() => {}),
};
