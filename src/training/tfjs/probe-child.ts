import type { BackendName } from '../trainer.ts';
import { startRuntime } from './runtime.ts';

// The other end of `probeBackend`: starts one backend and says what came of it.
const [backend, softwareAllowed] = process.argv.slice(2);
const started = await startRuntime(backend as BackendName, softwareAllowed === 'true');
if (started.ok) {
  const { device, detail, gpu } = started.value;
  process.send?.({ ok: true, value: { device, detail, gpu } });
} else {
  process.send?.(started);
}
