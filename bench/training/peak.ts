import type { Pattern } from '../../src/pattern/pattern.ts';
import { chooseKernels, type KernelName, kernelNames } from '../../src/training/sparse/native-kernels.ts';

/** Every kind of kernels that run here, the widest native ones first and WebAssembly's last. */
export const kernelsHere: readonly KernelName[] = [...kernelNames.slice(1), kernelNames[0]].filter(
  (name) => chooseKernels(name).ok,
);

/**
 * The most operations a second (a product or a sum of float32 each) that one core makes with the vectors of these kernels, in 10⁹,
 * measured: independent products and sums in registers alone. null for WebAssembly's, which has no such kernel.
 */
function peakOf(name: KernelName): number | null {
  const choice = chooseKernels(name);
  if (!choice.ok || choice.value.addon === null) return null;
  let best = 0;
  for (let turn = 0; turn < 40; turn++) {
    const start = performance.now();
    const operations = choice.value.addon.peak(name, 0, 100_000);
    best = Math.max(best, operations / (performance.now() - start) / 1e6);
  }
  return best;
}

/** Of every kind of native kernels that run here. */
export function measuredPeaks(): Partial<Record<KernelName, number>> {
  return Object.fromEntries(
    kernelsHere.flatMap((name) => {
      const peak = peakOf(name);
      return peak === null ? [] : [[name, peak]];
    }),
  );
}

/**
 * Products and sums of one example's forward pass, weight gradients and deltas: two operations an edge each. Nothing flows back through
 * the first junction.
 */
export const operationsOf = ({ junctions }: Pattern): number =>
  junctions.reduce((sum, edges, i) => sum + edges.length * (i === 0 ? 4 : 6), 0);
