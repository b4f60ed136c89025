import { beforeAll, describe, expect, test } from 'vitest';
import { unwrap } from '../../../src/base/failure.ts';
import type { PoolTask } from '../../../src/training/pool/messages.ts';
import { initNames, trainingSettings } from '../../../src/training/settings.ts';
import { type PopulationRequest, PopulationSession } from '../../../src/training/tfjs/population-session.ts';
import { type PopulationRuntime, trainPopulation } from '../../../src/training/tfjs/population-train.ts';
import { type Runtime, startRuntime } from '../../../src/training/tfjs/runtime.ts';
import type { TrainingEvent, TrainingJob, TrainingSettings } from '../../../src/training/trainer.ts';
import { DeviceMemoryError } from '../../../src/training/webgpu/device-watch.ts';
import { startWeights } from '../../../src/training/weights.ts';
import { someDataset, someJob } from '../samples.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = unwrap(await startRuntime('cpu', false));
});

const dataset = someDataset({ features: 8, classes: 4, examples: { train: 120, validation: 40, test: 40 } });
const runsOn = { engine: 'tfjs', backend: 'cpu', device: 'test' } as const;
const sizes = { layers: [8, 12, 4], fanOuts: [6, 2] };
const jobs = [1, 2, 3, 4, 5].map((seed) => someJob({ ...sizes, id: `job ${seed}`, seed }));

/** Start weights from which the first loss overflows. */
function brokenJob(job: TrainingJob): TrainingJob {
  const start = startWeights(job.pattern, job.seed, { biasStart: 0.1 });
  return {
    ...job,
    startWeights: start.map(({ weights, biases }) => ({ weights: weights.map((w) => 1e38 * w), biases })),
  };
}

interface Told {
  readonly events: readonly TrainingEvent[];
  /** candidates of each population that was opened */
  readonly opened: readonly number[];
}

interface Staging {
  readonly open?: (request: PopulationRequest) => void;
  readonly weights?: PopulationSession['weights'];
  readonly check?: () => void;
  readonly onEvent?: (event: TrainingEvent, stop: Int32Array) => void;
}

async function train(
  some: readonly TrainingJob[],
  epochs: number,
  staging: Staging = {},
  change: Partial<TrainingSettings> = {},
): Promise<Told> {
  const events: TrainingEvent[] = [];
  const opened: number[] = [];
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const settings = trainingSettings({ epochs, batchSize: 32, learningRate: 0.01, ...change });
  const limits = { maxTensorBytes: 2 ** 30, memoryBytes: 2 ** 30 };
  const task: PoolTask = { jobs: some, dataset, settings, runsOn, stop, limits, keep: null };
  const parts: PopulationRuntime = {
    openPopulation: (request) => {
      opened.push(request.members.length);
      staging.open?.(request);
      const session = new PopulationSession(request);
      if (staging.weights !== undefined) session.weights = staging.weights;
      return session;
    },
    checkDevice: () => staging.check?.(),
    freeMemory: runtime.freeMemory,
  };
  await trainPopulation(task, parts, (event) => {
    events.push(event);
    staging.onEvent?.(event, stop);
  });
  return { events, opened };
}

const ofJob = ({ events }: Told, id: string) => events.filter((event) => event.job === id);
const resultOf = (told: Told, id: string) => {
  const results = ofJob(told, id).flatMap((event) => (event.kind === 'result' ? [event] : []));
  expect(results).toHaveLength(1);
  return results[0];
};

/** What an event says but for how long it took. */
function untimed(event: TrainingEvent): object {
  return event.kind === 'result' ? { ...event, samplesPerSecond: 0, durationMs: 0 } : event;
}

describe('a population in training', () => {
  test('tells of each job what it would tell of it alone', async () => {
    const together = await train(jobs, 2);
    expect(together.opened).toEqual([5]);
    for (const job of jobs) {
      const alone = await train([job], 2);
      expect(ofJob(together, job.id).map(untimed)).toEqual(alone.events.map(untimed));
      expect(resultOf(together, job.id).samplesPerSecond).toBeGreaterThan(0);
    }
  });

  test.each(initNames)('starts every candidate from the weights by %s that it has alone', async (init) => {
    const some = jobs.slice(0, 3).map((job) => ({ ...job, wantWeights: true }));
    // At such a rate no weight moves.
    const told = await train(some, 1, {}, { learningRate: 1e-30, init });
    expect(told.opened).toEqual([3]);
    for (const { id, pattern, seed } of some) {
      expect(resultOf(told, id).weights).toEqual(startWeights(pattern, seed, { biasStart: 0.1, init }));
    }
  });

  test('ends a candidate that diverges early and trains the others as if it had not been there', async () => {
    const some = [jobs[0], brokenJob(jobs[1]), jobs[2]];
    const told = await train(some, 2);
    expect(ofJob(told, 'job 2').map(({ kind }) => kind)).toEqual(['started', 'result']);
    expect(resultOf(told, 'job 2')).toMatchObject({ status: 'diverged', testAccuracy: null, bestEpoch: null });
    expect(resultOf(told, 'job 2').reason).toMatch(/^the loss was no longer finite in epoch 1;/);
    const kinds = told.events.map(({ kind, job }) => `${kind} of ${job}`);
    expect(kinds.indexOf('result of job 2')).toBeLessThan(kinds.indexOf('epoch of job 1'));
    const healthy = await train([jobs[0], jobs[2]], 2);
    for (const id of ['job 1', 'job 3']) {
      expect(ofJob(told, id).map(untimed)).toEqual(ofJob(healthy, id).map(untimed));
    }
  });

  test('is over when its last candidate has diverged', async () => {
    const told = await train(jobs.slice(0, 2).map(brokenJob), 1_000_000);
    expect(told.events.filter(({ kind }) => kind === 'result')).toHaveLength(2);
  });

  test('gives weights to those alone who want them, also to a stopped one', async () => {
    const some = [jobs[0], { ...jobs[1], wantWeights: true }];
    const told = await train(some, 1);
    expect(resultOf(told, 'job 1').weights).toBeUndefined();
    expect(resultOf(told, 'job 2').weights!.map(({ weights }) => weights.length)).toEqual([48, 24]);
    const stopped = await train(some, 1_000_000, {
      onEvent: ({ kind }, stop) => kind === 'epoch' && Atomics.store(stop, 0, 1),
    });
    expect(resultOf(stopped, 'job 2')).toMatchObject({ status: 'stopped', bestEpoch: { epoch: 1 } });
    expect(resultOf(stopped, 'job 2').weights).toHaveLength(2);
  });

  test('ends a candidate whose loss is finite, but a thousand times that of guessing, as diverged', async () => {
    const start = startWeights(jobs[1].pattern, jobs[1].seed, { biasStart: 0.1 });
    const far = start.map(({ weights, biases }) => ({ weights: weights.map((w) => 1e4 * w), biases }));
    const told = await train([jobs[0], { ...jobs[1], startWeights: far }], 1);
    expect(resultOf(told, 'job 2')).toMatchObject({ status: 'diverged', testAccuracy: null, bestEpoch: null });
    expect(resultOf(told, 'job 2').reason).toMatch(/^the loss rose to .* in epoch 1, 1000 times that of guessing/);
    expect(resultOf(told, 'job 1').status).toBe('finished');
  });

  test('fails those whose weights cannot be read, and finishes the others', async () => {
    const weights = async () => {
      throw new Error('the buffer could not be mapped');
    };
    const told = await train([{ ...jobs[0], wantWeights: true }], 1, { weights });
    expect(resultOf(told, 'job 1')).toMatchObject({
      status: 'failed',
      reason: 'the backend cpu gave up: the buffer could not be mapped',
      testAccuracy: null,
    });
  });

  test('tells the best epoch beside the last one', async () => {
    const told = await train([jobs[0]], 4);
    const epochs = told.events.flatMap((event) => (event.kind === 'epoch' ? [event.validationAccuracy] : []));
    const { bestEpoch } = resultOf(told, 'job 1');
    expect(bestEpoch).toEqual({
      epoch: epochs.indexOf(Math.max(...epochs)) + 1,
      validationAccuracy: Math.max(...epochs),
    });
  });
});

describe('when memory runs out', () => {
  const tooBig =
    (most: number) =>
    ({ members }: PopulationRequest) => {
      if (members.length > most) throw new DeviceMemoryError('out of memory');
    };

  test('a population is divided until it fits, and nobody hears of it', async () => {
    const told = await train(jobs, 1, { open: tooBig(2) });
    expect(told.opened).toEqual([5, 3, 2, 1, 2]);
    for (const { id } of jobs) {
      expect(ofJob(told, id).map(({ kind }) => kind)).toEqual(['started', 'epoch', 'result']);
      expect(resultOf(told, id).status).toBe('finished');
    }
  });

  test('in the first steps, it is as if it had not begun', async () => {
    let reads = 0;
    const check = () => {
      if (++reads === 1) throw new DeviceMemoryError('vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY');
    };
    const told = await train(jobs.slice(0, 2), 1, { check });
    expect(told.opened).toEqual([2, 1, 1]);
    for (const id of ['job 1', 'job 2']) expect(resultOf(told, id).status).toBe('finished');
  });

  test('for a single candidate, or after an epoch was told, jobs fail with what the device said', async () => {
    const single = await train([jobs[0]], 1, { open: tooBig(0) });
    expect(resultOf(single, 'job 1')).toMatchObject({ status: 'failed', testAccuracy: null });
    expect(resultOf(single, 'job 1').reason).toBe('the backend cpu gave up: out of memory');
    let epochs = 0;
    const check = () => {
      if (epochs > 0) throw new DeviceMemoryError('out of memory');
    };
    const later = await train(jobs.slice(0, 2), 3, { check, onEvent: ({ kind }) => kind === 'epoch' && epochs++ });
    expect(later.opened).toEqual([2]);
    expect(ofJob(later, 'job 1').map(({ kind }) => kind)).toEqual(['started', 'epoch', 'result']);
    expect(resultOf(later, 'job 2').status).toBe('failed');
  });

  test('anything else that the device complains of is not tried again', async () => {
    const check = () => {
      throw new Error('the device was lost');
    };
    const told = await train(jobs.slice(0, 2), 1, { check });
    expect(told.opened).toEqual([2]);
    for (const id of ['job 1', 'job 2']) {
      expect(resultOf(told, id)).toMatchObject({
        status: 'failed',
        reason: 'the backend cpu gave up: the device was lost',
      });
    }
  });
});
