import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** What an installed `@tensorflow/tfjs-node-gpu` is made of, in a folder of its own. */
export interface FakePackage {
  /** addon in `lib/napi-v*`; none if absent */
  readonly addon?: string;
  /** file in `deps/lib` */
  readonly library?: string;
  /** its main module; what the real one would do or say on this machine */
  readonly main?: string;
}

/** A module that fails to load as the real one does. */
export const throwing = (message: string): string => `throw new Error(${JSON.stringify(message)});`;

/**
 * A module that loads, says something on stderr as libtensorflow does, and registers a backend 'tensorflow': that of cpu, under another
 * name, since there is no libtensorflow.
 */
export function loading(stderr: string, gpu: boolean, breaks = ''): string {
  return `
    const tf = require(${JSON.stringify(require.resolve('@tensorflow/tfjs-core'))});
    const { MathBackendCPU } = require(${JSON.stringify(require.resolve('@tensorflow/tfjs-backend-cpu'))});
    require('node:fs').writeSync(2, ${JSON.stringify(stderr)});
    class Backend extends MathBackendCPU {
      isUsingGpuDevice = ${gpu};
    }
    tf.registerBackend('tensorflow', () => new Backend(), 3);
    tf.copyRegisteredKernels('cpu', 'tensorflow');
    ${breaks}
  `;
}

/** Makes the package, calls `work` with a file beside whose packages it is found, and removes it. */
export async function withPackage<T>(fake: FakePackage | null, work: (packagesFrom: string) => Promise<T>): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'scattershot-tensorflow-'));
  try {
    if (fake !== null) await makePackage(join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu'), fake);
    return await work(join(root, 'index.js'));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function makePackage(folder: string, { addon, library, main = '' }: FakePackage): Promise<void> {
  const put = async (path: string, content: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  };
  // As in the real package, 4.22.0.
  const binary = { module_name: 'tfjs_binding', napi_versions: [3, 4, 5, 6, 7, 8] };
  await put('package.json', JSON.stringify({ name: '@tensorflow/tfjs-node-gpu', main: 'dist/index.js', binary }));
  await put('dist/index.js', main);
  if (addon !== undefined) await put(`lib/${addon}/tfjs_binding.node`, '');
  if (library !== undefined) await put(`deps/lib/${library}`, '');
}
