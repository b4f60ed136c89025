import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Failure, failure, type Outcome, success } from '../../../base/failure.ts';
import { writeWhole } from '../../../base/file-access.ts';
import { processExists } from '../../../base/process-exists.ts';
import type { StartedBackend } from '../../pool/messages.ts';
import { probeBackend } from '../probe.ts';
import { triedVersions } from '../tensorflow-package.ts';
import { installAddon } from './addon.ts';
import { setupFile, type TensorFlowSetup, tensorFlowFolder } from './setup-folder.ts';
import type { SetupOptions, SetupWork } from './setup-work.ts';
import { findWheel } from './wheel.ts';

export type { TensorFlowSetup } from './setup-folder.ts';
export type { SetupOptions } from './setup-work.ts';

/** What the setup came to. */
export interface SetupResult extends TensorFlowSetup {
  readonly folder: string;
  readonly device: string | null;
  readonly detail: string | null;
  readonly gpu: boolean;
  /** whether this version of TensorFlow was tried before a release */
  readonly tried: boolean;
}

interface SetupHost {
  readonly folder?: string;
  readonly signal?: AbortSignal;
  readonly say: (line: string) => void;
  readonly log?: (line: string) => void;
}

/** What says that an NVIDIA driver is here, on Linux (also inside containers and WSL). */
const hasNvidiaDriver = () =>
  ['/proc/driver/nvidia/version', '/dev/nvidiactl', '/dev/dxg'].some((path) => existsSync(path));

/** One setup at a time in a folder. @returns what to call at the end, or why it cannot begin */
function lock(folder: string): Outcome<() => void> {
  const path = join(folder, 'setup.lock');
  for (let attempt = 0; ; attempt++) {
    try {
      mkdirSync(folder, { recursive: true });
      const file = openSync(path, 'wx');
      writeFileSync(file, String(process.pid));
      closeSync(file);
      return success(() => rmSync(path, { force: true }));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 0) throw error;
      const pid = Number(readFileSync(path, 'utf8'));
      if (pid > 0 && processExists(pid)) {
        return failure('busy', `another setup is at work (process ${pid})`, 'Wait until it has ended.');
      }
      rmSync(path, { force: true });
    }
  }
}

const verifyChild = new URL(
  import.meta.url.endsWith('.ts') ? './verify-child.ts' : './verify-child.js',
  import.meta.url,
);

/** Loading the GPU's libraries takes some ten seconds where they are new to the machine. */
const VERIFY_MS = 180_000;

const interrupted = (): Failure =>
  failure('interrupted', 'the setup was interrupted', 'Run it again: what is there already is kept.');

async function make(work: SetupWork): Promise<Outcome<SetupResult>> {
  rmSync(setupFile(work.folder), { force: true });
  const wheel = await findWheel(work);
  if (!wheel.ok) return wheel;
  const { version, folder: wheelFolder, python, source } = wheel.value;
  const tried = triedVersions.includes(version);
  if (!tried)
    work.say(`TensorFlow ${version} was never tried with this package (${triedVersions.join(', ')} was); going on`);
  const addon = await installAddon(wheel.value, work);
  if (!addon.ok) return addon;
  work.say('trying it: a product and a training step');
  const verified = await probeBackend('tensorflow', true, {
    ...{ childUrl: verifyChild, packagesFrom: join(work.folder, 'package.json'), timeoutMs: VERIFY_MS },
    signal: work.signal,
  });
  if (!verified.ok) return verified;
  const setup: TensorFlowSetup = {
    ...{ package: addon.value, tensorflow: version, wheel: source, wheelFolder, python },
    ...{ madeWithNode: process.versions.node, madeAt: new Date().toISOString() },
  };
  const written = await writeWhole(setupFile(work.folder), [`${JSON.stringify(setup, null, 2)}\n`]);
  if (!written.ok) return written;
  return success(resultOf(setup, work.folder, verified.value, tried));
}

const resultOf = (setup: TensorFlowSetup, folder: string, { device, detail, gpu }: StartedBackend, tried: boolean) => ({
  ...setup,
  ...{ folder, device, detail, gpu, tried },
});

/**
 * Makes `@tensorflow/tfjs-node-gpu` run on the library of a Python wheel, in a folder of the user's own: finds or installs the wheel,
 * fetches the package, builds its addon, tries it. Run again, it keeps what is whole.
 */
export async function setUpTensorFlow(options: SetupOptions, host: SetupHost): Promise<Outcome<SetupResult>> {
  const folder = host.folder ?? tensorFlowFolder();
  if (process.platform === 'win32') {
    return failure(
      'wrong-platform',
      'the setup is for Linux and macOS',
      'On Windows use WSL, or npm install @tensorflow/tfjs-node-gpu.',
    );
  }
  const locked = lock(folder);
  if (!locked.ok) return locked;
  try {
    const cuda = options.cuda ?? hasNvidiaDriver();
    const { signal, say, log = () => {} } = host;
    const made = await make({ options, folder, cuda, signal, say, log });
    return !made.ok && signal?.aborted ? interrupted() : made;
  } finally {
    locked.value();
  }
}

/** Takes away what the setup made. @returns the folder, and whether there was anything */
export function removeTensorFlow(folder: string = tensorFlowFolder()): Outcome<{ folder: string; removed: boolean }> {
  const removed = existsSync(folder);
  if (removed) {
    const locked = lock(folder);
    if (!locked.ok) return locked;
  }
  rmSync(folder, { recursive: true, force: true });
  return success({ folder, removed });
}
