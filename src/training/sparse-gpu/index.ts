import { type Outcome, success } from '../../base/failure.ts';
import { describeDevice, noGpuWarning } from '../pool/device.ts';
import { PoolTrainer } from '../pool/pool-trainer.ts';
import { checkedPopulation } from '../pool/population-size.ts';
import { TrainingPool } from '../pool/training-pool.ts';
import { freeGpuMemory, usableMemory } from '../tfjs/device-memory.ts';
import { probeBackend } from '../tfjs/probe.ts';
import type { RunsOn, Trainer } from '../trainer.ts';
import { edgePopulationSize } from './population-bytes.ts';

export interface SparseGpuOptions {
  /** candidates at once; absent: as many as the device's memory holds, see `edgePopulationSize` */
  readonly population?: number | undefined;
  /** hears every warning once, as it arises; `Trainer.warnings` holds them too */
  readonly onWarning?: (warning: string) => void;
}

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const ownWorker = new URL(`./worker.${extension}`, import.meta.url);
const ownProbe = new URL(`./probe-child.${extension}`, import.meta.url);
const otherwise = 'Use another backend: --engine sparse, or --engine tfjs.';

/**
 * The sparse engine on a graphics device: connected layers over existing edges only, in WGSL on WebGPU, populations of candidates with the
 * same layers and fan-outs at once. Software devices will do, for they were asked for.
 * @returns Failures of `requestAdapter`, and 'backend-crashed' where a driver takes its process with it
 * @throws RangeError for a number of candidates at once that makes no sense
 */
export async function createSparseGpuTrainer(options: SparseGpuOptions = {}): Promise<Outcome<Trainer>> {
  const size = checkedPopulation(options.population);
  const probed = await probeBackend('webgpu', true, { childUrl: ownProbe });
  if (!probed.ok) return probed;
  const free = await freeGpuMemory();
  const pool = new TrainingPool({
    backend: 'webgpu',
    softwareAllowed: true,
    threads: 1,
    workerUrl: ownWorker,
    otherwise,
  });
  const started = await pool.start();
  if (!started.ok) {
    await pool.close();
    return started;
  }
  const { gpu, maxTensorBytes = 0 } = started.value;
  const device = describeDevice('webgpu', started.value, 1);
  const runsOn: RunsOn = { engine: 'sparse', backend: 'webgpu', device };
  const warnings = gpu ? [] : [noGpuWarning(device, [])];
  for (const warning of warnings) options.onWarning?.(warning);
  const limits = { maxTensorBytes, memoryBytes: usableMemory(started.value, free) };
  const population = { limits, size, sizeOf: edgePopulationSize, sameFanOuts: true };
  return success(new PoolTrainer(pool, 1, runsOn, warnings, population));
}
