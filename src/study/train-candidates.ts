import type { Architecture } from '../pattern/architecture.ts';
import type { Pattern } from '../pattern/pattern.ts';
import type { Store } from '../store/index.ts';
import type { Dataset } from '../training/datasets/dataset.ts';
import { settingsDigest } from '../training/settings.ts';
import type { Trainer, TrainingEvent, TrainingSettings } from '../training/trainer.ts';
import type { LearnedData } from './learned-data.ts';
import { pausable } from './pausable.ts';
import { StoredSnapshots } from './stored-snapshots.ts';
import type { StudyControl } from './study-control.ts';

/** A candidate of a study, to be trained once with each of its seeds. */
interface Trainee {
  readonly candidate: number;
  readonly pattern: Pattern;
  /** those of the request's seeds that it is trained with; absent: all */
  readonly seeds?: readonly number[] | undefined;
}

export interface TrainingRequest {
  /** the study's id in the store; claimed by this process */
  readonly study: number;
  readonly architecture: Architecture;
  readonly trainees: readonly Trainee[];
  readonly seeds: readonly number[];
  readonly dataset: Dataset;
  readonly settings: TrainingSettings;
  /** what stands for the data in the digest of the settings; default: the digest of the data */
  readonly learnedDigest?: string;
  /** what the trainer is given, asked for once there is something to train; null when interrupted. Default: data and settings as they are */
  readonly learn?: () => Promise<LearnedData | null>;
}

export interface TrainingHost {
  readonly store: Store;
  readonly trainer: Trainer;
  readonly signal: AbortSignal;
  readonly control?: StudyControl;
  /** hears once, before the first training, how many the store has already */
  readonly onBegin?: (trainedBefore: number) => void;
  readonly onEvent: (candidate: number, seed: number, event: TrainingEvent) => void;
  readonly onWarning: (message: string) => void;
}

interface Job {
  readonly id: string;
  readonly candidate: number;
  readonly seed: number;
  readonly pattern: Pattern;
}

/** Seed by seed, so that after an interruption every candidate has been trained about equally often. */
function jobsOf({ trainees, seeds }: TrainingRequest): Job[] {
  return seeds.flatMap((seed) =>
    trainees
      .filter((trainee) => trainee.seeds?.includes(seed) !== false)
      .map(({ candidate, pattern }) => ({ id: jobId(candidate, seed), candidate, seed, pattern })),
  );
}

const jobId = (candidate: number, seed: number) => `${candidate}/${seed}`;

export interface TrainedCandidates {
  /** of dataset, settings, engine with its revision, and backend, under which the store has the evaluations */
  readonly settingsDigest: string;
  /** trainings asked for that the store had already, finished or diverged */
  readonly trainedBefore: number;
}

/**
 * Trains what was not trained before under the same settings, and stores every epoch and result as it comes, and where each training
 * stands. One that was interrupted goes on from there, its earlier epochs told and stored again.
 */
export async function trainCandidates(request: TrainingRequest, host: TrainingHost): Promise<TrainedCandidates> {
  const { study, architecture, dataset, settings } = request;
  const { store, trainer, signal, control } = host;
  const digest = settingsDigest(request.learnedDigest ?? dataset.digest, settings, trainer.runsOn);
  const done = new Set(
    store
      .evaluations(study, { settingsDigest: digest })
      .filter(({ status }) => status === 'finished' || status === 'diverged')
      .map(({ candidate, seed }) => jobId(candidate, seed)),
  );
  const asked = jobsOf(request);
  const jobs = asked.filter((job) => !done.has(job.id));
  const trained: TrainedCandidates = { settingsDigest: digest, trainedBefore: asked.length - jobs.length };
  host.onBegin?.(trained.trainedBefore);
  if (jobs.length === 0) return trained;
  const learned = request.learn === undefined ? { dataset, settings } : await request.learn();
  if (learned === null) return trained;
  const running = new Map<string, number>();
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const described = { dataset: dataset.name, datasetDigest: dataset.digest, trainingSettings: settings };
  const snapshots = new StoredSnapshots({ study, settingsDigest: digest, jobs: byId }, host);
  const trainJobs = (open: readonly Job[], stop: AbortSignal) => {
    const forTrainer = open.map(({ id, pattern, seed }) => ({ id, architecture, pattern, seed, ...snapshots.of(id) }));
    const beginsMore = () => control?.beginsTrainings !== false;
    return trainer.train(forTrainer, learned.dataset, learned.settings, stop, snapshots, beginsMore);
  };
  let left = false;
  for await (const event of pausable(jobs, trainJobs, signal, control)) {
    const job = byId.get(event.job);
    if (job === undefined) throw new Error(`the trainer spoke of job "${event.job}", which it was not given`);
    if (event.kind === 'started') {
      const { engine, backend, device, score } = event;
      const key = { candidate: job.candidate, seed: job.seed, settingsDigest: digest };
      const beginning = store.beginEvaluation(study, { ...key, ...described, engine, backend, device, score });
      if (beginning.kind === 'begun') running.set(job.id, beginning.id);
    }
    if (event.kind === 'result') left ||= event.status === 'stopped';
    const evaluation = running.get(job.id);
    if (evaluation !== undefined) record(store, evaluation, event);
    host.onEvent(job.candidate, job.seed, event);
  }
  // What was not begun, since no more were to begin, is left: the study ends here, to be gone on with.
  if (left) control?.trainingsEnded();
  return trained;
}

function record(store: Store, evaluation: number, event: TrainingEvent): void {
  if (event.kind === 'started') {
    for (const epoch of event.resumed?.epochs ?? []) store.recordEpoch(evaluation, epoch);
  } else if (event.kind === 'epoch') {
    const { epoch, loss, accuracy, validationAccuracy } = event;
    store.recordEpoch(evaluation, { epoch, loss, accuracy, validationAccuracy });
  } else if (event.kind === 'result') {
    const { status, reason, testAccuracy, samplesPerSecond, durationMs, engine, backend, device } = event;
    store.finishEvaluation(evaluation, {
      status,
      reason,
      testAccuracy,
      samplesPerSecond: samplesPerSecond > 0 ? samplesPerSecond : null,
      durationMs,
      engine,
      backend,
      device,
      ...(event.workerLost ? { keepsSnapshot: true } : {}),
    });
  }
}
