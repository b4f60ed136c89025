import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Dataset, type Split, splitNames } from '../../../src/training/datasets/dataset.ts';
import { trainingSettings } from '../../../src/training/settings.ts';
import { writeJunction } from '../../../src/training/sparse/edges.ts';
import { chosenKernels } from '../../../src/training/sparse/native-kernels.ts';
import type { Passes } from '../../../src/training/sparse/passes.ts';
import { letGoOfData, openPasses } from '../../../src/training/sparse/thread-passes.ts';
import { trainJobs } from '../../../src/training/sparse/train.ts';
import type { TrainingEvent, TrainingJob, TrainingResult, TrainingSettings } from '../../../src/training/trainer.ts';
import { batchOrder, startWeights } from '../../../src/training/weights.ts';
import { someDataset, someJob } from '../samples.ts';
import { openNetwork } from './open.ts';

const runsOn = { engine: 'sparse', backend: 'wasm', device: 'a test' } as const;
const dataset = someDataset({ features: 40, classes: 5, examples: { train: 330, validation: 145, test: 45 } });

interface Trained {
  readonly results: ReadonlyMap<string, TrainingResult>;
  readonly events: readonly TrainingEvent[];
  /** of each job, in order */
  readonly snapshots: ReadonlyMap<string, readonly Uint8Array<ArrayBuffer>[]>;
}

interface TrainedOptions {
  /** epochs that are told, after which all are asked to stop */
  readonly stopAfter?: number;
  readonly data?: Dataset;
  /** what a snapshot takes to be stored, in milliseconds; default 0: at once */
  readonly storeMs?: number;
}

async function trained(
  jobs: readonly TrainingJob[],
  more: Partial<TrainingSettings>,
  { stopAfter = Number.POSITIVE_INFINITY, data = dataset, storeMs = 0 }: TrainedOptions = {},
): Promise<Trained> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const keep = { everyMs: 1e9, storing: new Int32Array(new SharedArrayBuffer(8 * jobs.length)) };
  const events: TrainingEvent[] = [];
  const snapshots = new Map<string, Uint8Array<ArrayBuffer>[]>();
  const task = { jobs, dataset: data, settings: trainingSettings({ epochs: 3, ...more }), stop, runsOn, keep };
  const emit = (event: TrainingEvent) => {
    events.push(event);
    if (events.filter(({ kind }) => kind === 'epoch').length === stopAfter) Atomics.store(stop, 0, 1);
  };
  await trainJobs(task, emit, (message) => {
    if (message.kind !== 'snapshot') return;
    snapshots.set(message.job, [...(snapshots.get(message.job) ?? []), message.bytes]);
    const stored = () => Atomics.sub(keep.storing, 2 * jobs.findIndex(({ id }) => id === message.job), 1);
    if (storeMs === 0) stored();
    else setTimeout(stored, storeMs);
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
    const stopped = await trained(others, more, { stopAfter: 7 });
    const statuses = [...stopped.results.values()].map(({ status }) => status);
    expect(statuses).toEqual(others.map(() => 'stopped'));
    // Who had this turn already tells its epoch; none begins the next.
    expect(stopped.events.filter(({ kind }) => kind === 'epoch').length).toBeLessThanOrEqual(10);
    const resumed = others.map((each) => ({ ...each, snapshot: stopped.snapshots.get(each.id)!.at(-1)! }));
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

  test('have their snapshots each, however long another one’s takes to be stored', async () => {
    // None is stored while this thread trains: the first one of each is all that there is.
    const { snapshots } = await trained(others, { batchSize: 50 }, { storeMs: 1 });
    expect(others.map(({ id }) => snapshots.get(id)?.length ?? 0)).toEqual(others.map(() => 1));
  });

  test('tell the same epoch before any tells the next', async () => {
    const { events } = await trained(others, { batchSize: 50 });
    const epochs = events.flatMap((event) => (event.kind === 'epoch' ? [event.epoch] : []));
    expect(epochs).toEqual([1, 2, 3].flatMap((epoch) => others.map(() => epoch)));
  });
});

const kernels = chosenKernels();
const isNative = kernels.ok && kernels.value.addon !== null;

/**
 * A split whose inputs are there for the first of each `members` times that they are asked for, and are nonsense for the others.
 * @param before times that one training alone asks for them first
 */
function oncePerTurn(split: Split, members: number, before = 0): Split {
  const nonsense = new Float32Array(new SharedArrayBuffer(split.inputs.byteLength)).fill(Number.NaN);
  let asked = -before;
  return {
    ...split,
    get inputs() {
      const time = asked++;
      return time < 0 || time % members === 0 ? split.inputs : nonsense;
    },
  };
}

test.skipIf(!isNative)('whoever was behind shares what is loaded as soon as it has caught up', async () => {
  const more = { batchSize: 160 };
  const stoppedAfter = async (each: TrainingJob, stopAfter: number) => {
    const { snapshots } = await trained([each], more, { stopAfter });
    return { ...each, snapshot: snapshots.get(each.id)!.at(-1)! };
  };
  const both = [await stoppedAfter(others[0], 2), await stoppedAfter(others[4], 1)];
  // The second epoch of the second: three batches, and all of the validation split at once.
  const train = oncePerTurn(dataset.train, 2, 3);
  const validation = oncePerTurn(dataset.validation, 2, 1);
  const { results } = await trained(both, more, { data: { ...dataset, train, validation } });
  for (const each of both) {
    const whole = await trained([others.find(({ id }) => id === each.id)!], more);
    expect(outcome(results.get(each.id)!)).toEqual(outcome(whole.results.get(each.id)!));
  }
});

test.skipIf(!isNative)('one of which only the test split is left shares it with those that come to it', async () => {
  const more = { batchSize: 160 };
  const alone = await trained([others[0]], more, { stopAfter: 3 });
  expect(alone.results.get('a')).toMatchObject({ status: 'stopped' });
  const left = { ...others[0], snapshot: alone.snapshots.get('a')!.at(-1)! };
  const both = [left, others[4]];
  const { results } = await trained(both, more, { data: { ...dataset, test: oncePerTurn(dataset.test, 2) } });
  for (const { id } of both) expect(results.get(id)).toMatchObject({ status: 'finished' });
});

test.skipIf(!isNative)('trainings of one seed load each batch once, in training and in evaluation', async () => {
  const same = [others[0], others[1], others[4]];
  const once = Object.fromEntries(splitNames.map((name) => [name, oncePerTurn(dataset[name], same.length)]));
  const together = await trained(same, { batchSize: 160 }, { data: { ...dataset, ...once } });
  await expectAsAlone(together, same, { batchSize: 160 });
});

interface Operation {
  readonly network: number;
  readonly what: 'batch' | 'stopped batch' | 'count' | 'output gradients';
  readonly order: number;
  readonly split: number;
  readonly range: number;
}

/** Networks of one chunk a batch, and of several. */
const shapes = [
  {
    layers: [40, 24, 8],
    fanOuts: [
      [3, 2],
      [6, 4],
      [24, 8],
    ],
    features: 40,
  },
  {
    layers: [700, 600, 8],
    fanOuts: [
      [6, 1],
      [12, 2],
      [6, 8],
    ],
    features: 700,
  },
] as const;

describe.skipIf(!isNative)('passes that share their inputs', () => {
  const choice = kernels.ok ? kernels.value : (null as never);
  const operations = fc.array(
    fc.record<Operation>({
      network: fc.nat(2),
      what: fc.constantFrom('batch', 'batch', 'stopped batch', 'count', 'output gradients'),
      order: fc.nat(2),
      split: fc.nat(1),
      range: fc.nat(2),
    }),
    { minLength: 10, maxLength: 40 },
  );

  test.each(shapes)(
    'property: give the bits of passes with inputs of their own, whatever comes in between: $layers',
    (shape) => {
      const { features, layers } = shape;
      const data = someDataset({ features, classes: 5, examples: { train: 700, validation: 300, test: 300 } });
      // The second is equal to the first, and not the same.
      const orders = [batchOrder(1, 1, 700), batchOrder(1, 1, 700), batchOrder(2, 1, 700)];
      const open = (index: number, batch: number, mostTiles: number | undefined, sharing: Passes | null) => {
        const fanOuts = shape.fanOuts[index];
        const { pattern } = someJob({ layers, fanOuts, usedOutputs: 5, seed: index + 1 });
        const sizes = { layers, fanOuts, usedOutputs: 5, features, batch, mostTiles };
        const passes = openPasses(sizes, false, choice, sharing);
        const start = startWeights(pattern, 1, trainingSettings({}));
        for (const [i, junction] of passes.layout.junctions.entries()) {
          writeJunction(passes, junction, pattern.junctions[i], start[i]);
        }
        passes.gather();
        return passes;
      };
      const did = (passes: Passes, { what, order, split: which, range }: Operation, batch: number) => {
        const from = 16 * range;
        const to = Math.min(300, from + batch);
        const split = [data.validation, data.test][which];
        const { parameters, end } = passes.layout;
        const array = (address: number) => [...passes.words.subarray(address / 4, (address + end) / 4)];
        if (what === 'count') return passes.countCorrect(split, from, to);
        if (what === 'output gradients') {
          passes.outputGradients(split, from);
          return array(parameters.gradients);
        }
        const sums = { loss: 0, correct: 0 };
        let asked = 0;
        const stopped = () => what === 'stopped batch' && ++asked > 1;
        if (!passes.accumulate({ split: data.train, order: orders[order], from, to }, sums, stopped)) return 'stopped';
        passes.adam({ from: 0, to: end, rate: 0.01, twiceL2: 0 });
        passes.gather();
        return [sums.loss, sums.correct, ...array(parameters.values)];
      };
      const property = fc.property(
        operations,
        fc.integer({ min: 1, max: 290 }),
        fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
        (all, batch, mostTiles) => {
          const shared: Passes[] = [];
          for (const index of [0, 1, 2]) shared.push(open(index, batch, mostTiles, shared[0] ?? null));
          const own = [0, 1, 2].map((index) => open(index, batch, mostTiles, null));
          for (const each of all) {
            expect(did(shared[each.network], each, batch)).toEqual(did(own[each.network], each, batch));
          }
        },
      );
      fc.assert(property, { numRuns: process.env.SCATTERSHOT_TESTS === 'full' ? 200 : 20 });
    },
  );
});

test.skipIf(!isNative)('a batch that was stopped half loaded is not taken for the one that was there before', () => {
  const layers = [700, 600, 8];
  const data = someDataset({ features: 700, classes: 5, examples: { train: 700, validation: 1, test: 1 } });
  const network = openNetwork(someJob({ layers, fanOuts: [6, 1], usedOutputs: 5 }), 700, trainingSettings({}));
  const order = batchOrder(1, 1, 700);
  const lossOf = (from: number, chunks: number) => {
    let asked = 0;
    network.sums.loss = 0;
    network.accumulate(data.train, order, from, from + 256, () => ++asked > chunks);
    return network.sums.loss;
  };
  const whole = lossOf(0, Number.POSITIVE_INFINITY);
  lossOf(256, 1);
  expect(lossOf(0, Number.POSITIVE_INFINITY)).toBe(whole);
});

test.skipIf(!isNative)('what is let go of is loaded anew', () => {
  const data = someDataset({ features: 40, classes: 5 });
  const network = openNetwork(others[0], 40, trainingSettings({}));
  const correct = network.countCorrect(data.test, 0, 60);
  data.test.inputs.fill(Number.NaN);
  expect(network.countCorrect(data.test, 0, 60)).toBe(correct);
  letGoOfData();
  expect(network.countCorrect(data.test, 0, 60)).toBeNaN();
});

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
