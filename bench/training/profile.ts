import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unwrap } from '../../src/base/failure.ts';
import { trainingSettings } from '../../src/training/settings.ts';
import { buildKernels } from '../../src/training/sparse/native/build.mjs';
import {
  chooseKernels,
  type KernelAddon,
  type KernelChoice,
  loadKernels,
} from '../../src/training/sparse/native-kernels.ts';
import { SparseNetwork } from '../../src/training/sparse/network.ts';
import { batchOrder, startWeights } from '../../src/training/weights.ts';
import { table } from '../timing.ts';
import type { TrainingCase } from './nets.ts';

/** Parts of a step that addon.c counts: nanoseconds of each. */
type Parts = Readonly<Record<string, number>>;

interface ProfiledAddon extends KernelAddon {
  profile(): Parts;
}

/** Where a step's time goes on one net. */
export interface Profile {
  readonly net: string;
  readonly kernels: string;
  /** trainings at the same time, which load the same examples */
  readonly together: number;
  /** of one training's step as a whole */
  readonly microseconds: number;
  /** of each part, of the step's time; `rest` is what lies outside of kernels */
  readonly shares: Parts;
  /** of forward, backward and gradients together */
  readonly products: number;
}

const BATCH = 256;

/** Steps of one training, or of several in turn on the same examples. */
function profileOf(
  item: TrainingCase,
  choice: KernelChoice & { addon: ProfiledAddon },
  seconds: number,
  together: number,
): Profile {
  const { architecture, pattern, dataset } = item;
  const settings = trainingSettings({});
  const start = startWeights(pattern, 1, settings);
  const { features, train } = dataset;
  const request = { architecture, pattern, start, settings, features, batch: BATCH, fastMath: false, kernels: choice };
  const networks = Array.from({ length: together }, (_, place) => new SparseNetwork({ ...request, place }));
  let steps = 0;
  let epoch = 0;
  const epochOfSteps = () => {
    const order = batchOrder(1, epoch++, train.examples);
    const begin = performance.now();
    for (let from = 0; from + BATCH <= train.examples; from += BATCH) {
      for (const network of networks) {
        network.accumulate(train, order, from, from + BATCH, () => false);
        network.update();
        steps++;
      }
    }
    return performance.now() - begin;
  };
  for (let i = 0; i < 3; i++) epochOfSteps();
  choice.addon.profile();
  steps = 0;
  let ms = 0;
  while (ms < 1000 * seconds) ms += epochOfSteps();
  const spent = Object.entries(choice.addon.profile()).map(([part, ns]) => [part, ns / 1e6 / ms] as const);
  const counted = spent.reduce((sum, [, share]) => sum + share, 0);
  const shares: Parts = Object.fromEntries([...spent, ['rest', 1 - counted]]);
  const products = shares.forward + shares.backward + shares.gradients;
  return { net: item.name, kernels: choice.name, together, microseconds: (1000 * ms) / steps, shares, products };
}

/**
 * By kernels that are built for it, with clocks around each part: of each net alone, and of as many together.
 * @throws Error where there is no compiler
 */
export async function profiles(items: readonly TrainingCase[], seconds: number, together: number): Promise<Profile[]> {
  const folder = mkdtempSync(join(tmpdir(), 'scattershot-profile-'));
  try {
    const { built, message } = await buildKernels(folder, ['-DPROFILED']);
    if (!built) throw new Error(`a profile wants native kernels: ${message}`);
    const loaded = loadKernels(join(folder, 'kernels.node'));
    const choice = unwrap(chooseKernels(process.env.SCATTERSHOT_KERNELS, () => loaded));
    if (choice.addon === null) throw new Error('a profile wants native kernels, and those of WebAssembly were chosen');
    const profiled = { ...choice, addon: choice.addon as ProfiledAddon };
    const counts = together > 1 ? [1, together] : [1];
    return items.flatMap((item) => counts.map((count) => profileOf(item, profiled, seconds, count)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

export function profileTable(results: readonly Profile[]): string {
  const parts = Object.keys(results[0].shares);
  return table([
    ['net', 'kernels', 'together', 'µs a step', ...parts, 'products'],
    ...results.map(({ net, kernels, together, microseconds, shares, products }) => [
      ...[net, kernels, String(together), microseconds.toFixed(0)],
      ...parts.map((part) => percent(shares[part])),
      percent(products),
    ]),
  ]);
}
