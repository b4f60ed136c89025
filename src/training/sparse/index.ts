import { availableParallelism } from 'node:os';
import { type Outcome, success } from '../../base/failure.ts';
import { checkedThreads, describeDevice } from '../pool/device.ts';
import { PoolTrainer } from '../pool/pool-trainer.ts';
import { TrainingPool } from '../pool/training-pool.ts';
import type { RunsOn, Trainer } from '../trainer.ts';
import { fastMathFault } from './fast-math.ts';
import { chooseKernels, chosenKernels, type KernelName } from './native-kernels.ts';
import { loadedTogether } from './shared-loading.ts';

export interface SparseOptions {
  /** each has one training, or a few of them in turn (shared-loading.ts) */
  readonly threads?: number;
  /** settings with fast math will be asked for: say at once if this runtime cannot */
  readonly fastMath?: boolean | undefined;
  /** default: those that SCATTERSHOT_KERNELS names, else the fastest that run here */
  readonly kernels?: KernelName | undefined;
  /** another worker in place of the real one, for tests of what happens when it dies */
  readonly workerUrl?: URL;
}

const ownWorker = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/**
 * The sparse engine: connected layers over existing edges only, by native kernels where they were built, else in WebAssembly SIMD, one
 * training a thread, or several in turn where they load the same examples and that takes long. Cost follows the connections, and equal
 * jobs give bit-equal weights on every machine and by any kernels, except with fast math.
 * @returns Failure 'no-relaxed-simd' where fast math is wanted and this runtime has not what it is made of, 'unknown-kernels' or
 * 'no-native-kernels' where SCATTERSHOT_KERNELS asks for some that do not run here
 * @throws RangeError for a number of threads that makes no sense
 */
export async function createSparseTrainer(options: SparseOptions = {}): Promise<Outcome<Trainer>> {
  const threads = checkedThreads(options.threads ?? availableParallelism());
  const kernels = options.kernels === undefined ? chosenKernels() : chooseKernels(options.kernels);
  if (!kernels.ok) return kernels;
  const lack = options.fastMath ? fastMathFault() : null;
  if (lack !== null) return lack;
  const workerUrl = options.workerUrl ?? ownWorker;
  const { kernels: named } = options;
  const env = named === undefined ? undefined : { ...process.env, SCATTERSHOT_KERNELS: named };
  const otherwise = 'Use the other engine: --engine tfjs.';
  const pool = new TrainingPool({ backend: 'wasm', softwareAllowed: false, threads, workerUrl, otherwise, env });
  const started = await pool.start();
  if (!started.ok) {
    await pool.close();
    return started;
  }
  const kind = kernels.value.addon === null ? 'wasm' : 'native';
  const device = describeDevice(kind, started.value, threads);
  // Equal bits: the backend is one, whichever kernels compute it.
  const runsOn: RunsOn = { engine: 'sparse', backend: 'wasm', device };
  // WebAssembly's kernels have each network's inputs in its own memory.
  const grouping = kind === 'native' ? loadedTogether(threads) : undefined;
  return success(new PoolTrainer(pool, threads, runsOn, [], null, grouping));
}
