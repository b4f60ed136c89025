import { mean, sum } from 'simple-statistics';
import type { StudyEvent } from '../study/events.ts';

type TrainingStudyEvent = Extract<StudyEvent, { kind: 'training' }>;

/** One training as watched: one candidate, one seed. */
export interface TrainingJobState {
  readonly candidate: number;
  readonly seed: number;
  readonly status: 'running' | 'finished' | 'diverged' | 'stopped' | 'failed';
  /** validation accuracy after each epoch, fractions */
  readonly curve: readonly number[];
  readonly testAccuracy: number | null;
  readonly samplesPerSecond: number | null;
  readonly reason: string | null;
}

export interface TrainingState {
  /** in the order of their last event, the latest last */
  readonly jobs: readonly TrainingJobState[];
  /** time of the first event; null before it */
  readonly sinceMs: number | null;
  /** jobs with a result */
  readonly ended: number;
  /** mean over the jobs that finished; null before the first */
  readonly samplesPerSecond: number | null;
}

export const initialTrainingState: TrainingState = { jobs: [], sinceMs: null, ended: 0, samplesPerSecond: null };

function reduceJob(job: TrainingJobState, { event }: TrainingStudyEvent): TrainingJobState {
  switch (event.kind) {
    case 'started':
      // A job that starts again (after a lost worker) starts its curve again.
      return { ...job, status: 'running', curve: [], testAccuracy: null, reason: null };
    case 'epoch':
      return { ...job, curve: [...job.curve, event.validationAccuracy] };
    case 'result': {
      const { status, testAccuracy, samplesPerSecond, reason } = event;
      return { ...job, status, testAccuracy, samplesPerSecond, reason };
    }
  }
}

const meanOf = (values: readonly number[]) => (values.length === 0 ? null : mean(values));

export function reduceTraining(state: TrainingState, event: TrainingStudyEvent): TrainingState {
  const { candidate, seed } = event;
  const mine = (job: TrainingJobState) => job.candidate === candidate && job.seed === seed;
  const known: TrainingJobState = state.jobs.find(mine) ?? {
    ...{ candidate, seed, status: 'running', curve: [] },
    ...{ testAccuracy: null, samplesPerSecond: null, reason: null },
  };
  const jobs = [...state.jobs.filter((job) => !mine(job)), reduceJob(known, event)];
  const sinceMs = state.sinceMs ?? event.atMs;
  if (event.event.kind === 'epoch') return { ...state, jobs, sinceMs };
  const finished = jobs.filter((job) => job.status === 'finished');
  return {
    jobs,
    sinceMs,
    ended: jobs.filter((job) => job.status !== 'running').length,
    samplesPerSecond: meanOf(finished.map((job) => job.samplesPerSecond).filter((rate) => rate !== null)),
  };
}

/** Mean test accuracy of every candidate with a finished training. */
export function meanAccuracies(state: TrainingState): ReadonlyMap<number, number> {
  const found = new Map<number, number[]>();
  for (const { candidate, status, testAccuracy } of state.jobs) {
    if (status !== 'finished' || testAccuracy === null) continue;
    found.set(candidate, [...(found.get(candidate) ?? []), testAccuracy]);
  }
  return new Map([...found].map(([candidate, accuracies]) => [candidate, meanOf(accuracies) ?? 0]));
}

/** Share of all epochs done, 0 to 1; an ended training counts whole. */
export function trainingShare(state: TrainingState, jobs: number, epochs: number): number {
  if (jobs === 0) return 0;
  const parts = state.jobs.map((job) =>
    job.status === 'running' ? Math.min(1, job.curve.length / Math.max(1, epochs)) : 1,
  );
  return Math.min(1, sum(parts) / jobs);
}
