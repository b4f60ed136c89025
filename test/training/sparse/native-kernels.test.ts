import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { failure, success, unwrap } from '../../../src/base/failure.ts';
import { createSparseTrainer } from '../../../src/training/sparse/index.ts';
import { layOut } from '../../../src/training/sparse/layout.ts';
import {
  chooseKernels,
  type KernelAddon,
  loadKernels,
  type NativeName,
  type NetworkHandle,
} from '../../../src/training/sparse/native-kernels.ts';
import { describedLayout } from '../../../src/training/sparse/native-passes.ts';

afterEach(() => vi.unstubAllEnvs());

/** An addon of these kernels, of which the processor has some. */
const addonOf = (built: readonly NativeName[], supported: readonly NativeName[]) => () =>
  success({
    revision: 3,
    kernels: () => built,
    supported: (name: string) => supported.includes(name as NativeName),
  } as unknown as KernelAddon);
const none = () => failure('no-native-kernels', 'there is no compiler', 'Install one.');

describe('the kernels that run', () => {
  test('are the widest that were built and that the processor has', () => {
    const choice = (...parts: Parameters<typeof addonOf>) => unwrap(chooseKernels('', addonOf(...parts))).name;
    expect(choice(['avx512', 'avx2'], ['avx512', 'avx2'])).toBe('avx512');
    expect(choice(['avx512', 'avx2'], ['avx2'])).toBe('avx2');
    expect(choice(['avx2'], ['avx512', 'avx2'])).toBe('avx2');
    expect(choice(['avx512'], ['avx2'])).toBe('wasm');
  });

  test('are WebAssembly’s where there are no native ones, with the reason', () => {
    expect(unwrap(chooseKernels('', none))).toEqual({ name: 'wasm', why: 'there is no compiler', addon: null });
  });

  test('can be forced, and what cannot run is refused in words', () => {
    const addon = addonOf(['avx512', 'avx2'], ['avx2']);
    expect(unwrap(chooseKernels('avx2', addon)).name).toBe('avx2');
    expect(unwrap(chooseKernels('wasm', none)).name).toBe('wasm');
    const refused = (wanted: string, load: typeof loadKernels = addon) => {
      const choice = chooseKernels(wanted, load);
      return choice.ok ? null : `${choice.reason}: ${choice.message}`;
    };
    expect(refused('avx512')).toBe(
      'no-native-kernels: the kernels avx512 do not run here: this processor does not have them',
    );
    expect(refused('neon')).toBe('no-native-kernels: the kernels neon do not run here: they were not built');
    expect(refused('avx2', none)).toBe('no-native-kernels: the kernels avx2 are not there: there is no compiler');
    expect(refused('sse')).toBe(
      'unknown-kernels: expected SCATTERSHOT_KERNELS to be one of wasm, avx512, avx2, neon; got sse',
    );
  });

  test('that are forced and do not run are the engine’s failure, not a crash of its threads', async () => {
    vi.stubEnv('SCATTERSHOT_KERNELS', 'altivec');
    expect(await createSparseTrainer({ threads: 1 })).toMatchObject({ ok: false, reason: 'unknown-kernels' });
  });

  test('are named in the device', async () => {
    vi.stubEnv('SCATTERSHOT_KERNELS', 'wasm');
    const trainer = unwrap(await createSparseTrainer({ threads: 1 }));
    await trainer.close();
    expect(trainer.runsOn.device).toMatch(/\(wasm, SIMD\)$/);
  });
});

describe('a file of kernels', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'scattershot-kernels-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A file with the word of a build that made it. */
  const built = (name: string, text: string) => {
    const binary = createHash('sha256').update(text).digest('hex');
    writeFileSync(join(folder, 'outcome.json'), JSON.stringify({ built: true, binary }));
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  test('that is no library, or of another revision, is a reason and no crash', () => {
    const broken = built('broken.node', 'not a library');
    expect(loadKernels(broken)).toMatchObject({ ok: false, reason: 'no-native-kernels' });
    expect(loadKernels(broken)).not.toMatchObject({ message: expect.stringContaining('not built') });
    const old = built('old.cjs', 'exports.revision = 0;');
    expect(loadKernels(old)).toMatchObject({ message: expect.stringContaining('of revision 0') });
  });

  test('of which no build says that it made it is not loaded, whatever is in it', () => {
    const file = join(folder, 'kernels.cjs');
    writeFileSync(file, 'exports.revision = 3;');
    const message = `${file} counts as not built: no outcome.json beside it says that a build made it`;
    expect(loadKernels(file)).toMatchObject({ ok: false, reason: 'no-native-kernels', message });
    built('kernels.cjs', 'exports.revision = 3;');
    expect(loadKernels(file).ok).toBe(true);
  });
});

const loaded = loadKernels();

describe.skipIf(!loaded.ok)('the addon', () => {
  const addon = loaded.ok ? loaded.value : (null as never);
  const [name] = loaded.ok ? addon.kernels().filter((each) => addon.supported(each)) : [];
  const sizes = { layers: [20, 30, 8], fanOuts: [6, 8], usedOutputs: 8, features: 17, batch: 100 };
  const layout = layOut(sizes, 'native');
  const inputBytes = layout.inputBytes!;
  const described = describedLayout(layout);
  const open = (bytes: number, description: Uint32Array, sharing: NetworkHandle | null = null, inputs = inputBytes) =>
    addon.open(name, 0, bytes, description, inputs, sharing);

  test('opens a network of a description, and gives its memory', () => {
    expect(open(layout.totalBytes, described).memory.byteLength).toBe(layout.totalBytes);
  });

  test('refuses a memory that is too small, and kernels that there are not', () => {
    expect(() => open(layout.totalBytes - 128, described)).toThrow(RangeError);
    expect(() => open(layout.totalBytes, described, null, inputBytes - 128)).toThrow(RangeError);
    const sse = () => addon.open('sse', 0, layout.totalBytes, described, inputBytes, null);
    expect(sse).toThrow('does not have those kernels');
    expect(() => open(layout.totalBytes, described.subarray(1))).toThrow(RangeError);
  });

  test('property: a description with any word changed is opened within its memory or refused', () => {
    const word = fc.oneof(
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.nat(layout.totalBytes),
      fc.constantFrom(0, 1, 2 ** 31),
    );
    fc.assert(
      fc.property(fc.nat(described.length - 1), word, (place, value) => {
        const changed = described.slice();
        changed[place] = value;
        try {
          return open(layout.totalBytes, changed).memory.byteLength === layout.totalBytes;
        } catch (error) {
          return error instanceof RangeError;
        }
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    // products of words that are 0 in 32 bits; more rows than there are; parameters beyond their arrays
    ['tiles', 0, 2 ** 26],
    ['rows of the left lists', 11 + 23 + 12, 300],
    ['weights', 11 + 5, 2 ** 32 - layout.parameters.values + 64],
    ['biases', 11 + 6, layout.end],
  ])('refuses a description whose %s lead out of the memory', (_, place, value) => {
    const changed = described.slice();
    changed[place] = value;
    expect(() => open(layout.totalBytes, changed)).toThrow(RangeError);
  });

  test('shares the inputs of a network that lays them out alike, and of no other', () => {
    const { handle } = open(layout.totalBytes, described);
    const narrow = layOut({ ...sizes, features: 16 }, 'native');
    const short = layOut({ ...sizes, batch: 96 }, 'native');
    for (const other of [narrow, short]) {
      const refused = () => open(other.totalBytes, describedLayout(other), handle, other.inputBytes!);
      expect(refused).toThrow('the network that is to share its inputs has others');
    }
    expect(() => open(layout.totalBytes, described, {} as never)).toThrow(RangeError);
  });

  test('refuses examples and labels that are not there', () => {
    const { handle } = open(layout.totalBytes, described);
    const inputs = new Float32Array(17 * 10);
    const labels = new Uint8Array(10);
    const order = Uint32Array.of(0, 3, 10);
    const accumulate = (from: number, to: number, by: Uint32Array | null, own = labels, tile = 0) =>
      addon.accumulate(handle, inputs, own, by, from, to, from, 1, tile, 0);
    expect(accumulate(0, 2, order)).toBeGreaterThanOrEqual(0);
    expect(() => accumulate(0, 3, order)).toThrow(RangeError);
    expect(() => accumulate(0, 4, order)).toThrow(RangeError);
    expect(() => accumulate(0, 11, null)).toThrow(RangeError);
    expect(() => accumulate(3, 2, null)).toThrow(RangeError);
    expect(() => accumulate(0, 10, null, labels, 7)).toThrow(RangeError);
    expect(() => accumulate(0, 10, null, new Uint8Array(10).fill(8))).toThrow(RangeError);
    expect(() => addon.gradients(handle, 2, 1, 1, 1)).toThrow(RangeError);
    expect(() => addon.gradients(handle, 0, 0, 1, 1)).toThrow(RangeError);
    expect(() => addon.gradients(handle, 0, 8, 1, 1)).toThrow(RangeError);
    expect(() => addon.gradients(handle, 0, 7, 0, 1)).toThrow(RangeError);
    expect(() => addon.adam(handle, 0, layout.end + 64, 1, 0, 0.9, 0.999, 1e-7)).toThrow(RangeError);
    expect(() => addon.gather({} as never)).toThrow(RangeError);
  });
});
