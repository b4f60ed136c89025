import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Failure, failure } from '../../base/failure.ts';

/**
 * What is wrong with an installed `@tensorflow/tfjs-node-gpu`, as far as files and error messages tell. From the package's scripts
 * and loader (4.22.0) and from messages that its users reported; none of it could be run with a real libtensorflow.
 */
export const TENSORFLOW_PACKAGE = '@tensorflow/tfjs-node-gpu';

/** Said wherever advice is given that nobody here could follow. */
const UNTRIED = 'Untried: there was no libtensorflow to try this with.';

const WANTS = 'libtensorflow 2.9.1 with CUDA 11.2 and cuDNN 8.1';
const rebuild = `npm rebuild ${TENSORFLOW_PACKAGE}`;
const buildAddon = `${rebuild} --build-addon-from-source`;

const libraryNames: Readonly<Record<string, string>> = {
  linux: 'libtensorflow.so',
  darwin: 'libtensorflow.dylib',
  win32: 'tensorflow.dll',
};

export const packageMissing: Failure = failure(
  'package-missing',
  `the package ${TENSORFLOW_PACKAGE} is not installed`,
  `Run npm install ${TENSORFLOW_PACKAGE}@4.22.0 where TensorFlow's downloads can be reached (it brings libtensorflow 2.9.1, which wants an NVIDIA GPU, CUDA 11.2 and cuDNN 8.1), or build its addon against a libtensorflow of your own, as docs/gpu.md describes. ${UNTRIED}`,
);

/** N-API versions of which the folder has an addon. */
function addonVersions(folder: string): number[] {
  const lib = join(folder, 'lib');
  if (!existsSync(lib)) return [];
  return readdirSync(lib).flatMap((name) => {
    const version = /^napi-v(\d+)$/.exec(name);
    return version !== null && existsSync(join(lib, name, 'tfjs_binding.node')) ? [Number(version[1])] : [];
  });
}

function hasLibrary(folder: string, platform: string): boolean {
  const lib = join(folder, 'deps', 'lib');
  const name = libraryNames[platform] ?? 'libtensorflow';
  return existsSync(lib) && readdirSync(lib).some((file) => file.startsWith(name));
}

/**
 * The N-API version whose addon the package's loader takes: the highest that both it and this Node know. Null where they share none;
 * undefined where its package.json does not say.
 */
function wantedVersion(folder: string, nodeApi: number): number | null | undefined {
  try {
    const { binary } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      binary?: { napi_versions?: number[] };
    };
    const known = binary?.napi_versions?.filter((version) => version <= nodeApi);
    if (known === undefined) return undefined;
    return known.length === 0 ? null : Math.max(...known);
  } catch {
    return undefined;
  }
}

function addonFault(folder: string, nodeApi: number): Failure | null {
  const present = addonVersions(folder);
  const wanted = wantedVersion(folder, nodeApi);
  if (wanted === null) return nodeTooOld(`this Node has N-API version ${nodeApi}`);
  if (present.length === 0) {
    const message = `${TENSORFLOW_PACKAGE} is installed without its addon (lib/napi-v*/tfjs_binding.node)`;
    const nextStep = `Build it: ${buildAddon} (needs Python and a C++ compiler). ${UNTRIED}`;
    return failure('addon-missing', message, nextStep);
  }
  if (wanted !== undefined && !present.includes(wanted)) {
    const got = present.map((version) => `napi-v${version}`).join(', ');
    const message = `${TENSORFLOW_PACKAGE} has an addon for another Node (${got}; this one looks for napi-v${wanted})`;
    return failure('wrong-napi', message, `Run ${rebuild} with the Node that is to use it. ${UNTRIED}`);
  }
  return null;
}

/**
 * The first thing missing from the package's folder, or null.
 * @param platform as `process.platform`
 * @param nodeApi as `process.versions.napi`
 */
export function packageFault(
  folder: string,
  platform: string,
  nodeApi: number = Number(process.versions.napi),
): Failure | null {
  if (hasLibrary(folder, platform)) return addonFault(folder, nodeApi);
  const message = `${TENSORFLOW_PACKAGE} is installed without its library (deps/lib has no libtensorflow)`;
  const nextStep = `Put ${WANTS} into its deps/ folder and run node scripts/install.js gpu there, or reinstall it on a machine that can download it. ${UNTRIED}`;
  return failure('library-missing', message, nextStep);
}

function nodeTooOld(said: string): Failure {
  const message = `${TENSORFLOW_PACKAGE} does not work with Node ${process.versions.node} (${said})`;
  return failure('node-too-old', message, `Use Node 20 or 22, then run ${rebuild}. ${UNTRIED}`);
}

interface Explanation {
  readonly words: RegExp;
  readonly explain: (said: string) => Failure;
}

/** In the order of asking: the first whose words occur explains. */
const explanations: readonly Explanation[] = [
  {
    words: /isNullOrUndefined|isArray is not a function|NODE_MODULE_VERSION|different Node\.js version/,
    explain: (said) =>
      failure(
        'node-too-new',
        `${TENSORFLOW_PACKAGE} does not work with Node ${process.versions.node} (${said})`,
        `Use Node 20 or 22, then run ${rebuild}. ${UNTRIED}`,
      ),
  },
  { words: /N-API version|cannot run this module/, explain: nodeTooOld },
  {
    words: /native addon module|tfjs_binding\.node.*(not found|ENOENT)|Cannot find module.*tfjs_binding/,
    explain: (said) => failure('addon-missing', `its addon is missing (${said})`, `Run ${buildAddon}. ${UNTRIED}`),
  },
  {
    words: /invalid ELF header|wrong ELF class|not a valid Win32 application|incompatible architecture|mach-o/,
    explain: (said) =>
      failure(
        'wrong-platform',
        `its addon was built for another system (${said})`,
        `Reinstall it on this machine; node_modules cannot be copied from another. ${UNTRIED}`,
      ),
  },
  {
    words: /undefined symbol|symbol not found|procedure could not be found|`?GLIBC/i,
    explain: (said) =>
      failure(
        'library-unusable',
        `its addon and the library or system do not fit each other (${said})`,
        `Build the addon here: ${buildAddon}. ${UNTRIED}`,
      ),
  },
  {
    words: /libtensorflow|cannot open shared object file|image not found|specified module could not be found/,
    explain: (said) =>
      failure('library-missing', `a library it needs is missing (${said})`, `It wants ${WANTS}. ${UNTRIED}`),
  },
];

/** Why loading or first using the package failed, told from the error's message. */
export function explainLoadError(message: string): Failure {
  const said = message.split('\n', 1)[0].trim();
  const known = explanations.find(({ words }) => words.test(message));
  if (known !== undefined) return known.explain(said);
  const what = `${TENSORFLOW_PACKAGE} does not load (${said})`;
  return failure('library-unusable', what, `Reinstall it; it wants ${WANTS}. ${UNTRIED}`);
}

/**
 * What libtensorflow says on stderr while it starts and finds no GPU, one short phrase each: the libraries it could not load, and
 * why CUDA did not start.
 */
export function complaintsIn(stderr: string): string[] {
  const libraries = [...stderr.matchAll(/Could not load dynamic library '([^']+)'/g)].map(([, name]) => name);
  const calls = [...stderr.matchAll(/failed call to cuInit: ([^\n:]+)/g)].map(([, why]) => `cuInit: ${why.trim()}`);
  return [...new Set([...libraries, ...calls])];
}

/** Why the library loads and finds no GPU. @param complaints as of `complaintsIn` */
export function explainNoGpu(complaints: readonly string[] = []): Failure {
  const driver = complaints.filter((complaint) => complaint.startsWith('cuInit') || complaint.startsWith('libcuda.so'));
  if (driver.length > 0) {
    const message = `libtensorflow loads but finds no NVIDIA driver or GPU (${driver.join(', ')})`;
    const nextStep = `Check that nvidia-smi shows the GPU; in a container, that it is passed on. ${UNTRIED}`;
    return failure('no-cuda-device', message, nextStep);
  }
  const missing = complaints.length === 0 ? '' : ` (missing: ${complaints.join(', ')})`;
  const nextStep = `Check that nvidia-smi shows the GPU and that CUDA 11.2 and cuDNN 8.1 are on the library path. ${UNTRIED}`;
  return failure('cuda-missing', `libtensorflow loads but finds no GPU${missing}`, nextStep);
}
