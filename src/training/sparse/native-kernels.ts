import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failure, messageOf, type Outcome, ScattershotError, success } from '../../base/failure.ts';

/** Instruction sets of native kernels, the one with the widest vectors first. */
const nativeNames = ['avx512', 'avx2', 'neon'] as const;
/** What can compute the sparse engine's passes. */
export const kernelNames = ['wasm', ...nativeNames] as const;
export type NativeName = (typeof nativeNames)[number];
export type KernelName = (typeof kernelNames)[number];

/** A network that the addon holds. */
declare const networkHandle: unique symbol;
export interface NetworkHandle {
  readonly [networkHandle]: true;
}

type Examples = readonly [
  inputs: Float32Array,
  labels: Uint8Array,
  order: Uint32Array | null,
  start: number,
  end: number,
];

/** What native/addon.c exports, as it says there. */
export interface KernelAddon {
  readonly revision: number;
  kernels(): string[];
  supported(name: string): boolean;
  open(
    name: string,
    fastMath: number,
    bytes: number,
    description: Uint32Array,
    inputBytes: number,
    sharing: NetworkHandle | null,
  ): { readonly handle: NetworkHandle; readonly memory: ArrayBuffer };
  accumulate(
    network: NetworkHandle,
    ...rest: [...Examples, begin: number, share: number, tile: number, loaded: number]
  ): number;
  takeLoss(network: NetworkHandle): number;
  gradients(network: NetworkHandle, junction: number, tiles: number, first: number, last: number): void;
  load(network: NetworkHandle, ...examples: Examples): void;
  backward(network: NetworkHandle, tiles: number): void;
  countCorrect(network: NetworkHandle, ...rest: [...Examples, loaded: number]): number;
  gather(network: NetworkHandle): void;
  adam(network: NetworkHandle, from: number, to: number, rate: number, twiceL2: number, ...betas: number[]): void;
  peak(name: string, fastMath: number, rounds: number): number;
  sgd(network: NetworkHandle, from: number, to: number, rate: number, twiceL2: number, momentum: number): void;
}

/** REVISION of native/network.h */
const REVISION = 3;

const fromSources = import.meta.url.endsWith('.ts');
/** native/build, beside the sources also where the built program runs. */
const buildFolder = new URL(
  fromSources ? './native/build/' : '../../../../src/training/sparse/native/build/',
  import.meta.url,
);

/** What the build said of itself. */
function buildMessage(): string {
  try {
    return String(JSON.parse(readFileSync(new URL('outcome.json', buildFolder), 'utf8')).message);
  } catch {
    return 'they have not been built (npm rebuild scattershot)';
  }
}

/** The digest of what the build beside a file made, as it wrote it down; null where there is no word of it. */
function builtDigest(file: string): string | null {
  try {
    return JSON.parse(readFileSync(join(dirname(file), 'outcome.json'), 'utf8')).binary ?? null;
  } catch {
    return null;
  }
}

/** What keeps a file from being loaded, or null: a part of one, or another's, could end the process that loads it. */
function fileFault(file: string): string | null {
  const built = builtDigest(file);
  try {
    if (built === createHash('sha256').update(readFileSync(file)).digest('hex')) return null;
  } catch {
    return built === null ? buildMessage() : `${file} is gone, or not the file that was built`;
  }
  if (built !== null) return `${file} is gone, or not the file that was built`;
  return `${file} counts as not built: no outcome.json beside it says that a build made it`;
}

/** @returns Failure 'no-native-kernels', whose message says why, where the file is not there or not for this program */
export function loadKernels(file = fileURLToPath(new URL('kernels.node', buildFolder))): Outcome<KernelAddon> {
  const nextStep = 'Build them with a C compiler: npm rebuild scattershot.';
  const fault = fileFault(file);
  if (fault !== null) return failure('no-native-kernels', fault, nextStep);
  try {
    const addon = createRequire(import.meta.url)(file) as KernelAddon;
    if (addon.revision === REVISION) return success(addon);
    const message = `native kernels of revision ${addon.revision} were found, those of ${REVISION} are needed`;
    return failure('no-native-kernels', message, nextStep);
  } catch (error) {
    return failure('no-native-kernels', messageOf(error).split('\n')[0], nextStep);
  }
}

/** Which kernels run, and why these. */
export type KernelChoice =
  | { readonly name: 'wasm'; readonly why: string; readonly addon: null }
  | { readonly name: NativeName; readonly why: string; readonly addon: KernelAddon };

const usable = (addon: KernelAddon): NativeName[] =>
  nativeNames.filter((name) => addon.kernels().includes(name) && addon.supported(name));

function bestKernels(loaded: Outcome<KernelAddon>): KernelChoice {
  if (!loaded.ok) return { name: 'wasm', why: loaded.message, addon: null };
  const [best] = usable(loaded.value);
  if (best === undefined)
    return { name: 'wasm', why: 'this processor has none of their instruction sets', addon: null };
  return { name: best, why: `the widest vectors of this processor; ${buildMessage()}`, addon: loaded.value };
}

/**
 * @param wanted one of `kernelNames`; undefined or empty for the fastest that run here
 * @returns Failure 'unknown-kernels' for a name that is none, 'no-native-kernels' for some that do not run here
 */
export function chooseKernels(wanted = process.env.SCATTERSHOT_KERNELS, loaded = loadKernels): Outcome<KernelChoice> {
  if (wanted === undefined || wanted === '') return success(bestKernels(loaded()));
  const why = `SCATTERSHOT_KERNELS=${wanted}`;
  if (wanted === 'wasm') return success({ name: 'wasm', why, addon: null });
  const nextStep = 'Leave SCATTERSHOT_KERNELS out for the fastest that run here.';
  const name = nativeNames.find((each) => each === wanted);
  if (name === undefined) {
    const message = `expected SCATTERSHOT_KERNELS to be one of ${kernelNames.join(', ')}; got ${wanted}`;
    return failure('unknown-kernels', message, nextStep);
  }
  const addon = loaded();
  if (!addon.ok) return failure(addon.reason, `the kernels ${name} are not there: ${addon.message}`, nextStep);
  if (usable(addon.value).includes(name)) return success({ name, why, addon: addon.value });
  const lack = addon.value.kernels().includes(name) ? 'this processor does not have them' : 'they were not built';
  return failure('no-native-kernels', `the kernels ${name} do not run here: ${lack}`, nextStep);
}

const choices = new Map<string, Outcome<KernelChoice>>();

/** What `chooseKernels` says, found once for each value of SCATTERSHOT_KERNELS. */
export function chosenKernels(): Outcome<KernelChoice> {
  const { SCATTERSHOT_KERNELS: wanted = '' } = process.env;
  const choice = choices.get(wanted) ?? chooseKernels(wanted);
  choices.set(wanted, choice);
  return choice;
}

/** @throws ScattershotError where the kernels that are asked for do not run here */
export function requiredKernels(): KernelChoice {
  const choice = chosenKernels();
  if (!choice.ok) throw new ScattershotError(choice);
  return choice.value;
}
