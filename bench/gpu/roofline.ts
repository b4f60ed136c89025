import type { Architecture } from '../../src/pattern/architecture.ts';
import { edgeSizes } from '../../src/training/sparse-gpu/sizes.ts';
import { type StepWork, stepCosts } from '../../src/training/sparse-gpu/step-costs.ts';

/** What a device can do at best, by its maker's word. */
export interface DeviceRates {
  readonly name: string;
  /** bytes per second of its memory, and of the cache that all its units share */
  readonly memory: number;
  readonly cache: number;
  /** operations on float32 per second, a product with its sum being two */
  readonly operations: number;
  /** from the start of one dispatch to the next, in seconds, at least */
  readonly dispatch: number;
}

/** NVIDIA's A100 (SXM, 40 GB): whitepaper of 2020; 5120 bytes a clock of its L2 at 1.41 GHz. A dispatch: a usual figure for a launch. */
export const a100: DeviceRates = {
  ...{ name: 'NVIDIA A100 40 GB', memory: 1.555e12, cache: 7.2e12 },
  ...{ operations: 19.5e12, dispatch: 3e-6 },
};

/** One step on paper. */
export interface StepBound {
  readonly dispatches: number;
  readonly memoryBytes: number;
  readonly askedBytes: number;
  readonly operations: number;
  /** candidates · samples per second: where every byte passes memory once, and where the shared cache answers all that threads ask for */
  readonly mostByMemory: number;
  readonly mostByCache: number;
}

/** Each dispatch takes as long as what it needs most of, and they come one after the other. */
export function stepBound(architecture: Architecture, work: StepWork, rates: DeviceRates): StepBound {
  const [features] = architecture.layers;
  const costs = stepCosts(edgeSizes(architecture, features, work.rows, 'adam'), work);
  const sum = (of: (cost: (typeof costs)[number]) => number) => costs.reduce((total, cost) => total + of(cost), 0);
  const memoryOf = (cost: (typeof costs)[number]) => cost.readBytes + cost.writtenBytes;
  const secondsOf = (cost: (typeof costs)[number]) =>
    Math.max(memoryOf(cost) / rates.memory, cost.operations / rates.operations, rates.dispatch);
  const samples = work.candidates * work.rows;
  return {
    dispatches: costs.length,
    memoryBytes: sum(memoryOf),
    askedBytes: sum(({ askedBytes }) => askedBytes),
    operations: sum(({ operations }) => operations),
    mostByMemory: samples / sum(secondsOf),
    mostByCache: samples / sum((cost) => Math.max(secondsOf(cost), cost.askedBytes / rates.cache)),
  };
}
