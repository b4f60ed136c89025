import { type ChildProcess, fork } from 'node:child_process';
import { failure, type Outcome } from '../../base/failure.ts';
import type { StartedBackend } from '../pool/messages.ts';
import type { BackendName } from '../trainer.ts';
import { ANOTHER_BACKEND, missingPackage, ownPackages, packageFolder } from './optional-package.ts';
import { tensorFlowPackages } from './setup/setup-folder.ts';
import { complaintsIn, packageFault, packageMissing, TENSORFLOW_PACKAGE } from './tensorflow-package.ts';

export interface ProbeOptions {
  /** another child in place of the real one, for tests of what happens when it dies */
  readonly childUrl?: URL;
  /** a file beside whose packages the optional ones are looked for, in place of this one */
  readonly packagesFrom?: string;
  /** how long the child may take; default: 30 s */
  readonly timeoutMs?: number;
  /** ends the child */
  readonly signal?: AbortSignal | undefined;
}

const probeChild = new URL(import.meta.url.endsWith('.ts') ? './probe-child.ts' : './probe-child.js', import.meta.url);
const TIMEOUT_MS = 30_000;
/** More than any library says before it gives up. */
const MOST_HEARD = 65_536;

/** What the file system alone tells, before anything is loaded. */
function fileFault(backend: BackendName, packagesFrom: string): Outcome<StartedBackend> | null {
  if (backend === 'tensorflow') {
    const folder = packageFolder(TENSORFLOW_PACKAGE, tensorFlowPackages(packagesFrom));
    return folder === null ? packageMissing : packageFault(folder, process.platform);
  }
  if (backend !== 'webgpu') return null;
  const absent = ['webgpu', '@tensorflow/tfjs-backend-webgpu'].find(
    (name) => packageFolder(name, packagesFrom) === null,
  );
  if (absent === undefined) return null;
  return { ...missingPackage(absent), nextStep: 'Run npm install without --omit=optional.' };
}

/** What the child writes on stderr: libraries say there, and nowhere else, what they lack. */
function listen(child: ChildProcess): () => string {
  let heard = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    if (heard.length < MOST_HEARD) heard += text;
  });
  return () => heard;
}

/** The outcome of a child, its libraries' complaints with it. */
function withComplaints(outcome: Outcome<StartedBackend>, heard: string): Outcome<StartedBackend> {
  const complaints = complaintsIn(heard);
  return outcome.ok && complaints.length > 0 ? { ok: true, value: { ...outcome.value, complaints } } : outcome;
}

function crashed(backend: BackendName, how: string, heard: string): Outcome<StartedBackend> {
  // "… F tensorflow/core/…: The TensorFlow library was compiled to use AVX2 instructions, but these aren't available …"
  const [, why] = / F tensorflow\/\S+ ([^\n]+)/.exec(heard) ?? [];
  const because = why === undefined ? '' : `: ${why.trim()}`;
  return failure(
    'backend-crashed',
    `trying the backend ${backend} ended its process ${how}${because}`,
    ANOTHER_BACKEND,
  );
}

/**
 * Tries a backend in a process of its own, so that a driver that crashes takes nothing else with it and nothing native is loaded
 * here for the asking.
 */
export function probeBackend(
  backend: BackendName,
  softwareAllowed: boolean,
  { childUrl = probeChild, packagesFrom = ownPackages, timeoutMs = TIMEOUT_MS, signal }: ProbeOptions = {},
): Promise<Outcome<StartedBackend>> {
  const missing = fileFault(backend, packagesFrom);
  if (missing !== null) return Promise.resolve(missing);
  return new Promise((resolve) => {
    const child = fork(childUrl, [backend, String(softwareAllowed), packagesFrom], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Warnings too: they name the CUDA libraries that are missing.
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '1' },
      serialization: 'advanced',
    });
    const heard = listen(child);
    let answer: Outcome<StartedBackend> | null = null;
    const timer = setTimeout(() => {
      const message = `the backend ${backend} did not answer within ${timeoutMs / 1000} s`;
      answer ??= failure('probe-timeout', message, ANOTHER_BACKEND);
      child.kill('SIGKILL');
    }, timeoutMs);
    const end = () => void child.kill('SIGKILL');
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted) end();
    child.once('message', (message) => {
      answer = message as Outcome<StartedBackend>;
      child.kill('SIGKILL');
    });
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve(failure('probe-failed', `${backend} could not be tried (${error.message})`, ANOTHER_BACKEND));
    });
    // Not 'exit': what it wrote is all here only when its pipes are closed.
    child.once('close', (code, killedBy) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      const how = killedBy === null ? `with code ${code}` : `by ${killedBy}`;
      resolve(withComplaints(answer ?? crashed(backend, how, heard()), heard()));
    });
  });
}
