import { failure, ScattershotError, unwrap } from '../base/failure.ts';
import type { Dataset } from '../training/datasets/dataset.ts';
import { createTrainer } from '../training/engines.ts';
import type { RunsOn } from '../training/trainer.ts';
import { dataReport } from './data-report.ts';
import type { Emit, StudyHost } from './host.ts';
import { type TrainedCandidates, trainCandidates } from './train-candidates.ts';
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
  readonly dataset: Dataset;
}

export interface TrainingPhase extends TrainedCandidates {
  /** what was started; what was trained before may have run on something else */
  readonly runsOn: RunsOn;
}

/** Starts an engine, trains on it what was not trained before, and closes it. */
export async function trainingPhase(work: TrainingWork, host: StudyHost, emit: Emit): Promise<TrainingPhase> {
  const { study, plan, candidates, seeds, dataset } = work;
  const { architecture, settings, engine, backend, threads } = plan;
  const { store, signal } = host;
  const { front, fastMath } = settings;
  const trainer = unwrap(await createTrainer({ engine, backend, threads, front, fastMath }));
  try {
    for (const message of trainer.warnings) emit({ kind: 'warning', message });
    emit({ kind: 'engine', ...trainer.runsOn });
    const trainees = candidates.map((candidate) => ({ candidate, pattern: store.loadPattern(study, candidate) }));
    const trained = await trainCandidates(
      { study, architecture, trainees, seeds, dataset, settings },
      {
        ...{ store, trainer, signal },
        onEvent: (candidate, seed, event) => emit({ kind: 'training', candidate, seed, event }),
      },
    );
    return { runsOn: trainer.runsOn, ...trained };
  } finally {
    await trainer.close();
  }
}
