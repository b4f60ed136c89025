import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Failure, failure } from '../../pattern/failure.ts';

/**
 * What is wrong with an installed `@tensorflow/tfjs-node-gpu`, as far as files and error messages tell. From the package's scripts
 * and loader (4.22.0); none of it could be run with a real libtensorflow.
 */

const wants = 'libtensorflow 2.9.1 with CUDA 11.2 and cuDNN 8.1';

const libraryNames: Readonly<Record<string, string>> = {
  linux: 'libtensorflow.so',
  darwin: 'libtensorflow.dylib',
  win32: 'tensorflow.dll',
};

function hasAddon(folder: string): boolean {
  const lib = join(folder, 'lib');
  if (!existsSync(lib)) return false;
  return readdirSync(lib).some((name) => name.startsWith('napi-v') && existsSync(join(lib, name, 'tfjs_binding.node')));
}

function hasLibrary(folder: string, platform: string): boolean {
  const lib = join(folder, 'deps', 'lib');
  const name = libraryNames[platform] ?? 'libtensorflow';
  return existsSync(lib) && readdirSync(lib).some((file) => file.startsWith(name));
}

/**
 * The first thing missing from the package's folder, or null.
 * @param platform as `process.platform`
 */
export function packageFault(folder: string, platform: string): Failure | null {
  if (!hasLibrary(folder, platform)) {
    const message = '@tensorflow/tfjs-node-gpu is installed without its library (deps/lib has no libtensorflow)';
    return failure(
      'library-missing',
      message,
      `Put ${wants} into its deps/ folder and run npm rebuild @tensorflow/tfjs-node-gpu, or reinstall it on a machine that can download it.`,
    );
  }
  if (!hasAddon(folder)) {
    const message = '@tensorflow/tfjs-node-gpu is installed without its addon (lib/napi-v*/tfjs_binding.node)';
    return failure(
      'addon-missing',
      message,
      'Build it: npm rebuild @tensorflow/tfjs-node-gpu --build-addon-from-source (needs Python and a C++ compiler).',
    );
  }
  return null;
}

/** Why loading the package failed, told from the error's message. */
export function explainLoadError(message: string): Failure {
  const said = message.split('\n', 1)[0];
  if (/isNullOrUndefined|isArray is not a function|NODE_MODULE_VERSION|different Node\.js version/.test(message)) {
    return failure(
      'node-too-new',
      `@tensorflow/tfjs-node-gpu does not work with Node ${process.versions.node} (${said})`,
      'Use Node 20 or 22, then run npm rebuild @tensorflow/tfjs-node-gpu.',
    );
  }
  if (/native addon module|tfjs_binding\.node.*(not found|ENOENT)|Cannot find module.*tfjs_binding/.test(message)) {
    return failure('addon-missing', `its addon is missing (${said})`, 'Run npm rebuild @tensorflow/tfjs-node-gpu.');
  }
  if (
    /libtensorflow|cannot open shared object file|image not found|specified module could not be found/.test(message)
  ) {
    return failure('library-missing', `a library it needs is missing (${said})`, `It wants ${wants}.`);
  }
  return failure(
    'library-unusable',
    `@tensorflow/tfjs-node-gpu does not load (${said})`,
    `Reinstall it; it wants ${wants}.`,
  );
}

/** It loads, but on the processor. */
export const cudaMissing: Failure = failure(
  'cuda-missing',
  'libtensorflow loads but finds no GPU',
  'Check that nvidia-smi shows the GPU and that CUDA 11.2 and cuDNN 8.1 are on the library path.',
);
