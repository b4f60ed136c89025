import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/*
 * Builds the native kernels, in seconds, with the C compiler that SCATTERSHOT_CC or CC names, else cc, gcc or clang. It never fails an
 * installation: what went wrong stands in build/outcome.json, which `scattershot doctor` shows, and the engine runs in WebAssembly. A
 * build of the same sources by the same compiler is kept.
 */

const own = dirname(fileURLToPath(import.meta.url));
const run = promisify(execFile);
const MOST_MS = 300_000;

// -ffp-contract=off: no product is fused with a sum, or the bits would be others than WebAssembly's.
const common = ['-std=gnu11', '-O3', '-fPIC', '-fvisibility=hidden', '-ffp-contract=off', '-fno-math-errno'];

/** Files of each processor, and what their instruction sets are called by compilers. */
const unitsOf = {
  x64: { avx512: ['-mavx512f', '-mavx512dq', '-mavx512vl', '-mavx2', '-mfma'], avx2: ['-mavx2', '-mfma'] },
  arm64: { neon: [] },
};

/** The folder of node_api.h, or null. */
function headers() {
  try {
    return createRequire(import.meta.url)('node-api-headers').include_dir;
  } catch {
    // A Node that was unpacked from its archive has them beside it.
    const beside = join(dirname(process.execPath), '..', 'include', 'node');
    return existsSync(join(beside, 'node_api.h')) ? beside : null;
  }
}

async function findCompiler() {
  const named = process.env.SCATTERSHOT_CC || process.env.CC;
  const names = named ? [named] : ['cc', 'gcc', 'clang'];
  for (const name of names) {
    try {
      const { stdout } = await run(name, ['--version'], { timeout: MOST_MS });
      return { name, version: stdout.split('\n')[0].trim() || name };
    } catch {
      // the next one
    }
  }
  throw new Error(`no C compiler was found (${names.join(', ')})`);
}

const saidBy = (error) =>
  String(error.stderr || error.message)
    .trim()
    .split('\n')
    .slice(0, 3)
    .join(' ');

const sha256Of = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** Of what the binary is made of: where it differs, the binary is made anew. */
function digestOf(compiler, include, flags) {
  const hash = createHash('sha256').update(JSON.stringify([process.arch, process.platform, compiler, include, flags]));
  for (const file of readdirSync(own).sort()) {
    if (/\.(c|h|mjs)$/.test(file)) hash.update(file).update(readFileSync(join(own, file)));
  }
  return hash.digest('hex');
}

/** Every unit that this compiler can compile. @returns objects, and complaints about units that it cannot */
async function compileUnits(compile, units, folder) {
  const objects = [];
  const macros = [];
  const complaints = [];
  const unit = async ([name, options]) => {
    const variant = (suffix, more) => compile(`${name}.c`, join(folder, `${name}${suffix}.o`), [...options, ...more]);
    try {
      objects.push(...(await Promise.all([variant('', []), variant('-fast', ['-DFAST'])])));
      macros.push(`-DHAVE_${name.toUpperCase()}`);
    } catch (error) {
      complaints.push(`${name} (${saidBy(error)})`);
    }
  };
  await Promise.all(Object.entries(units).map(unit));
  objects.push(await compile('addon.c', join(folder, 'addon.o'), macros));
  return { objects, complaints };
}

/** Compiles and links into a folder, and loads the result in a process of its own. @returns the binary's path and complaints */
async function make(compiler, units, include, flags, folder) {
  const cc = (options) => run(compiler.name, [...common, ...flags, ...options], { timeout: MOST_MS });
  const compile = async (source, object, options) => {
    await cc([...options, '-I', include, '-c', join(own, source), '-o', object]);
    return object;
  };
  const { objects, complaints } = await compileUnits(compile, units, folder);
  const made = join(folder, 'kernels.node');
  const shared = process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared'];
  await cc([...shared, ...objects, '-o', made, '-lm']);
  const needsItsRuntime = flags.some((flag) => flag.startsWith('-fsanitize'));
  if (!needsItsRuntime) await run(process.execPath, ['--eval', 'require(process.argv[1]).kernels()', made]);
  return { made, complaints };
}

/**
 * Builds them, or finds that they are built.
 * @param target folder of the binary
 * @param flags further ones of the compiler
 * @returns what stands in outcome.json
 * @throws Error with what went wrong
 */
async function built(target, flags, before) {
  const units = unitsOf[process.arch];
  if (units === undefined || process.platform === 'win32') {
    throw new Error(`there are none for ${process.platform}-${process.arch}`);
  }
  const compiler = await findCompiler();
  const include = headers();
  if (include === null) throw new Error('the headers of Node-API were not found');
  const digest = digestOf(compiler.version, include, flags);
  const binary = join(target, 'kernels.node');
  const isWhole = () => existsSync(binary) && sha256Of(binary) === before.binary;
  if (before?.built && before.digest === digest && isWhole()) return before;
  const folder = mkdtempSync(join(target, 'making-'));
  try {
    const { made, complaints } = await make(compiler, units, include, flags, folder);
    // A folder of that name would not give way to a file.
    rmSync(binary, { recursive: true, force: true });
    renameSync(made, binary);
    const lacking = complaints.length === 0 ? '' : `, without ${complaints.join('; ')}`;
    return { built: true, message: `built by ${compiler.version}${lacking}`, digest, binary: sha256Of(binary) };
  } catch (error) {
    throw new Error(`${compiler.version} failed: ${saidBy(error)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Builds the kernels into `target`/kernels.node, and writes `target`/outcome.json. Where they cannot be built there is no binary after
 * it, and nothing is thrown that is not the disk's fault.
 * @param {string} target
 * @param {readonly string[]} flags further ones of the compiler
 * @returns {Promise<{ built: boolean, message: string }>}
 */
export async function buildKernels(target = join(own, 'build'), flags = []) {
  mkdirSync(target, { recursive: true });
  const file = join(target, 'outcome.json');
  let before = null;
  try {
    before = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // the first build
  }
  let outcome;
  try {
    outcome = await built(target, flags, before);
  } catch (error) {
    rmSync(join(target, 'kernels.node'), { recursive: true, force: true });
    outcome = { built: false, message: error.message };
  }
  writeFileSync(file, `${JSON.stringify(outcome, null, 2)}\n`);
  return outcome;
}

if (process.argv[1] !== undefined && fileURLToPath(import.meta.url) === process.argv[1]) {
  const { built: done, message } = await buildKernels().catch((error) => ({ built: false, message: error.message }));
  const instead = 'Training runs in WebAssembly, with the same results.';
  if (!done) process.stdout.write(`Native kernels were not built: ${message}. ${instead}\n`);
}
