import type { RunsOn, TrainingEvent, TrainingJob } from '../trainer.ts';

/** The result of a job that no training could give one. */
export function resultWithout(
  job: TrainingJob,
  runsOn: RunsOn,
  status: 'stopped' | 'failed',
  reason: string,
): Extract<TrainingEvent, { kind: 'result' }> {
  const nothing = { testAccuracy: null, bestEpoch: null, samplesPerSecond: 0, durationMs: 0 };
  return { kind: 'result', job: job.id, ...runsOn, status, reason, ...nothing };
}
