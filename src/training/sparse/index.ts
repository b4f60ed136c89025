import { availableParallelism } from 'node:os';
import { type Outcome, success } from '../../base/failure.ts';
import { checkedThreads, describeDevice, noGpuWarning } from '../pool/device.ts';
import { PoolTrainer } from '../pool/pool-trainer.ts';
import { TrainingPool } from '../pool/training-pool.ts';
import type { RunsOn, Trainer } from '../trainer.ts';
import { fastMathFault } from './fast-math.ts';

export interface SparseOptions {
  /** trainings at once */
  readonly threads?: number;
  /** settings with fast math will be asked for: say at once if this runtime cannot */
  readonly fastMath?: boolean | undefined;
  /** GPUs that were looked for and why there is none, to be said as a warning */
  readonly passedOver?: readonly string[];
  /** hears every warning once; `Trainer.warnings` holds them too */
  readonly onWarning?: (warning: string) => void;
  /** another worker in place of the real one, for tests of what happens when it dies */
  readonly workerUrl?: URL;
}

const ownWorker = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/**
 * The sparse engine: connected layers over existing edges only, in WebAssembly SIMD, one training a thread. Cost follows the
 * connections, and equal jobs give bit-equal weights on every machine, except with fast math.
 * @returns Failure 'no-relaxed-simd' where fast math is wanted and this runtime has not what it is made of
 * @throws RangeError for a number of threads that makes no sense
 */
export async function createSparseTrainer(options: SparseOptions = {}): Promise<Outcome<Trainer>> {
  const threads = checkedThreads(options.threads ?? availableParallelism());
  const lack = options.fastMath ? fastMathFault() : null;
  if (lack !== null) return lack;
  const workerUrl = options.workerUrl ?? ownWorker;
  const otherwise = 'Use the other engine: --engine tfjs.';
  const pool = new TrainingPool({ backend: 'wasm', softwareAllowed: false, threads, workerUrl, otherwise });
  const started = await pool.start();
  if (!started.ok) {
    await pool.close();
    return started;
  }
  const runsOn: RunsOn = { engine: 'sparse', backend: 'wasm', device: describeDevice('wasm', started.value, threads) };
  const { passedOver = [] } = options;
  const warnings = passedOver.length === 0 ? [] : [noGpuWarning(runsOn.device, passedOver)];
  for (const warning of warnings) options.onWarning?.(warning);
  return success(new PoolTrainer(pool, threads, runsOn, warnings));
}
