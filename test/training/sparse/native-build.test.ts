import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { buildKernels } from '../../../src/training/sparse/native/build.mjs';
import { loadKernels } from '../../../src/training/sparse/native-kernels.ts';

const folders: string[] = [];
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'scattershot-kernels-'));
  folders.push(made);
  return made;
}
afterEach(() => {
  vi.unstubAllEnvs();
  for (const each of folders.splice(0)) rmSync(each, { recursive: true, force: true });
});

const outcomeIn = (target: string) => JSON.parse(readFileSync(join(target, 'outcome.json'), 'utf8'));

/** A compiler of which nothing is known except what it prints and how it ends. */
function compilerThat(ends: string): string {
  const file = join(folder(), 'cc');
  writeFileSync(file, `#!/bin/sh\n[ "$1" = --version ] && echo 'some cc 1.0' && exit 0\n${ends}\n`, { mode: 0o755 });
  return file;
}

test('without a compiler nothing is built, and the reason is told', async () => {
  vi.stubEnv('SCATTERSHOT_CC', '/nowhere/cc');
  const target = folder();
  writeFileSync(join(target, 'kernels.node'), 'of another compiler');
  expect(await buildKernels(target)).toEqual({ built: false, message: 'no C compiler was found (/nowhere/cc)' });
  expect(outcomeIn(target).built).toBe(false);
  expect(existsSync(join(target, 'kernels.node'))).toBe(false);
});

test('a compiler that fails, or makes what does not load, leaves nothing behind', async () => {
  const cases = [
    ["echo 'out of memory' >&2; exit 1", /^some cc 1\.0 failed: .*out of memory/],
    // the last argument of the linker but one is -lm, the one before the file that it makes
    ['for last; do [ "$before" = -o ] && echo nonsense >"$last"; before=$last; done', /^some cc 1\.0 failed: /],
  ] as const;
  for (const [ends, message] of cases) {
    vi.stubEnv('SCATTERSHOT_CC', compilerThat(ends));
    const target = folder();
    expect(await buildKernels(target)).toMatchObject({ built: false, message: expect.stringMatching(message) });
    expect(outcomeIn(target).built).toBe(false);
    expect(loadKernels(join(target, 'kernels.node')).ok).toBe(false);
  }
});

test.skipIf(!loadKernels().ok)(
  'a part of the binary is told from the whole, and made anew by the next build',
  async () => {
    const target = folder();
    const binary = join(target, 'kernels.node');
    const own = fileURLToPath(new URL('../../../src/training/sparse/native/build/kernels.node', import.meta.url));
    // a linker that copies the binary that is there: a real one takes long
    const copies = `for last; do [ "$before" = -o ] && cp '${own}' "$last"; before=$last; done; exit 0`;
    vi.stubEnv('SCATTERSHOT_CC', compilerThat(copies));
    expect(await buildKernels(target)).toMatchObject({ built: true });
    const whole = readFileSync(binary);
    // loaded, this would end the process
    writeFileSync(binary, whole.subarray(0, whole.length / 2));
    const message = `${binary} is gone, or not the file that was built`;
    expect(loadKernels(binary)).toMatchObject({ ok: false, message });
    expect(await buildKernels(target)).toMatchObject({ built: true });
    expect(loadKernels(binary).ok).toBe(true);
  },
);

test('the build never fails an installation: the script ends well and says where training runs instead', () => {
  const script = fileURLToPath(new URL('../../../src/training/sparse/native/build.mjs', import.meta.url));
  const copied = folder();
  // a copy, since the script builds beside itself
  writeFileSync(join(copied, 'build.mjs'), readFileSync(script));
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(copied, 'build.mjs')], {
    env: { ...process.env, SCATTERSHOT_CC: '/nowhere/cc' },
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toBe(
    'Native kernels were not built: no C compiler was found (/nowhere/cc). Training runs in WebAssembly, with the same results.\n',
  );
});

/** The address sanitizer's library, which must be loaded before the program is; null where the compiler that builds has none. */
function sanitizerLibrary(): string | null {
  const compiler = process.env.SCATTERSHOT_CC || process.env.CC || 'cc';
  const { stdout = '' } = spawnSync(compiler, ['-print-file-name=libasan.so'], { encoding: 'utf8' });
  const path = stdout?.trim() ?? '';
  return path.startsWith('/') && existsSync(path) ? path : null;
}

const library = sanitizerLibrary();

test.skipIf(library === null)(
  'reads and writes within its bounds on random nets, by a checked build under AddressSanitizer',
  async () => {
    const target = folder();
    const flags = ['-O1', '-g', '-DCHECKED', '-fsanitize=address'];
    expect(await buildKernels(target, flags)).toMatchObject({ built: true });
    const child = fileURLToPath(new URL('./native-child.ts', import.meta.url));
    const runs = process.env.SCATTERSHOT_TESTS === 'full' ? '1000' : '25';
    const binary = join(target, 'kernels.node');
    const env = { ...process.env, LD_PRELOAD: library!, ASAN_OPTIONS: 'detect_leaks=0' };
    const args = ['--import', 'tsx', child, binary, runs];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    expect(stdout).toMatch(/^\d+ nets\n$/);
    const outlived = spawnSync(process.execPath, [...args.slice(0, -1), 'outlived'], { env, encoding: 'utf8' });
    expect(outlived).toMatchObject({ status: 0, stdout: '5000 of 5000\n' });
    const outside = spawnSync(process.execPath, [...args.slice(0, -1), 'outside'], { env, encoding: 'utf8' });
    expect(outside.signal).toBe('SIGABRT');
    expect(outside.stderr).toMatch(/^scattershot: \d+ bytes at \d+ are outside a network of \d+ bytes/m);
  },
);
