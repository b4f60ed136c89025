import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Failure, failure } from '../../base/failure.ts';

/**
 * What is wrong with an installed `@tensorflow/tfjs-node-gpu`, as far as files and error messages tell. From the package's scripts
 * and loader (4.22.0) and from messages that its users reported.
 */
export const TENSORFLOW_PACKAGE = '@tensorflow/tfjs-node-gpu';
export const TENSORFLOW_PACKAGE_VERSION = '4.22.0';

/** Versions of TensorFlow, and of Node, with which the package's addon was built or loaded, and trained (docs/gpu.md). */
export const triedVersions: readonly string[] = ['2.21.0'];
const triedNodes = ['20.20', '22.23', '24.21'] as const;
const TRIED = `Tried: TensorFlow ${triedVersions.join(', ')} on Node ${triedNodes.join(', ')}.`;

/** The package's own download is of a library that new machines no longer suit; the setup builds it on that of a Python wheel. */
const SET_UP = 'Run scattershot setup tensorflow';

const libraryNames: Readonly<Record<string, string>> = {
  linux: 'libtensorflow.so',
  darwin: 'libtensorflow.dylib',
  win32: 'tensorflow.dll',
};

export const packageMissing: Failure = failure(
  'package-missing',
  'TensorFlow is not set up here',
  `${SET_UP}: it takes the library of a Python wheel, in a folder of your own (docs/gpu.md). ${TRIED}`,
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
    return failure('addon-missing', message, `${SET_UP}, which builds one (with Python and a C++ compiler).`);
  }
  if (wanted !== undefined && !present.includes(wanted)) {
    const got = present.map((version) => `napi-v${version}`).join(', ');
    const message = `${TENSORFLOW_PACKAGE} has an addon for another Node (${got}; this one looks for napi-v${wanted})`;
    return failure('wrong-napi', message, `${SET_UP} with the Node that is to use it.`);
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
  return failure('library-missing', message, `${SET_UP}: it does not need the package's own download. ${TRIED}`);
}

function nodeTooOld(said: string): Failure {
  const message = `${TENSORFLOW_PACKAGE} does not work with Node ${process.versions.node} (${said})`;
  return failure('node-too-old', message, `Use Node 20, 22 or 24. ${SET_UP} with it.`);
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
        `Use Node 20, 22 or 24. ${SET_UP} with it.`,
      ),
  },
  { words: /N-API version|cannot run this module/, explain: nodeTooOld },
  {
    words: /native addon module|tfjs_binding\.node.*(not found|ENOENT)|Cannot find module.*tfjs_binding/,
    explain: (said) => failure('addon-missing', `its addon is missing (${said})`, `${SET_UP}, which builds one.`),
  },
  {
    words: /invalid ELF header|wrong ELF class|not a valid Win32 application|incompatible architecture|mach-o/,
    explain: (said) =>
      failure(
        'wrong-platform',
        `its addon was built for another system (${said})`,
        `${SET_UP} on this machine; what another made cannot be copied.`,
      ),
  },
  {
    words: /undefined symbol|symbol not found|procedure could not be found|`?GLIBC/i,
    explain: (said) =>
      failure(
        'library-unusable',
        `its addon and the library or system do not fit each other (${said})`,
        `${SET_UP}, which builds the addon here against a library of this system.`,
      ),
  },
  {
    words: /libtensorflow|cannot open shared object file|image not found|specified module could not be found/,
    explain: (said) =>
      failure(
        'library-missing',
        `a library it needs is missing (${said})`,
        `${SET_UP} again: the Python environment that had it may be gone.`,
      ),
  },
];

/** Why loading or first using the package failed, told from the error's message. */
export function explainLoadError(message: string): Failure {
  const said = message.split('\n', 1)[0].trim();
  const known = explanations.find(({ words }) => words.test(message));
  if (known !== undefined) return known.explain(said);
  const what = `${TENSORFLOW_PACKAGE} does not load (${said})`;
  return failure('library-unusable', what, `${SET_UP} again; docs/gpu.md names the versions that were tried.`);
}

/**
 * What libtensorflow says on stderr while it starts and finds no GPU, one short phrase each: the libraries it could not load, and
 * why CUDA did not start.
 */
export function complaintsIn(stderr: string): string[] {
  const libraries = [...stderr.matchAll(/Could not load dynamic library '([^']+)'/g)].map(([, name]) => name);
  const drivers = /Could not find cuda drivers/.test(stderr) ? ['libcuda.so'] : [];
  const calls = [...stderr.matchAll(/failed call to cuInit: ([^\n:]+)/g)].map(([, why]) => `cuInit: ${why.trim()}`);
  return [...new Set([...libraries, ...drivers, ...calls])];
}

/** Why the library loads and finds no GPU. @param complaints as of `complaintsIn` */
export function explainNoGpu(complaints: readonly string[] = []): Failure {
  const driver = complaints.filter((complaint) => complaint.startsWith('cuInit') || complaint.startsWith('libcuda.so'));
  if (driver.length > 0) {
    const message = `libtensorflow loads but finds no NVIDIA driver or GPU (${driver.join(', ')})`;
    const nextStep = 'Check that nvidia-smi shows the GPU; in a container, that it is passed on.';
    return failure('no-cuda-device', message, nextStep);
  }
  const missing = complaints.length === 0 ? '' : ` (missing: ${complaints.join(', ')})`;
  const nextStep = `Check that nvidia-smi shows the GPU. ${SET_UP} --cuda, which brings CUDA's libraries (untried on a GPU).`;
  return failure('cuda-missing', `libtensorflow loads but finds no GPU${missing}`, nextStep);
}
