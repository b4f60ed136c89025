import { failure, ScattershotError, unwrap } from '../base/failure.ts';
import type { TrainingScore } from '../base/score.ts';
import { createQueueTrainer } from '../remote/queue-trainer.ts';
import type { Store } from '../store/index.ts';
import type { Dataset } from '../training/datasets/dataset.ts';
import { createTrainer } from '../training/engines.ts';
import { connectedTraining, learnedDigest } from '../training/frozen-front/recipe.ts';
import type { RunsOn, Trainer } from '../training/trainer.ts';
import { dataReport } from './data-report.ts';
import type { Emit, StudyHost } from './host.ts';
import { learnedData } from './learned-data.ts';
import { requireScore } from './measured-score.ts';
import type { TrainingProgressMeter } from './progress.ts';
import { type TrainedCandidates, type TrainingHost, trainCandidates } from './train-candidates.ts';
import type { TrainingPlan } from './training-plan.ts';

/**
 * A plan's data, or null when interrupted before they were there.
 * @throws ScattershotError for what the world does; 'data-changed' where a user's files are no longer those that the plan was made for
 */
export async function loadData(
  { source }: TrainingPlan,
  host: Pick<StudyHost, 'cacheFolder' | 'signal'>,
  emit: Emit,
): Promise<Dataset | null> {
  const loaded = await source.load(host.cacheFolder, {
    signal: host.signal,
    onNote: (message) => emit({ kind: 'warning', message }),
  });
  if (!loaded.ok) {
    if (host.signal.aborted) return null;
    throw new ScattershotError(loaded);
  }
  const { name, features, classes } = loaded.value;
  if (features === source.features && classes === source.classes) {
    emit({ kind: 'dataset', dataset: dataReport(loaded.value) });
    return loaded.value;
  }
  const message = `${name} has ${features} features and ${classes} classes; it had ${source.features} and ${source.classes} when the training was planned`;
  throw new ScattershotError(failure('data-changed', message, 'Run the same command again.'));
}

export interface TrainingWork {
  readonly plan: TrainingPlan;
  /** the study's id; claimed by this process */
  readonly study: number;
  /** numbers of the study's candidates */
  readonly candidates: readonly number[];
  readonly seeds: readonly number[];
  /** by candidate, where not every one is trained with every seed */
  readonly seedsOf?: ReadonlyMap<number, readonly number[]>;
  readonly dataset: Dataset;
  /** what the plan is for: a trainer that measures something else is refused; absent: whatever the trainer measures */
  readonly score?: TrainingScore | null;
  /** of all trainings that the study plans, of which these may be a part */
  readonly meter: TrainingProgressMeter;
}

export interface TrainingPhase extends TrainedCandidates {
  /** what was started; what was trained before may have run on something else */
  readonly runsOn: RunsOn;
}

/** Progress of trainings is told at most this often, unless one ends. */
const PROGRESS_EVERY_MS = 1000;

/** Emits what happens to trainings, and where all of them stand. */
function trainingEmitter(meter: TrainingProgressMeter, emit: Emit): Pick<TrainingHost, 'onBegin' | 'onEvent'> {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  const tell = () => {
    toldAtMs = performance.now();
    emit({ kind: 'training-progress', progress: meter.progress() });
  };
  return {
    onBegin: (trainedBefore) => {
      meter.knew(trainedBefore);
      tell();
    },
    onEvent: (candidate, seed, event) => {
      const now = performance.now();
      meter.add(`${candidate}/${seed}`, event, now);
      emit({ kind: 'training', candidate, seed, event });
      if (event.kind === 'result' || (event.kind === 'epoch' && now - toldAtMs >= PROGRESS_EVERY_MS)) tell();
    },
  };
}

/**
 * Starts the engine of a plan, or has the workers of the study's queue start theirs; what a trainer of the user's own prints is told as
 * warnings. @throws ScattershotError where it does not start
 */
export async function planTrainer(
  plan: TrainingPlan,
  emit: Emit,
  { queue }: Pick<StudyHost, 'queue'>,
): Promise<Trainer> {
  const { settings, engine, backend, threads, trainer } = plan;
  const { front, fastMath } = connectedTraining(settings);
  const onTrainerOutput = (line: string) => emit({ kind: 'warning', message: `trainer: ${line}` });
  const options = { engine, backend, threads, front, fastMath, ...(trainer && { ...trainer, onTrainerOutput }) };
  return unwrap(await (queue === undefined ? createTrainer(options) : createQueueTrainer(queue, options)));
}

/** What is frozen is trained with the study's first candidate, whichever are trained now. */
export const firstPattern = (store: Store, study: number) => () => {
  const numbers = store.candidates(unwrap(store.getStudy(study))).map(({ number }) => number);
  return store.loadPattern(study, Math.min(...numbers));
};

/** Starts an engine, trains on it what was not trained before, and closes it. With a frozen front seed after seed: each has its own. */
export async function trainingPhase(work: TrainingWork, host: StudyHost, emit: Emit): Promise<TrainingPhase> {
  const { study, plan, candidates, dataset, meter } = work;
  const { architecture, settings } = plan;
  const { store, signal, control } = host;
  const { frozenFront } = settings;
  const trainer = await planTrainer(plan, emit, host);
  try {
    requireScore(trainer, work.score);
    for (const message of trainer.warnings) emit({ kind: 'warning', message });
    emit({ kind: 'engine', ...trainer.runsOn });
    const trainees = candidates.map((candidate) => ({
      ...{ candidate, pattern: store.loadPattern(study, candidate), seeds: work.seedsOf?.get(candidate) },
    }));
    const learned = { dataset, settings, architecture, first: firstPattern(store, study) };
    const common = {
      ...{ study, architecture, trainees, dataset, settings },
      learnedDigest: learnedDigest(dataset.digest, frozenFront, learned.first),
    };
    const trainingHost: TrainingHost = {
      ...{ store, trainer, signal, ...trainingEmitter(meter, emit) },
      ...(control === undefined ? {} : { control }),
      onWarning: (message) => emit({ kind: 'warning', message }),
    };
    const trained: TrainedCandidates[] = [];
    for (const seeds of frozenFront === undefined ? [work.seeds] : work.seeds.map((seed) => [seed])) {
      const learn = () => learnedData(learned, seeds[0], host, emit);
      trained.push(await trainCandidates({ ...common, seeds, learn }, trainingHost));
      if (signal.aborted) break;
    }
    const trainedBefore = trained.reduce((sum, part) => sum + part.trainedBefore, 0);
    return { runsOn: trainer.runsOn, settingsDigest: trained[0].settingsDigest, trainedBefore };
  } finally {
    await trainer.close();
  }
}
