import { availableParallelism } from 'node:os';
import { InvalidValueError } from '../base/caller-errors.ts';
import { failure, ScattershotError, unwrap } from '../base/failure.ts';
import { architectureOf, type PatternWithContext } from '../pattern/context.ts';
import type { Store } from '../store/index.ts';
import { sharedFront } from '../training/frozen-front/shared-front.ts';
import type { TrainingEvent } from '../training/trainer.ts';
import { defaultCacheFolder } from './cache-folder.ts';
import { dataReport } from './data-report.ts';
import type { StudyListener } from './events.ts';
import { emitterTo, type StudyHost } from './host.ts';
import { requireKnownOptions } from './known-options.ts';
import { learnedData } from './learned-data.ts';
import { requirePattern } from './score.ts';
import { searchDefaults } from './search-defaults.ts';
import { withMachines } from './study-machines.ts';
import { type RanTraining, type RunsReport, trainOne, trainReport } from './train-one.ts';
import { loadData, planTrainer } from './training-phase.ts';
import { type TrainingPlan, type TrainingPlanRequest, trainingPlan } from './training-plan.ts';

/** What a pattern is trained on, and how. */
export interface TrainOptions extends Omit<TrainingPlanRequest, 'architecture' | 'settings' | 'dataset'> {
  /** a dataset's name with its options, or the path of a file, as on the command line; default 'morse' */
  readonly data?: string;
  /** default: `defaultTrainingSettings` */
  readonly settings?: TrainingPlanRequest['settings'];
  /** one training each; a seed decides start weights and the order of batches. Default: [1] */
  readonly seeds?: readonly number[];
  /** keeps the trainings, opened for writing: what it has already is not trained again. Default: nothing is kept */
  readonly store?: Store;
  /** threads that train; default: one a core */
  readonly workers?: number;
  /** holds datasets/; default: cache/ of the working directory, or of SCATTERSHOT_HOME */
  readonly cacheFolder?: string;
  /** ends the trainings early: those that ran are then told as 'stopped' */
  readonly signal?: AbortSignal;
  readonly onEvent?: StudyListener;
  /** other machines do the work: a queue's URL, as `runStudy` takes it */
  readonly queue?: string;
}

/** What the trainings of a pattern came to. */
export interface TrainedPattern extends RunsReport {
  /** the study of the store that keeps it, and its number there; null where nothing is kept */
  readonly study: string | null;
  readonly candidate: number | null;
}

/**
 * Trains a network with the connections of a pattern, once a seed. Needs no database, and leaves no thread behind.
 *
 * ```ts
 * const { testAccuracy } = await train(found.best.pattern, { data: 'morse', settings: { epochs: 3 }, seeds: [1, 2] });
 * ```
 *
 * @returns accuracies as fractions; a training that diverged is a run with a reason, not an error
 * @throws RangeError for what does not fit together; ScattershotError for what the world does, with reason 'interrupted' where the
 *   signal came before there was anything to train on
 */
export async function train(pattern: PatternWithContext, options: TrainOptions = {}): Promise<TrainedPattern> {
  const { data = 'morse', settings = {}, seeds = [searchDefaults.seed], store, onEvent, ...rest } = options;
  const { workers = availableParallelism(), cacheFolder = defaultCacheFolder(), signal, queue, ...training } = rest;
  requireKnownOptions(options, optionNames, 'train');
  requirePattern(pattern);
  requireSeeds(seeds);
  const architecture = architectureOf(pattern);
  const request = { ...training, dataset: data, settings };
  const place = { listener: onEvent ?? (() => {}), signal: signal ?? new AbortController().signal };
  return withMachines(queue, place, (there) =>
    trainOn(pattern, { ...request, architecture }, { seeds, store }, { cacheFolder, workers, ...there }),
  );
}

async function trainOn(
  pattern: PatternWithContext,
  request: TrainingPlanRequest,
  { seeds, store }: { readonly seeds: readonly number[]; readonly store?: Store },
  host: Host,
): Promise<TrainedPattern> {
  const { architecture } = request;
  if (store === undefined) {
    const plan = unwrap(await trainingPlan(request, host));
    return trainUnstored({ plan, pattern, seeds }, host);
  }
  const { metric = searchDefaults.metric, windows = searchDefaults.windows } = pattern.context ?? {};
  const { spans = searchDefaults.spans } = pattern.context ?? {};
  const file = { pattern, architecture, metric, entries: { windows, spans } };
  const report = await trainOne(file, { ...request, seeds }, { ...host, store });
  if (report === null) throw interrupted();
  return report;
}

const optionNames = [
  ...['data', 'settings', 'seeds', 'store', 'workers', 'cacheFolder', 'signal', 'onEvent', 'queue'],
  ...['front', 'freezeFront', 'network', 'engine', 'backend', 'trainer'],
] as const satisfies readonly (keyof TrainOptions)[];

function requireSeeds(seeds: readonly number[]): void {
  if (seeds.length > 0 && new Set(seeds).size === seeds.length && seeds.every((s) => Number.isSafeInteger(s) && s >= 0))
    return;
  throw new InvalidValueError(`seeds must be different whole numbers from 0, at least one; got ${seeds.join(', ')}`);
}

const interrupted = () =>
  new ScattershotError(
    failure('interrupted', 'the training was stopped before its data were loaded', 'Run it again to its end.'),
  );

interface Unstored {
  readonly plan: TrainingPlan;
  readonly pattern: PatternWithContext;
  readonly seeds: readonly number[];
}

type Host = Omit<StudyHost, 'store'>;

async function trainUnstored({ plan, pattern, seeds }: Unstored, host: Host): Promise<TrainedPattern> {
  const emit = emitterTo(host.listener);
  emit({ kind: 'phase', phase: 'data', dataset: plan.source.name });
  const dataset = await loadData(plan, host, emit);
  if (dataset === null) throw interrupted();
  const { architecture, settings } = plan;
  const { epochs, frozenFront } = settings;
  const phase = { study: null, architecture, dataset: dataset.name, candidates: [1], seeds, epochs };
  emit({ kind: 'phase', phase: 'train', ...phase });
  const trainer = await planTrainer(plan, emit, host);
  try {
    for (const message of trainer.warnings) emit({ kind: 'warning', message });
    emit({ kind: 'engine', ...trainer.runsOn });
    const runs = new Map<string, RanTraining>();
    for (const part of frozenFront === undefined ? [seeds] : seeds.map((seed) => [seed])) {
      const learned = await learnedData({ dataset, settings, architecture, first: () => pattern }, part[0], host, emit);
      if (learned === null) break;
      const jobs = part.map((seed) => ({ id: String(seed), architecture, pattern, seed }));
      for await (const event of trainer.train(jobs, learned.dataset, learned.settings, host.signal)) {
        const seed = Number(event.job);
        runs.set(event.job, afterEvent(runs.get(event.job), seed, event));
        emit({ kind: 'training', candidate: 1, seed, event });
      }
    }
    const inOrder = seeds.flatMap((seed) => runs.get(String(seed)) ?? []);
    const facts = { trainedBefore: 0, data: dataReport(dataset), sharedFront: sharedFront(settings) };
    return { study: null, candidate: null, ...trainReport(inOrder, trainer.runsOn), ...facts };
  } finally {
    await trainer.close();
  }
}

/** A training after one more of its events. */
function afterEvent(run: RanTraining | undefined, seed: number, event: TrainingEvent): RanTraining {
  if (event.kind === 'epoch') {
    const { epoch, loss, accuracy, validationAccuracy } = event;
    if (run === undefined) throw new Error(`the training with seed ${seed} ended an epoch before it started`);
    return { ...run, epochs: [...run.epochs, { epoch, loss, accuracy, validationAccuracy }] };
  }
  const { engine, backend, device } = event;
  const on = { seed, engine, backend, device };
  if (event.kind === 'started') {
    return { ...on, status: 'running', reason: null, epochs: [], testAccuracy: null, samplesPerSecond: null };
  }
  const { status, reason, testAccuracy } = event;
  const samplesPerSecond = event.samplesPerSecond > 0 ? event.samplesPerSecond : null;
  return { ...on, status, reason, testAccuracy, samplesPerSecond, epochs: run?.epochs ?? [] };
}
