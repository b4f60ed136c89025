import { startEdgeDevice } from './start-device.ts';

// The other end of `probeBackend`: opens the device and says what came of it.
const [, softwareAllowed, packagesFrom] = process.argv.slice(2);
const outcome = await startEdgeDevice(softwareAllowed === 'true', packagesFrom);
process.send?.(outcome.ok ? { ok: true, value: outcome.value.started } : outcome);
