import { unwrap } from '../../../src/base/failure.ts';
import type { LearnerRequest, PopulationDeviceRuntime } from '../../../src/training/pool/population-learner.ts';
import { trainPopulation } from '../../../src/training/pool/population-train.ts';
import { trainingSettings } from '../../../src/training/settings.ts';
import { SparseNetwork } from '../../../src/training/sparse/network.ts';
import { EdgeDevice } from '../../../src/training/sparse-gpu/device.ts';
import { EdgeLearner } from '../../../src/training/sparse-gpu/edge-learner.ts';
import { edgeBytes } from '../../../src/training/sparse-gpu/population-bytes.ts';
import { edgeSizes } from '../../../src/training/sparse-gpu/sizes.ts';
import { type DispatchCost, stepCosts } from '../../../src/training/sparse-gpu/step-costs.ts';
import { ownPackages } from '../../../src/training/tfjs/optional-package.ts';
import type { TrainingJob, TrainingResult, TrainingSettings } from '../../../src/training/trainer.ts';
import { requestAdapter } from '../../../src/training/webgpu/adapter.ts';
import { DeviceWatch } from '../../../src/training/webgpu/device-watch.ts';
import type { GpuBuffer, GpuDevice } from '../../../src/training/webgpu/gpu-api.ts';
import { batchOrder, startWeights } from '../../../src/training/weights.ts';
import { someDataset, someJob } from '../samples.ts';

// The other end of `edge-device.test.ts`: WebGPU in a process of its own, which a driver may take down with it.

/** Losses of every step of every candidate, ours and the sparse engine's. */
export interface Agreement {
  readonly name: string;
  readonly worst: number;
  readonly compared: number;
}

export interface KernelCount {
  readonly kernel: string;
  readonly readBytes: number;
  readonly writtenBytes: number;
}

export interface DeviceReport {
  readonly agreements: readonly Agreement[];
  /** whether weights are the same bits where a dispatch may have 3 workgroups a dimension, as where it may have 65535 */
  readonly sameBits: boolean;
  readonly dispatches: { readonly steps: number; readonly counted: number; readonly evaluations: number };
  readonly bound: readonly KernelCount[];
  readonly formula: readonly DispatchCost[];
  readonly memory: { readonly peakBytes: number; readonly leftBytes: number; readonly formulaBytes: number };
  /** of four jobs on a device that holds two at once: candidates of each population that was opened, and how the jobs ended */
  readonly halved: { readonly opened: readonly number[]; readonly statuses: readonly string[] };
  /** of one job that the device cannot hold */
  readonly hopeless: readonly (string | null)[];
  /** what the device said of a buffer twice as large as it can have, asked twice */
  readonly heard: readonly (string | null)[];
}

const found = unwrap(await requestAdapter(true, ownPackages));
// Held: what is collected as garbage takes its devices with it.
process.on('exit', () => void found.gpu);
const { adapter } = found;
const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
const raw = await adapter.requestDevice({ requiredLimits: { maxBufferSize, maxStorageBufferBindingSize } });

const memory = { bytes: 0, peak: 0 };

/**
 * The device with a count of its memory.
 * @param mostGroups as its limit of workgroups
 * @param mostBytes of a buffer; of a larger one the device complains as of one that is too large in earnest
 */
function counted(mostGroups: number, mostBytes = maxBufferSize): EdgeDevice {
  const watched = new Proxy(raw, {
    get: (target, name) => {
      if (name === 'limits') return { ...adapter.limits, maxComputeWorkgroupsPerDimension: mostGroups };
      if (name === 'createBuffer') return bufferMaker(target, mostBytes);
      const value = target[name as keyof GpuDevice];
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return new EdgeDevice(watched, new DeviceWatch());
}

const bufferMaker = (target: GpuDevice, mostBytes: number) => (options: { size: number; usage: number }) =>
  options.size > mostBytes
    ? target.createBuffer({ ...options, size: 2 * maxBufferSize })
    : countedBuffer(target, options);

function countedBuffer(device: GpuDevice, options: { size: number; usage: number }): GpuBuffer {
  const buffer = device.createBuffer(options);
  memory.bytes += options.size;
  memory.peak = Math.max(memory.peak, memory.bytes);
  const destroy = buffer.destroy.bind(buffer);
  buffer.destroy = () => {
    memory.bytes -= options.size;
    destroy();
  };
  return buffer;
}

const device = counted(65535);

function requestOf(
  jobs: readonly TrainingJob[],
  settings: TrainingSettings,
  features: number,
  rows: number,
): LearnerRequest {
  const dataset = someDataset({ features, classes: 4, examples: { train: 160, validation: 32, test: 32 } });
  return {
    members: jobs.map(({ pattern, seed }) => ({ pattern, start: startWeights(pattern, seed, settings) })),
    ...{ architecture: jobs[0].architecture, settings, dataset, limits: null, batchRows: rows, evaluationRows: rows },
    orders: new Set(jobs.map(({ seed }) => seed)).size,
  };
}

function ordersOf(jobs: readonly TrainingJob[], examples: number): Uint32Array[] {
  const orders = new Map(jobs.map(({ seed }) => [seed, batchOrder(seed, 1, examples)]));
  return orders.size === 1 ? [...orders.values()] : jobs.map(({ seed }) => orders.get(seed)!);
}

const STEPS = 4;
const ROWS = 40;

async function agree(name: string, jobs: readonly TrainingJob[], settings: TrainingSettings): Promise<Agreement> {
  const [features] = jobs[0].architecture.layers;
  const request = requestOf(jobs, settings, features, ROWS);
  const { train } = request.dataset;
  const learner = new EdgeLearner(device, request);
  const orders = ordersOf(jobs, train.examples);
  learner.beginEpoch(orders);
  const losses: Float32Array[] = [];
  for (let step = 0; step < STEPS; step++) {
    learner.step(step * ROWS);
    losses.push((await learner.sums()).loss);
  }
  let worst = 0;
  // One after the other: networks of one thread share its memory.
  for (const [c, { architecture, pattern }] of jobs.entries()) {
    const { start } = request.members[c];
    const network = new SparseNetwork({
      architecture,
      pattern,
      start,
      settings,
      features,
      batch: ROWS,
      fastMath: false,
    });
    for (let step = 0; step < STEPS; step++) {
      network.sums.loss = 0;
      network.accumulate(train, orders[c] ?? orders[0], step * ROWS, (step + 1) * ROWS, () => false);
      network.update();
      worst = Math.max(worst, Math.abs(network.sums.loss - losses[step][c]) / ROWS);
    }
  }
  learner.dispose();
  device.check();
  return { name, worst, compared: STEPS * jobs.length };
}

const net = { layers: [48, 64, 24, 16], fanOuts: [8, 6, 4] };
const jobsOf = (count: number, seedOf: (c: number) => number, sizes = net) =>
  Array.from({ length: count }, (_, c) => ({ ...someJob({ ...sizes, seed: c + 1 }), id: `${c}`, seed: seedOf(c) }));

const adam = trainingSettings({ learningRate: 0.01, l2: 0.001, learningRateDecay: 0.01 });
const sgd = trainingSettings({ optimizer: 'sgd', learningRate: 0.05, momentum: 0.9, l2: 0.001 });
const balanced = { layers: [20, 33, 16], fanOuts: [(33 * 7) / 20, (16 * 9) / 33] };
const agreements = [
  await agree(
    '1 candidate',
    jobsOf(1, () => 1),
    adam,
  ),
  await agree(
    '7 candidates with seeds of their own',
    jobsOf(7, (c) => c),
    adam,
  ),
  await agree(
    '16 candidates with one seed',
    jobsOf(16, () => 5),
    adam,
  ),
  await agree(
    '5 candidates, SGD, two seeds',
    jobsOf(5, (c) => c % 2),
    sgd,
  ),
  await agree(
    '3 candidates of balanced degrees',
    jobsOf(3, (c) => c, balanced),
    adam,
  ),
];

async function trainedBits(on: EdgeDevice): Promise<string> {
  const jobs = jobsOf(3, (c) => c);
  const learner = new EdgeLearner(on, requestOf(jobs, adam, 48, ROWS));
  learner.beginEpoch(ordersOf(jobs, 160));
  for (let step = 0; step < STEPS; step++) learner.step(step * ROWS);
  const weights = await learner.weights(2);
  learner.dispose();
  return weights.map(({ weights: w, biases }) => `${w.join()};${biases.join()}`).join('|');
}
const sameBits = (await trainedBits(device)) === (await trainedBits(counted(3)));

/** Sizes for which all buffers are used whole. */
function countStep() {
  const jobs = jobsOf(6, (c) => c % 3);
  memory.peak = memory.bytes;
  const before = memory.bytes;
  const request = requestOf(jobs, adam, 48, 256);
  const learner = new EdgeLearner(device, { ...request, batchRows: 256 });
  const examples = learner.trainingExamples();
  const bound = learner.kernels(examples).map(({ name, junction, bound: { buffers } }) => {
    const kept = buffers.filter(({ name: buffer }) => !['data', 'indices', 'labels', 'orders'].includes(buffer));
    const isOutput = ({ name: buffer }: { name: string }) =>
      ['outputs', 'left_deltas'].includes(buffer) || name === 'gather';
    const sum = (some: typeof kept) => some.reduce((total, { bytes }) => total + bytes, 0);
    return {
      kernel: `${name} ${junction}`,
      readBytes: sum(kept.filter((buffer) => !buffer.written || !isOutput(buffer))),
      writtenBytes: sum(kept.filter(({ written }) => written)),
    };
  });
  const peakBytes = memory.peak - before;
  learner.dispose();
  const { candidate, order } = edgeBytes(jobs[0].architecture, 256);
  const sizes = edgeSizes(jobs[0].architecture, 48, 256, 'adam');
  return {
    bound,
    formula: stepCosts(sizes, { candidates: 6, orders: 3, rows: 256 }),
    memory: { peakBytes, leftBytes: memory.bytes - before, formulaBytes: 6 * candidate + 3 * order },
  };
}

async function countDispatches() {
  const jobs = jobsOf(4, (c) => c);
  const request = requestOf(jobs, adam, 48, ROWS);
  const learner = new EdgeLearner(device, request);
  learner.beginEpoch(ordersOf(jobs, 160));
  const before = device.dispatches;
  for (let step = 0; step < 3; step++) learner.step(step * ROWS);
  const counted = device.dispatches - before;
  learner.beginCount(request.dataset.validation);
  learner.count(0, 32);
  await learner.counted();
  const evaluations = device.dispatches - before - counted;
  learner.dispose();
  return { steps: 3, counted, evaluations };
}

/** Trains jobs together on a device whose buffers hold the values of `most` candidates. */
async function trainWithin(most: number, count: number) {
  const jobs = jobsOf(count, (c) => c);
  const small = counted(65535, 4 * 256 * 64 * most);
  const dataset = someDataset({ features: 48, classes: 4, examples: { train: 80, validation: 32, test: 32 } });
  const settings = trainingSettings({ epochs: 1, batchSize: ROWS });
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const runsOn = { engine: 'sparse', backend: 'webgpu', device: 'test' } as const;
  const opened: number[] = [];
  const results: TrainingResult[] = [];
  const runtime: PopulationDeviceRuntime = {
    openLearner: (request) => {
      opened.push(request.members.length);
      return new EdgeLearner(small, request);
    },
    checkDevice: () => small.check(),
    freeMemory: () => {},
  };
  await trainPopulation({ jobs, dataset, settings, runsOn, stop, limits: null, keep: null }, runtime, (event) => {
    if (event.kind === 'result') results.push(event);
  });
  return { opened, statuses: results.map(({ status }) => status), reasons: results.map(({ reason }) => reason) };
}

async function hear(): Promise<string | null> {
  await new Promise((resolve) => setImmediate(resolve));
  try {
    device.check();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

const { bound, formula, memory: took } = countStep();
const dispatches = await countDispatches();
const tooLarge = device.buffer(2 * maxBufferSize);
device.clear(tooLarge);
await device.read(device.buffer(16), 0, 16).catch(() => {});
const heard = [await hear(), await hear()];
const { reasons: _, ...halved } = await trainWithin(2, 4);
const { reasons: hopeless } = await trainWithin(0.5, 1);
const counts = { dispatches, bound, formula, memory: took };
const report: DeviceReport = { agreements, sameBits, ...counts, halved, hopeless, heard };
process.send?.(report, () => process.kill(process.pid, 'SIGKILL'));
if (process.send === undefined) {
  console.log(JSON.stringify(report, null, 1));
  process.exit();
}
