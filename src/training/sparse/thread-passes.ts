import type { NetworkSizes } from './layout.ts';
import type { KernelChoice } from './native-kernels.ts';
import { NativePasses } from './native-passes.ts';
import type { Passes } from './passes.ts';
import { WasmPasses } from './wasm-passes.ts';

/**
 * @param sharing whose inputs native passes are to share where they can
 * @throws RangeError when a network needs more than the 4 GiB that one memory can hold
 */
export function openPasses(
  sizes: NetworkSizes,
  fastMath: boolean,
  kernels: KernelChoice,
  sharing: Passes | null = null,
): Passes {
  if (kernels.addon === null) return new WasmPasses(sizes, fastMath);
  const native = sharing instanceof NativePasses ? sharing : null;
  return new NativePasses(kernels.addon, kernels.name, sizes, fastMath, native);
}

interface KeptPasses {
  readonly key: string;
  readonly passes: Passes;
}

/** Of the networks that this thread has at once, by their places; all share the first one's inputs where they can. */
const kept: KeptPasses[] = [];

/** Lets go of the data that this thread's networks have worked on. */
export function letGoOfData(): void {
  for (const { passes } of kept) passes.letGo();
}

/** Lets go of the memories of more networks than these, which is how many are trained at the same time from now on. */
export function keepPlaces(networks: number): void {
  kept.splice(networks);
}

/**
 * This thread's passes for such networks: those that had the place before again, their memory emptied, where they fit.
 * @param place of a network among those that are trained at the same time: 0 for the first, or the only one
 */
export function threadPasses(sizes: NetworkSizes, fastMath: boolean, choice: KernelChoice, place = 0): Passes {
  const { layers, fanOuts, usedOutputs, features, batch, mostTiles } = sizes;
  const key = JSON.stringify([layers, fanOuts, usedOutputs, features, batch, mostTiles, fastMath, choice.name]);
  const before = kept[place];
  if (before?.key === key) {
    before.passes.letGo();
    before.passes.words.fill(0);
    return before.passes;
  }
  // The first one's go with all that share its inputs, and before new ones are made: both may be large.
  kept.splice(place, place === 0 ? kept.length : 1);
  const passes = openPasses(sizes, fastMath, choice, kept[0]?.passes ?? null);
  kept.splice(place, 0, { key, passes });
  return passes;
}
