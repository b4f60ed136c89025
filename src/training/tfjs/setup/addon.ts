import { existsSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { type Failure, failure, type Outcome, success } from '../../../base/failure.ts';
import { runProgram } from '../../../base/run-program.ts';
import { TENSORFLOW_PACKAGE, TENSORFLOW_PACKAGE_VERSION } from '../tensorflow-package.ts';
import type { SetupWork } from './setup-work.ts';
import { libraryNames, type Wheel } from './wheel.ts';

/** The package and its addon: fetched by npm without its own download, built against the library of a wheel. */

const packageFolderIn = (folder: string) => join(folder, 'node_modules', ...TENSORFLOW_PACKAGE.split('/'));

/** A file that a program on the path is, or null. */
function onPath(...names: readonly string[]): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter);
  for (const name of names) {
    for (const folder of folders) if (existsSync(join(folder, name))) return join(folder, name);
  }
  return null;
}

/** npm's own program, run by this Node: the one that runs us, else the one beside Node. */
function npmProgram(): string | null {
  const beside = join(dirname(realpathSync(process.execPath)), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  const inPath = onPath('npm');
  const candidates = [process.env.npm_execpath, beside, inPath === null ? undefined : realpathSync(inPath)];
  return candidates.find((path) => path?.endsWith('npm-cli.js') && existsSync(path)) ?? null;
}

const noNpm = (): Failure =>
  failure(
    'no-npm',
    `npm was not found beside ${process.execPath} nor on the path`,
    'Install Node with its npm, or add npm to PATH.',
  );

/** Nothing of npm's that runs us may choose the folder or the project of the one that we run. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^npm_(config_(global|prefix|local_prefix)|package_|lifecycle_)/.test(name),
  );
  return Object.fromEntries(kept);
}

async function fetchPackage(npm: string, work: SetupWork): Promise<Failure | null> {
  const wanted = `${TENSORFLOW_PACKAGE}@${TENSORFLOW_PACKAGE_VERSION}`;
  mkdirSync(work.folder, { recursive: true });
  writeFileSync(
    join(work.folder, 'package.json'),
    `${JSON.stringify({ name: 'scattershot-tensorflow', private: true })}\n`,
  );
  work.say(`fetching ${wanted}`);
  const args = [
    npm,
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--save-exact',
    '--prefix',
    work.folder,
    wanted,
  ];
  const options = { cwd: work.folder, env: cleanEnvironment(), signal: work.signal, onLine: work.log };
  const { code, output } = await runProgram(process.execPath, args, options);
  if (code === 0) return null;
  const why = output
    .split('\n')
    .filter((line) => line.startsWith('npm error'))
    .map((line) => line.slice(10))
    .slice(0, 2)
    .join(': ');
  if (/ENOSPC/.test(output)) return failure('disk-full', 'the disk is full', 'Free some space and run it again.');
  const reason = /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|network/.test(output)
    ? 'no-network'
    : 'npm-failed';
  return failure(
    reason,
    `npm could not fetch ${wanted} (${why || 'it gave no reason'})`,
    'Check the network and npm’s registry setting, then run it again: what is there already is kept.',
  );
}

function relink(target: string, path: string): void {
  rmSync(path, { force: true, recursive: true });
  symlinkSync(target, path);
}

/** The wheel's library and headers where the addon's build looks for them. */
function linkLibrary(packageFolder: string, wheel: Wheel): void {
  const lib = join(packageFolder, 'deps', 'lib');
  mkdirSync(lib, { recursive: true });
  relink(join(wheel.folder, 'include'), join(packageFolder, 'deps', 'include'));
  const ending = process.platform === 'darwin' ? 'dylib' : 'so';
  const [complete, framework] = libraryNames();
  for (const name of [complete, framework]) relink(join(wheel.folder, name), join(lib, name));
  relink(join(wheel.folder, complete), join(lib, `libtensorflow.${ending}`));
  relink(join(wheel.folder, framework), join(lib, `libtensorflow_framework.${ending}`));
}

function missingTool(): Failure | null {
  const missing = [
    ...(onPath('c++', 'g++', 'clang++') === null && !process.env.CXX ? ['a C++ compiler'] : []),
    ...(onPath('make', 'gmake') === null ? ['make'] : []),
  ];
  if (missing.length === 0) return null;
  return failure(
    'no-compiler',
    `the addon cannot be built: ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not on the path`,
    'Install them (Debian, Ubuntu: apt install build-essential; macOS: xcode-select --install) and run it again: what is there already is kept.',
  );
}

/** Headers that came with this Node, so that none are downloaded. */
function nodeHeaders(): string | null {
  const root = join(dirname(realpathSync(process.execPath)), '..');
  return existsSync(join(root, 'include', 'node', 'node_api.h')) ? root : null;
}

function buildFailure(output: string): Failure {
  const lines = output.split('\n');
  const why = (
    lines.find((line) => /(fatal )?error:/.test(line)) ??
    lines.filter((line) => /ERR!/.test(line)).at(-1) ??
    ''
  ).trim();
  if (
    /nodejs\.org|ENOTFOUND|getaddrinfo|ETIMEDOUT|ECONNREFUSED|bad response/i.test(output) &&
    !/ error: /.test(output)
  ) {
    return failure(
      'no-network',
      `Node's headers could not be downloaded (${why})`,
      'Check the network, or install Node with its headers (as its archive has them), and run it again.',
    );
  }
  if (/Could not find any Python|find Python/i.test(output)) {
    return failure('no-python', 'node-gyp found no Python to build with', 'Install Python 3 and run it again.');
  }
  return failure(
    'build-failed',
    `the addon could not be built (${why || 'no error was named'})`,
    'Run it again with --verbose to see the whole build; docs/gpu.md names the versions that were tried.',
  );
}

async function buildAddon(npm: string, packageFolder: string, wheel: Wheel, work: SetupWork): Promise<Failure | null> {
  const lacking = missingTool();
  if (lacking !== null) return lacking;
  work.say(`building its addon against TensorFlow ${wheel.version}: about 20 s`);
  const require = createRequire(join(packageFolder, 'package.json'));
  const builder = require.resolve('@mapbox/node-pre-gyp/bin/node-pre-gyp');
  const headers = nodeHeaders();
  const env = {
    ...cleanEnvironment(),
    npm_config_node_gyp: join(dirname(npm), '..', 'node_modules', 'node-gyp', 'bin', 'node-gyp.js'),
    npm_config_python: wheel.python,
    PATH: [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
    ...(headers === null ? {} : { npm_config_nodedir: headers }),
  };
  const options = { cwd: packageFolder, env, signal: work.signal, onLine: work.log };
  const { code, output } = await runProgram(process.execPath, [builder, 'install', '--build-from-source'], options);
  return code === 0 ? null : buildFailure(output);
}

const NODE_API = 8;

/** @returns the version of the package */
export async function installAddon(wheel: Wheel, work: SetupWork): Promise<Outcome<string>> {
  if (Number(process.versions.napi) < NODE_API) {
    return failure(
      'node-too-old',
      `Node ${process.versions.node} has N-API version ${process.versions.napi}; the addon needs ${NODE_API}`,
      'Use Node 20, 22 or 24.',
    );
  }
  const npm = npmProgram();
  if (npm === null) return noNpm();
  const packageFolder = packageFolderIn(work.folder);
  const failed = await fetchPackage(npm, work);
  if (failed !== null) return failed;
  linkLibrary(packageFolder, wheel);
  return (await buildAddon(npm, packageFolder, wheel, work)) ?? success(TENSORFLOW_PACKAGE_VERSION);
}
