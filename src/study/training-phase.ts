import { ScattershotError, unwrap } from '../base/failure.ts';
import type { Architecture } from '../pattern/architecture.ts';
import type { Dataset } from '../training/datasets/dataset.ts';
import { findDataset } from '../training/datasets/index.ts';
import { createTrainer } from '../training/engines.ts';
import type { RunsOn, TrainingSettings } from '../training/trainer.ts';
import { dataReport } from './data-report.ts';
import type { Say, StudyHost } from './host.ts';
import { type TrainedCandidates, trainCandidates } from './train-candidates.ts';

/** The data of that name, or null when interrupted before it was there. @throws ScattershotError for what the world does */
export async function loadData(name: string, host: StudyHost, say: Say): Promise<Dataset | null> {
  const loaded = await findDataset(name).load(host.cacheFolder, {
    signal: host.signal,
    onNote: (message) => say({ kind: 'warning', message }),
  });
  if (loaded.ok) {
    say({ kind: 'dataset', dataset: dataReport(loaded.value) });
    return loaded.value;
  }
  if (host.signal.aborted) return null;
  throw new ScattershotError(loaded);
}

export interface TrainingWork {
  /** the study's id; claimed by this process */
  readonly study: number;
  readonly architecture: Architecture;
  /** numbers of the study's candidates */
  readonly candidates: readonly number[];
  readonly seeds: readonly number[];
  readonly dataset: Dataset;
  readonly settings: TrainingSettings;
  readonly engine: string;
  readonly backend: string;
}

export interface TrainingPhase extends TrainedCandidates {
  /** what was started; what was trained before may have run on something else */
  readonly runsOn: RunsOn;
}

/** Starts an engine, trains on it what was not trained before, and closes it. */
export async function trainingPhase(work: TrainingWork, host: StudyHost, say: Say): Promise<TrainingPhase> {
  const { study, architecture, candidates, seeds, dataset, settings, engine, backend } = work;
  const { store, signal, workers } = host;
  const { front, fastMath } = settings;
  const trainer = unwrap(await createTrainer({ engine, backend, threads: workers, front, fastMath }));
  try {
    for (const message of trainer.warnings) say({ kind: 'warning', message });
    say({ kind: 'engine', ...trainer.runsOn });
    const trainees = candidates.map((candidate) => ({ candidate, pattern: store.loadPattern(study, candidate) }));
    const trained = await trainCandidates(
      { study, architecture, trainees, seeds, dataset, settings },
      {
        ...{ store, trainer, signal },
        onEvent: (candidate, seed, event) => say({ kind: 'training', candidate, seed, event }),
      },
    );
    return { runsOn: trainer.runsOn, ...trained };
  } finally {
    await trainer.close();
  }
}
