import { afterEach, beforeAll } from 'vitest';
import { unwrap } from '../../../src/base/failure.ts';
import { DeviceSession } from '../../../src/training/tfjs/device-session.ts';
import { HostSession } from '../../../src/training/tfjs/host-session.ts';
import { startRuntime } from '../../../src/training/tfjs/runtime.ts';
import type { Session } from '../../../src/training/tfjs/session.ts';

/** Where a session keeps its state, the backend, and its class. */
export const sessionKinds = [
  ['host', 'wasm', HostSession],
  ['host', 'cpu', HostSession],
  ['device', 'wasm', DeviceSession],
  ['device', 'cpu', DeviceSession],
] as const;

/** Sessions of the running test, which are disposed of when it ends. */
export const opened: Session[] = [];

/** Starts both backends before the tests of a file, and ends the sessions of each test. */
export function startRuntimes(): void {
  beforeAll(async () => {
    unwrap(await startRuntime('cpu', false));
    unwrap(await startRuntime('wasm', false));
  });
  afterEach(() => {
    for (const session of opened.splice(0)) session.dispose();
  });
}
