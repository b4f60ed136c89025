import * as tf from '@tensorflow/tfjs-core';
import { unwrap } from '../../../src/base/failure.ts';
import type { PoolTask } from '../../../src/training/pool/messages.ts';
import { candidateBytes } from '../../../src/training/pool/population-size.ts';
import { trainingSettings } from '../../../src/training/settings.ts';
import { trainPopulation } from '../../../src/training/tfjs/population-train.ts';
import { type Runtime, startRuntime } from '../../../src/training/tfjs/runtime.ts';
import { someDataset, someJob } from '../samples.ts';

// The other end of `population-webgpu.test.ts`: WebGPU in a process of its own, which a driver may take down with it.

/** What one population took of the device's memory. */
export interface Measured {
  readonly statuses: readonly string[];
  readonly peakBytes: number;
  readonly leftBytes: number;
  readonly formulaBytes: number;
}

export interface ChildReport {
  readonly measured: Measured;
  /** what the device said of a tensor twice as large as it can bind, asked twice */
  readonly heard: readonly (string | null)[];
}

const runsOn = { engine: 'tfjs', backend: 'webgpu', device: 'test' } as const;

/** Bytes of device memory that TF.js has taken. */
const allocated = () => (tf.memory() as unknown as { numBytesAllocatedInGPU: number }).numBytesAllocatedInGPU;

async function measure(runtime: Runtime, net: { layers: number[]; fanOuts: number[] }): Promise<Measured> {
  const [features] = net.layers;
  const dataset = someDataset({ features, classes: 4, examples: { train: 64, validation: 256, test: 256 } });
  const jobs = [1, 2, 3].map((seed) => someJob({ ...net, id: `${seed}`, seed }));
  const settings = trainingSettings({ epochs: 1, batchSize: 64, l2: 0.01 });
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const limits = { maxTensorBytes: runtime.maxTensorBytes!, memoryBytes: 2 ** 30 };
  const task: PoolTask = { jobs, dataset, settings, runsOn, stop, limits, keep: null };
  const before = allocated();
  let peakBytes = 0;
  const checkDevice = () => {
    peakBytes = Math.max(peakBytes, allocated() - before);
    runtime.checkDevice();
  };
  const statuses: string[] = [];
  const parts = { openPopulation: runtime.openPopulation!, checkDevice, freeMemory: runtime.freeMemory };
  await trainPopulation(task, parts, (event) => {
    if (event.kind === 'result') statuses.push(event.status);
  });
  const formulaBytes = jobs.length * candidateBytes(jobs[0].architecture, settings.batchSize);
  return { statuses, peakBytes, leftBytes: allocated() - before, formulaBytes };
}

function hear(runtime: Runtime): string | null {
  try {
    runtime.checkDevice();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

const runtime = unwrap(await startRuntime('webgpu', true));
const measured = await measure(runtime, { layers: [96, 128, 16], fanOuts: [16, 2] });
tf.fill([runtime.maxTensorBytes! / 2], 1).dispose();
runtime.freeMemory();
await tf.tidy(() => tf.add(1, 1)).data();
const report: ChildReport = { measured, heard: [hear(runtime), hear(runtime)] };
process.send?.(report, () => process.kill(process.pid, 'SIGKILL'));
if (process.send === undefined) console.log(JSON.stringify(report, null, 1));
