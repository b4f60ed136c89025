import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trainingSettings } from '../../../src/training/settings.ts';
import { writeJunction } from '../../../src/training/sparse/edges.ts';
import { chosenKernels } from '../../../src/training/sparse/native-kernels.ts';
import { openPasses } from '../../../src/training/sparse/thread-passes.ts';
import { trainJobs } from '../../../src/training/sparse/train.ts';
import type { TrainingEvent, TrainingJob, TrainingResult, TrainingSettings } from '../../../src/training/trainer.ts';
import { startWeights } from '../../../src/training/weights.ts';
import { someDataset, someJob } from '../samples.ts';

const runsOn = { engine: 'sparse', backend: 'wasm', device: 'a test' } as const;
const dataset = someDataset({ features: 40, classes: 5, examples: { train: 330, validation: 145, test: 45 } });

interface Trained {
  readonly results: ReadonlyMap<string, TrainingResult>;
  readonly events: readonly TrainingEvent[];
  readonly snapshots: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** @param stopAfter epochs that are told, after which all are asked to stop */
async function trained(
  jobs: readonly TrainingJob[],
  more: Partial<TrainingSettings>,
  stopAfter = Number.POSITIVE_INFINITY,
): Promise<Trained> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const keep = { everyMs: 1e9, storing: new Int32Array(new SharedArrayBuffer(8)) };
  const events: TrainingEvent[] = [];
  const snapshots = new Map<string, Uint8Array<ArrayBuffer>>();
  const task = { jobs, dataset, settings: trainingSettings({ epochs: 3, ...more }), stop, runsOn, keep };
  const emit = (event: TrainingEvent) => {
    events.push(event);
    if (events.filter(({ kind }) => kind === 'epoch').length === stopAfter) Atomics.store(stop, 0, 1);
  };
  await trainJobs(task, emit, (message) => {
    if (message.kind === 'snapshot') snapshots.set(message.job, message.bytes);
    Atomics.store(keep.storing, 0, 0);
  });
  const results = new Map(events.flatMap((event) => (event.kind === 'result' ? [[event.job, event] as const] : [])));
  return { results, events, snapshots };
}

const job = (id: string, fanOuts: readonly number[], seed: number, more: Partial<TrainingJob> = {}) =>
  someJob({ layers: [40, 24, 8], fanOuts, usedOutputs: 5, id, seed }, { wantWeights: true, ...more });

const jobs = [job('a', [3, 2], 1), job('b', [6, 4], 1), job('c', [24, 8], 1), job('d', [3, 2], 2), job('e', [3, 2], 1)];
// Patterns differ though seeds do not.
const others = jobs.map((each, i) => ({ ...each, pattern: job(each.id, each.pattern.fanOuts, 11 + i).pattern }));

/** What a training comes to, but for the time that it took. */
const outcome = ({ samplesPerSecond: _rate, durationMs: _ms, ...rest }: TrainingResult) => rest;
const epochsOf = ({ events }: Trained, id: string) =>
  events.filter((event) => event.kind === 'epoch' && event.job === id);

async function expectAsAlone(together: Trained, alone: readonly TrainingJob[], more: Partial<TrainingSettings>) {
  for (const each of alone) {
    const single = await trained([each], more);
    expect(outcome(together.results.get(each.id)!)).toEqual(outcome(single.results.get(each.id)!));
    expect(epochsOf(together, each.id)).toEqual(epochsOf(single, each.id));
  }
}

describe('trainings at the same time', () => {
  test.each([
    ['batches that end in the middle of a tile', { batchSize: 50 }],
    ['the whole split in one batch', { batchSize: 1000 }],
    ['SGD with momentum', { batchSize: 64, optimizer: 'sgd', momentum: 0.9, learningRate: 0.05 } as const],
  ])('give the bits that each gives alone, by %s', async (_, more) => {
    await expectAsAlone(await trained(others, more), others, more);
  });

  test('property: of any seeds and degrees', async () => {
    const which = fc.array(fc.tuple(fc.constantFrom(...others), fc.integer({ min: 1, max: 2 })), {
      ...{ minLength: 2, maxLength: 5 },
    });
    await fc.assert(
      fc.asyncProperty(which, fc.integer({ min: 1, max: 400 }), async (picked, batchSize) => {
        const drawn = picked.map(([each, seed], i) => ({ ...each, seed, id: `${i}` }));
        await expectAsAlone(await trained(drawn, { batchSize, epochs: 2 }), drawn, { batchSize, epochs: 2 });
      }),
      { numRuns: 10 },
    );
  });

  test('one that diverges, and one that cannot begin, end alone', async () => {
    const start = startWeights(others[1].pattern, 1, trainingSettings({}));
    start[0].weights.fill(Number.POSITIVE_INFINITY);
    const diverging = { ...others[1], startWeights: start };
    const broken = { ...others[2], startWeights: [] };
    const more = { batchSize: 50 };
    const together = await trained([broken, others[0], diverging, others[4]], more);
    expect(together.results.get('b')).toMatchObject({ status: 'diverged' });
    expect(together.results.get('c')).toMatchObject({ status: 'failed' });
    await expectAsAlone(together, [others[0], others[4]], more);
  });

  test('stop at once where they are asked to, and go on from their snapshots together or alone', async () => {
    const more = { batchSize: 50 };
    const stopped = await trained(others, more, 7);
    const statuses = [...stopped.results.values()].map(({ status }) => status);
    expect(statuses).toEqual(others.map(() => 'stopped'));
    // Who had this turn already tells its epoch; none begins the next.
    expect(stopped.events.filter(({ kind }) => kind === 'epoch').length).toBeLessThanOrEqual(10);
    const resumed = others.map((each) => ({ ...each, snapshot: stopped.snapshots.get(each.id)! }));
    for (const parts of [[resumed], resumed.map((each) => [each])]) {
      for (const part of parts) {
        const { results } = await trained(part, more);
        for (const each of part) {
          const whole = await trained([others.find(({ id }) => id === each.id)!], more);
          expect(outcome(results.get(each.id)!)).toEqual(outcome(whole.results.get(each.id)!));
        }
      }
    }
  });

  test('tell the same epoch before any tells the next', async () => {
    const { events } = await trained(others, { batchSize: 50 });
    const epochs = events.flatMap((event) => (event.kind === 'epoch' ? [event.epoch] : []));
    expect(epochs).toEqual([1, 2, 3].flatMap((epoch) => others.map(() => epoch)));
  });
});

const kernels = chosenKernels();
const isNative = kernels.ok && kernels.value.addon !== null;

test.skipIf(!isNative)('passes that share their inputs load the same examples once, and any other anew', () => {
  const [{ pattern, architecture }] = others;
  const choice = kernels.ok ? kernels.value : (null as never);
  const sizes = { ...architecture, features: 40, batch: 160 };
  const first = openPasses(sizes, false, choice);
  const second = openPasses(sizes, false, choice, first);
  const start = startWeights(pattern, 1, trainingSettings({}));
  for (const passes of [first, second]) {
    for (const [i, junction] of passes.layout.junctions.entries()) {
      writeJunction(passes, junction, pattern.junctions[i], start[i]);
    }
  }
  const split = { ...dataset.validation, inputs: dataset.validation.inputs.slice() };
  const correct = first.countCorrect(split, 0, 145);
  // What is not read again cannot be seen to have changed.
  split.inputs.fill(Number.NaN);
  expect(second.countCorrect(split, 0, 145)).toBe(correct);
  expect(second.countCorrect(split, 0, 144)).toBeNaN();
  expect(first.countCorrect(split, 0, 145)).toBeNaN();
  expect(first.countCorrect(dataset.validation, 0, 145)).toBe(correct);
  first.letGo();
  expect(second.countCorrect(dataset.validation, 0, 145)).toBe(correct);
});
