import type { NetworkSizes } from './layout.ts';
import type { KernelChoice } from './native-kernels.ts';
import { NativePasses } from './native-passes.ts';
import type { Passes } from './passes.ts';
import { WasmPasses } from './wasm-passes.ts';

/** @throws RangeError when a network needs more than the 4 GiB that one memory can hold */
export function openPasses(sizes: NetworkSizes, fastMath: boolean, kernels: KernelChoice): Passes {
  if (kernels.addon === null) return new WasmPasses(sizes, fastMath);
  return new NativePasses(kernels.addon, kernels.name, sizes, fastMath);
}

let last: { readonly key: string; readonly passes: Passes } | null = null;

/** This thread's passes for such networks: the last ones again, their memory emptied, where they fit. One network at a time. */
export function threadPasses(sizes: NetworkSizes, fastMath: boolean, choice: KernelChoice): Passes {
  const { layers, fanOuts, usedOutputs, features, batch, mostTiles } = sizes;
  const key = JSON.stringify([layers, fanOuts, usedOutputs, features, batch, mostTiles, fastMath, choice.name]);
  if (last?.key === key) last.passes.words.fill(0);
  else {
    last = null;
    last = { key, passes: openPasses(sizes, fastMath, choice) };
  }
  return last.passes;
}
