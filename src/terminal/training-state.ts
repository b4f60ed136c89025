import { mean } from 'simple-statistics';
import type { MaybeScore } from '../base/score.ts';
import type { StudyEvent } from '../study/events.ts';

type TrainingStudyEvent = Extract<StudyEvent, { kind: 'training' }>;

/** One training as watched: one candidate, one seed. */
export interface TrainingJobState {
  readonly candidate: number;
  readonly seed: number;
  /** 'waiting': a pause stopped it, and it goes on afterwards */
  readonly status: 'running' | 'finished' | 'diverged' | 'stopped' | 'failed' | 'waiting';
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
  /** what stands for accuracy; absent: accuracy */
  readonly score?: MaybeScore;
}

export const initialTrainingState: TrainingState = { jobs: [], sinceMs: null, ended: 0, samplesPerSecond: null };

/** Of a training that goes on: what it came to before it was interrupted. */
const earlierCurve = ({ resumed }: Extract<TrainingStudyEvent['event'], { kind: 'started' }>): number[] =>
  resumed?.epochs.map(({ validationAccuracy }) => validationAccuracy) ?? [];

function reduceJob(job: TrainingJobState, { event }: TrainingStudyEvent): TrainingJobState {
  switch (event.kind) {
    case 'started':
      // A job that starts again (after a lost worker) starts its curve again, or goes on with it.
      return { ...job, status: 'running', curve: earlierCurve(event), testAccuracy: null, reason: null };
    case 'epoch':
      return { ...job, curve: [...job.curve, event.validationAccuracy] };
    case 'result': {
      const { status, testAccuracy, samplesPerSecond, reason } = event;
      // 0: a trainer of the user's own need not tell it.
      return { ...job, status, testAccuracy, samplesPerSecond: samplesPerSecond > 0 ? samplesPerSecond : null, reason };
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
  const score = event.event.score ?? state.score;
  const finished = jobs.filter((job) => job.status === 'finished');
  return {
    ...(score == null ? {} : { score }),
    jobs,
    sinceMs,
    ended: jobs.filter((job) => job.status !== 'running').length,
    samplesPerSecond: meanOf(finished.map((job) => job.samplesPerSecond).filter((rate) => rate !== null)),
  };
}

/** The trainings of a study that is not ending: what was stopped there waits to go on. */
export const goingOn = (state: TrainingState): TrainingState => ({
  ...state,
  jobs: state.jobs.map((job) => (job.status === 'stopped' ? { ...job, status: 'waiting', reason: null } : job)),
});

/** Mean test accuracy of every candidate with a finished training. */
export function meanAccuracies(state: TrainingState): ReadonlyMap<number, number> {
  const found = new Map<number, number[]>();
  for (const { candidate, status, testAccuracy } of state.jobs) {
    if (status !== 'finished' || testAccuracy === null) continue;
    found.set(candidate, [...(found.get(candidate) ?? []), testAccuracy]);
  }
  return new Map([...found].map(([candidate, accuracies]) => [candidate, meanOf(accuracies) ?? 0]));
}
