import type { CandidateRecord, EvaluationRecord, Store, StudyRecord } from '../store/index.ts';
import type { Accuracy, Observation } from '../validation/observation.ts';

function accuracyOf({ status, testAccuracy }: EvaluationRecord): Accuracy {
  if (status === 'diverged') return 'diverged';
  return status === 'finished' ? testAccuracy : null;
}

/** What was trained of some candidates, in the order of seeds 1, 2, …. */
export function observationsOf(
  store: Store,
  study: StudyRecord,
  candidates: readonly CandidateRecord[],
  digest: string,
): Observation[] {
  const evaluations = store.evaluations(study.id, { settingsDigest: digest });
  const seeds = Math.max(1, ...evaluations.map(({ seed }) => seed));
  const byCandidate = new Map(candidates.map(({ number }) => [number, new Array<Accuracy>(seeds).fill(null)]));
  for (const evaluation of evaluations) {
    const own = byCandidate.get(evaluation.candidate);
    if (own !== undefined) own[evaluation.seed - 1] = accuracyOf(evaluation);
  }
  return candidates.map(({ number, family, scatter }) => ({
    ...{ candidate: number, family, scatter },
    accuracies: byCandidate.get(number) ?? [],
  }));
}
