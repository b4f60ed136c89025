import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Outcome, unwrap } from '../../src/base/failure.ts';
import { meanFanOut } from '../../src/pattern/architecture.ts';
import type { Dataset } from '../../src/training/datasets/dataset.ts';
import { initNames, trainingSettings } from '../../src/training/settings.ts';
import type {
  EpochResult,
  SnapshotKeeper,
  Trainer,
  TrainingEvent,
  TrainingJob,
  TrainingResult,
  TrainingSettings,
} from '../../src/training/trainer.ts';
import { startWeights } from '../../src/training/weights.ts';
import { trainOracle } from '../training/oracle.ts';
import { someDataset, someJob } from '../training/samples.ts';

/** What differs between engines and backends under test. */
export interface ConformanceOptions {
  /** as results must name it */
  readonly engine: string;
  readonly backend: string;
  readonly create: () => Promise<Outcome<Trainer>>;
  /** a software GPU: half a second a step. Fewer networks are compared with the oracle, and learning is left to the others */
  readonly slow?: boolean;
  /** what is trained beside a candidate changes its last bits */
  readonly rounds?: boolean;
  /** it keeps no snapshots: an interrupted training begins again */
  readonly withoutSnapshots?: boolean;
  /** it trains on other machines: results name those, not what the trainer calls them together */
  readonly elsewhere?: boolean;
  /** settings that every training gets */
  readonly settings?: Partial<TrainingSettings>;
}

type Result = TrainingResult & { readonly job: string };

interface TrainedJobs {
  readonly events: readonly TrainingEvent[];
  readonly results: ReadonlyMap<string, Result>;
}

const sizes = { layers: [8, 24, 4], fanOuts: [6, 2] };
const dataset = someDataset({ features: 8, classes: 4, examples: { train: 120, validation: 40, test: 40 } });
const easy = someDataset({ features: 8, classes: 4, examples: { train: 600, validation: 300, test: 300 } });

const sgd = { optimizer: 'sgd', learningRate: 0.05 } as const;

const epochsOf = (events: readonly TrainingEvent[], job: string) =>
  events.flatMap((event) => (event.kind === 'epoch' && event.job === job ? [event] : []));

/**
 * What every engine must do, on every backend: one call of this is its licence to rank candidates. Networks are tiny, so that a
 * software GPU passes in seconds.
 */
export function trainerConformance(name: string, options: ConformanceOptions): void {
  const quick = trainingSettings({ epochs: 2, batchSize: options.slow ? 80 : 32, learningRate: 0.01 });

  describe(`${name}: a trainer`, () => {
    let trainer: Trainer;
    beforeAll(async () => {
      trainer = unwrap(await options.create());
    });
    afterAll(() => trainer?.close());

    const train = async (
      jobs: readonly TrainingJob[],
      settings: TrainingSettings = quick,
      data: Dataset = dataset,
      signal: AbortSignal = new AbortController().signal,
      keeper?: SnapshotKeeper,
    ): Promise<TrainedJobs> => {
      const events: TrainingEvent[] = [];
      for await (const event of trainer.train(jobs, data, { ...settings, ...options.settings }, signal, keeper))
        events.push(event);
      const results = events.flatMap((event) => (event.kind === 'result' ? [event] : []));
      return { events, results: new Map(results.map((result) => [result.job, result])) };
    };

    /** Bit for bit, or to rounding. */
    const expectSame = (got: TrainingResult['weights'], expected: TrainingResult['weights']) => {
      if (!options.rounds) return expect(got).toEqual(expected);
      const numbers = (all: TrainingResult['weights']) =>
        all!.flatMap(({ weights, biases }) => [...weights, ...biases]);
      const [ours, theirs] = [numbers(got), numbers(expected)];
      expect(ours).toHaveLength(theirs.length);
      for (const [at, value] of ours.entries()) expect(value).toBeCloseTo(theirs[at], 4);
    };

    test('says what it runs on, in every result too', async () => {
      expect(trainer.runsOn).toMatchObject({ engine: options.engine, backend: options.backend });
      expect(trainer.runsOn.device.length).toBeGreaterThan(0);
      const { results } = await train([someJob(sizes)]);
      const { engine, backend, device } = results.get('job')!;
      expect({ engine, backend }).toEqual({ engine: options.engine, backend: options.backend });
      expect(device.length).toBeGreaterThan(0);
      if (!options.elsewhere) expect(results.get('job')).toMatchObject(trainer.runsOn);
    });

    test('has room for at least one job', () => {
      expect(trainer.capacity(someJob(sizes).architecture)).toBeGreaterThanOrEqual(1);
    });

    test('speaks in order: started, every epoch, one result', async () => {
      const jobs = [1, 2].map((seed) => someJob({ ...sizes, id: `job ${seed}`, seed }));
      const { events } = await train(jobs);
      for (const { id } of jobs) {
        const own = events.filter((event) => event.job === id);
        expect(own.map(({ kind }) => kind)).toEqual(['started', 'epoch', 'epoch', 'result']);
        expect(epochsOf(own, id).map(({ epoch }) => epoch)).toEqual([1, 2]);
        const result = own.at(-1) as Result;
        expect(result).toMatchObject({ status: 'finished', reason: null });
        expect(result.samplesPerSecond).toBeGreaterThan(0);
        expect(result.durationMs).toBeGreaterThan(0);
        expect(result.weights).toBeUndefined();
      }
    });

    test('gives equal results for equal seeds, whatever is trained beside, and others for others', async () => {
      const one = { ...someJob({ ...sizes, id: 'one' }), wantWeights: true };
      const alone = (await train([one])).results.get('one')!;
      const jobs = [{ ...one, id: 'other', seed: 2 }, one, { ...one, id: 'again' }];
      const { results, events } = await train(jobs);
      expectSame(results.get('one')!.weights, alone.weights);
      expect(results.get('again')!.weights).toEqual(results.get('one')!.weights);
      expect((await train([one])).results.get('one')!.weights).toEqual(alone.weights);
      expect(epochsOf(events, 'again').map(({ loss }) => loss)).toEqual(
        epochsOf(events, 'one').map(({ loss }) => loss),
      );
      expect(results.get('other')!.weights).not.toEqual(results.get('one')!.weights);
    });

    const optimizers: readonly [string, Partial<TrainingSettings>][] = [
      ['Adam, L2 and decay', { l2: 0.01, learningRateDecay: 0.05 }],
      ['SGD, momentum, L2 and decay', { ...sgd, momentum: 0.9, l2: 0.01, learningRateDecay: 0.05 }],
      ['Adam', {}],
      ['SGD', sgd],
    ];
    const networks = [
      { layers: [8, 12, 10, 4], fanOuts: [3, 5, 2] },
      { layers: [8, 24, 4], fanOuts: [24, 4] },
      { layers: [8, 4], fanOuts: [3] },
      // Balanced degrees: fan-ins 3, 5 and 7.
      { layers: [8, 11, 10, 4], fanOuts: [meanFanOut(8, 11, 3), meanFanOut(11, 10, 5), meanFanOut(10, 4, 7)] },
    ];
    describe.each(optimizers.slice(0, options.slow ? 2 : undefined))('by %s', (_, change) => {
      const settings = trainingSettings({ ...quick, ...change });

      test.each(networks.slice(0, options.slow ? 1 : undefined))(
        'agrees with the float64 oracle on %j',
        async (net) => {
          const job = { ...someJob(net), wantWeights: true };
          expectAgreement(await train([job], settings), trainOracle(job, dataset, settings));
        },
      );
    });

    if (!options.slow) {
      test('learns a problem that can be learned', async () => {
        const settings = trainingSettings({ epochs: 10, batchSize: 32, learningRate: 0.02 });
        const { events, results } = await train([someJob(sizes)], settings, easy);
        const epochs = epochsOf(events, 'job');
        expect(epochs.at(-1)!.loss).toBeLessThan(0.5 * epochs[0].loss);
        expect(epochs.at(-1)!.validationAccuracy).toBeGreaterThan(0.7);
        expect(results.get('job')!.testAccuracy).toBeGreaterThan(0.7);
      });
    }

    test('starts from the weights it is given', async () => {
      const job = someJob(sizes);
      const given = startWeights(job.pattern, 99, { biasStart: 0.3 });
      const custom = { ...job, startWeights: given, wantWeights: true };
      expectAgreement(await train([custom]), trainOracle(custom, dataset, quick));
    });

    test.each(initNames)('starts from the same weights by %s as every other engine', async (init) => {
      // At such a rate no weight moves.
      const settings = trainingSettings({ ...quick, epochs: 1, learningRate: 1e-30, init });
      const job = { ...someJob(sizes), wantWeights: true };
      const { results } = await train([job], settings);
      expect(results.get('job')!.weights).toEqual(startWeights(job.pattern, job.seed, settings));
    });

    test('pads inputs with zeros and outputs with classes that never occur', async () => {
      const net = { layers: [12, 24, 8], fanOuts: [6, 2], usedInputs: 8, usedOutputs: 4 };
      const job = { ...someJob(net), wantWeights: true };
      const trained = await train([job]);
      expectAgreement(trained, trainOracle(job, dataset, quick));
      const [first] = startWeights(job.pattern, job.seed, quick);
      const padded = [...job.pattern.junctions[0].entries()].filter(([, k]) => k >= 8).map(([e]) => e);
      expect(padded).toHaveLength(24);
      const { weights } = trained.results.get('job')!.weights![0];
      expect(padded.map((e) => weights[e])).toEqual(padded.map((e) => first.weights[e]));
    });

    test('pads inputs of a net with balanced degrees', async () => {
      const net = {
        layers: [11, 14, 6],
        fanOuts: [meanFanOut(11, 14, 4), meanFanOut(14, 6, 5)],
        usedInputs: 8,
        usedOutputs: 4,
      };
      const job = { ...someJob(net), wantWeights: true };
      expectAgreement(await train([job]), trainOracle(job, dataset, quick));
    });

    test('takes batches larger than the split, and single examples', async () => {
      const few = someDataset({ features: 8, classes: 4, examples: { train: 3, validation: 3, test: 3 } });
      const job = { ...someJob(sizes), wantWeights: true };
      for (const batchSize of [1, 1000, 2 ** 40]) {
        const settings = trainingSettings({ ...quick, batchSize });
        expectAgreement(await train([job], settings, few), trainOracle(job, few, settings), few);
      }
    });

    test('ends a diverging job with a reason and without an accuracy, and goes on with the next', async () => {
      const settings = trainingSettings({ ...quick, optimizer: 'sgd', learningRate: 1e36 });
      const { events, results } = await train([someJob(sizes)], settings);
      expect(results.get('job')).toMatchObject({ status: 'diverged', testAccuracy: null });
      expect(results.get('job')!.reason).toMatch(/no longer finite in epoch [12]/);
      expect(events.at(-1)!.kind).toBe('result');
      expect((await train([someJob(sizes)])).results.get('job')!.status).toBe('finished');
    });

    test('ends a job whose loss stays finite but is a thousand times that of guessing as diverged', async () => {
      const job = someJob(sizes);
      const start = startWeights(job.pattern, job.seed, { biasStart: 0.1 });
      const far = start.map(({ weights, biases }) => ({ weights: weights.map((w) => 1e4 * w), biases }));
      const { events, results } = await train([{ ...job, startWeights: far }]);
      expect(results.get('job')).toMatchObject({ status: 'diverged', testAccuracy: null, bestEpoch: null });
      expect(results.get('job')!.reason).toMatch(/^the loss rose to \S+ in epoch 1, 1000 times that of guessing/);
      expect(epochsOf(events, 'job')).toEqual([]);
    });

    test('stops when asked: running and waiting jobs each end as stopped, once', async () => {
      const jobs = [1, 2, 3, 4].map((seed) => someJob({ ...sizes, id: `job ${seed}`, seed }));
      const controller = new AbortController();
      const settings = trainingSettings({ ...quick, epochs: 1_000_000 });
      const events: TrainingEvent[] = [];
      for await (const event of trainer.train(jobs, dataset, settings, controller.signal)) {
        events.push(event);
        if (event.kind === 'epoch') controller.abort();
      }
      const results = events.flatMap((event) => (event.kind === 'result' ? [event] : []));
      expect(results.map(({ job }) => job).sort()).toEqual(jobs.map(({ id }) => id));
      for (const result of results) {
        expect(result).toMatchObject({ status: 'stopped', testAccuracy: null });
        expect(result.reason).toMatch(/stopped/);
      }
    });

    test('stops before it begins when asked before', async () => {
      const { events } = await train([someJob(sizes)], quick, dataset, AbortSignal.abort());
      expect(events.map(({ kind }) => kind)).toEqual(['result']);
      expect(events[0]).toMatchObject({ status: 'stopped', job: 'job' });
    });

    test('stops when its reader walks away, and can be used again', async () => {
      const settings = trainingSettings({ ...quick, epochs: 1_000_000 });
      for await (const event of trainer.train([someJob(sizes)], dataset, settings, new AbortController().signal)) {
        if (event.kind === 'epoch') break;
      }
      expect((await train([someJob(sizes)])).results.get('job')!.status).toBe('finished');
    });

    /** Keeps all snapshots, and warnings. */
    const keepAll = (everyMs: number) => {
      const kept: { job: string; snapshot: Uint8Array }[] = [];
      const warnings: string[] = [];
      const keeper: SnapshotKeeper = {
        everyMs,
        save: (job, snapshot) => void kept.push({ job, snapshot }),
        warn: (_, message) => warnings.push(message),
      };
      return { kept, warnings, keeper };
    };
    const resumable = trainingSettings({ ...quick, ...(options.slow ? {} : { epochs: 4, batchSize: 5 }), l2: 0.01 });
    const watched = [1, 2, 3].map((seed) => ({ ...someJob({ ...sizes, id: `job ${seed}`, seed }), wantWeights: true }));
    const startedOf = (events: readonly TrainingEvent[]) =>
      events.flatMap((each) => (each.kind === 'started' ? [each] : []));

    test.skipIf(options.withoutSnapshots)(
      'goes on from any snapshot as if it had never stopped, bit for bit',
      async () => {
        const { kept, warnings, keeper } = keepAll(0);
        const whole = await train(watched, resumable, dataset, undefined, keeper);
        const unwatched = await train(watched, resumable);
        for (const { id } of watched) {
          expect(whole.results.get(id)!.weights).toEqual(unwatched.results.get(id)!.weights);
        }
        expect(kept.length).toBeGreaterThanOrEqual(3);
        const few = options.slow ? kept.slice(0, 1) : kept.filter((_, i) => i % Math.ceil(kept.length / 8) === 0);
        for (const { job: id, snapshot } of few) {
          const job = watched.find((each) => each.id === id)!;
          const { events, results } = await train([{ ...job, snapshot }], resumable, dataset, undefined, keeper);
          const [{ resumed }] = startedOf(events);
          expect(resumed!.epoch + resumed!.batches).toBeGreaterThan(1);
          const told = (epochs: readonly EpochResult[]) =>
            epochs.map(({ epoch, loss, accuracy, validationAccuracy }) => ({
              ...{ epoch, accuracy, validationAccuracy },
              loss: options.rounds ? Number(loss.toPrecision(5)) : loss,
            }));
          expect(told([...resumed!.epochs, ...epochsOf(events, id)])).toEqual(told(epochsOf(whole.events, id)));
          const { weights, testAccuracy, bestEpoch } = whole.results.get(id)!;
          expect(results.get(id)).toMatchObject({ status: 'finished', testAccuracy, bestEpoch });
          expectSame(results.get(id)!.weights, weights);
        }
        expect(warnings).toEqual([]);
      },
    );

    test.skipIf(options.withoutSnapshots)('gives a snapshot where it is stopped, and goes on from there', async () => {
      const { kept, keeper } = keepAll(Number.POSITIVE_INFINITY);
      const whole = await train(watched, resumable);
      const controller = new AbortController();
      const { signal } = controller;
      for await (const event of trainer.train(
        watched,
        dataset,
        { ...resumable, ...options.settings },
        signal,
        keeper,
      )) {
        if (event.kind === 'epoch') controller.abort();
      }
      const last = new Map(kept.map(({ job, snapshot }) => [job, snapshot]));
      expect(last.size).toBeGreaterThan(0);
      const goOn = watched.map((job) => ({ ...job, ...(last.has(job.id) ? { snapshot: last.get(job.id)! } : {}) }));
      const { results, events } = await train(goOn, resumable);
      const resumed = startedOf(events).filter((each) => each.resumed !== undefined).length;
      // Elsewhere a training may have come to its end before it heard that it was to stop: then it is not done anew.
      if (options.elsewhere) expect(resumed).toBeLessThanOrEqual(last.size);
      else expect(resumed).toBe(last.size);
      for (const { id } of watched) expect(results.get(id)!.weights).toEqual(whole.results.get(id)!.weights);
    });

    test.skipIf(options.withoutSnapshots)(
      'ignores a snapshot that is damaged or of another training, with a warning',
      async () => {
        const { kept, keeper } = keepAll(0);
        const [job] = watched;
        let whole = await train([job], resumable, dataset, undefined, keeper);
        // Elsewhere so short a training may have ended before any of its snapshots was sent.
        for (let again = 0; options.elsewhere && kept.length === 0 && again < 10; again++) {
          whole = await train([job], resumable, dataset, undefined, keeper);
        }
        const { snapshot } = kept.at(-1)!;
        const damaged = snapshot.slice();
        damaged[damaged.length >> 1] ^= 1;
        const short = snapshot.slice(0, snapshot.length - 100);
        for (const [wrong, why] of [
          [damaged, /damaged/],
          [short, /damaged/],
          [new Uint8Array(7), /damaged/],
        ] as const) {
          const told = keepAll(Number.POSITIVE_INFINITY);
          const { events, results } = await train(
            [{ ...job, snapshot: wrong }],
            resumable,
            dataset,
            undefined,
            told.keeper,
          );
          expect(told.warnings).toEqual([expect.stringMatching(why)]);
          expect(startedOf(events)[0].resumed).toBeUndefined();
          expect(results.get(job.id)!.weights).toEqual(whole.results.get(job.id)!.weights);
          if (options.slow) return;
        }
        const others: [TrainingJob, Partial<TrainingSettings>, Dataset][] = [
          [{ ...job, seed: 9 }, {}, dataset],
          [{ ...job, pattern: watched[1].pattern }, {}, dataset],
          [job, { learningRate: 0.02 }, dataset],
          [job, {}, { ...dataset, digest: 'other' }],
        ];
        for (const [other, change, data] of others) {
          const told = keepAll(Number.POSITIVE_INFINITY);
          await train([{ ...other, snapshot }], { ...resumable, ...change }, data, undefined, told.keeper);
          expect(told.warnings).toEqual([expect.stringMatching(/of another training; it starts again at epoch 1/)]);
        }
      },
    );

    test('has nothing to say of no jobs', async () => {
      expect((await train([])).events).toEqual([]);
    });

    test('refuses, before anything runs, jobs and settings that make no sense', () => {
      const job = someJob(sizes);
      const call =
        (jobs: TrainingJob[], settings = quick) =>
        () =>
          trainer.train(jobs, dataset, settings, new AbortController().signal);
      expect(call([job, job])).toThrow(RangeError);
      expect(call([job], { ...quick, epochs: 0 })).toThrow(RangeError);
      expect(call([{ ...job, pattern: someJob({ layers: [8, 12, 4], fanOuts: [3, 2] }).pattern }])).toThrow(RangeError);
    });
  });
}

/** Losses within 1e-4, weights within 1e-3, accuracies within one example: what float32 may differ by in a few steps. */
function expectAgreement(
  { events, results }: TrainedJobs,
  oracle: ReturnType<typeof trainOracle>,
  data: Dataset = dataset,
): void {
  const epochs = epochsOf(events, 'job');
  expect(epochs).toHaveLength(oracle.epochs.length);
  for (const [index, expected] of oracle.epochs.entries()) {
    expect(Math.abs(epochs[index].loss - expected.loss)).toBeLessThan(1e-4);
    expect(Math.abs(epochs[index].accuracy - expected.accuracy)).toBeLessThan(1.5 / data.train.examples);
    expect(Math.abs(epochs[index].validationAccuracy - expected.validationAccuracy)).toBeLessThan(
      1.5 / data.validation.examples,
    );
  }
  const result = results.get('job')!;
  expect(Math.abs(result.testAccuracy! - oracle.testAccuracy)).toBeLessThan(1.5 / data.test.examples);
  for (const [index, { weights, biases }] of result.weights!.entries()) {
    const expected = oracle.junctions[index];
    expect(weights).toHaveLength(expected.weights.length);
    for (const [e, value] of expected.weights.entries()) expect(Math.abs(weights[e] - value)).toBeLessThan(1e-3);
    for (const [j, value] of expected.biases.entries()) expect(Math.abs(biases[j] - value)).toBeLessThan(1e-3);
  }
}
