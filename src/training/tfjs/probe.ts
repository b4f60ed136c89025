import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { failure, type Outcome } from '../../pattern/failure.ts';
import type { BackendName } from '../trainer.ts';
import type { StartedBackend } from './messages.ts';
import { packageFault } from './tensorflow-package.ts';

const probeChild = new URL(import.meta.url.endsWith('.ts') ? './probe-child.ts' : './probe-child.js', import.meta.url);
const timeoutMs = 30_000;

const another = 'Use another backend: --backend wasm, or --backend cpu.';

/** The folder of an installed package, or null. */
function packageFolder(name: string): string | null {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return null;
  }
}

/** What the file system alone tells, before anything is loaded. */
function fileFault(backend: BackendName): Outcome<null> {
  const needed = { tensorflow: ['@tensorflow/tfjs-node-gpu'], webgpu: ['webgpu', '@tensorflow/tfjs-backend-webgpu'] };
  for (const name of needed[backend as keyof typeof needed] ?? []) {
    const folder = packageFolder(name);
    if (folder === null) {
      const nextStep =
        backend === 'tensorflow'
          ? 'Run npm install on a machine that can download TensorFlow; it is an optional dependency that needs CUDA 11.2 and cuDNN 8.1.'
          : 'Run npm install without --omit=optional.';
      return failure('package-missing', `the package ${name} is not installed`, nextStep);
    }
    const fault = backend === 'tensorflow' ? packageFault(folder, process.platform) : null;
    if (fault !== null) return fault;
  }
  return { ok: true, value: null };
}

/**
 * Tries a backend in a process of its own, so that a driver that crashes takes nothing else with it and nothing native is loaded
 * here for the asking.
 * @param childUrl another child in place of the real one, for tests of what happens when it dies
 */
export function probeBackend(
  backend: BackendName,
  softwareAllowed: boolean,
  childUrl: URL = probeChild,
): Promise<Outcome<StartedBackend>> {
  const missing = fileFault(backend);
  if (!missing.ok) return Promise.resolve(missing);
  return new Promise((resolve) => {
    const child = fork(childUrl, [backend, String(softwareAllowed)], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
      serialization: 'advanced',
    });
    const end = (outcome: Outcome<StartedBackend>) => {
      clearTimeout(timer);
      child.removeAllListeners();
      child.kill('SIGKILL');
      resolve(outcome);
    };
    const timer = setTimeout(() => {
      const message = `the backend ${backend} did not answer within ${timeoutMs / 1000} s`;
      end(failure('probe-timeout', message, another));
    }, timeoutMs);
    child.once('message', (message) => end(message as Outcome<StartedBackend>));
    child.once('error', (error) =>
      end(failure('probe-failed', `${backend} could not be tried (${error.message})`, another)),
    );
    child.once('exit', (code, signal) => {
      const how = signal === null ? `with code ${code}` : `by ${signal}`;
      end(failure('backend-crashed', `trying the backend ${backend} ended its process ${how}`, another));
    });
  });
}
