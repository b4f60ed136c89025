import type { BackendName } from '../trainer.ts';
import { describeRuntime, startRuntime } from './runtime.ts';

// The other end of `probeBackend`: starts one backend and says what came of it.
const [backend, softwareAllowed, packagesFrom] = process.argv.slice(2);
const started = await startRuntime(backend as BackendName, softwareAllowed === 'true', packagesFrom);
process.send?.(started.ok ? { ok: true, value: describeRuntime(started.value) } : started);
