import { scoreAsFraction } from '../base/score.ts';
import type { CandidateRecord, EvaluationRecord, Store, StudyRecord } from '../store/index.ts';
import type { Accuracy, Observation } from '../validation/observation.ts';

/** What is to be judged; 'told': the value itself, in its own unit and direction. */
export type ScoreScale = 'judged' | 'told';

function accuracyOf({ status, testAccuracy, score }: EvaluationRecord, scale: ScoreScale): Accuracy {
  if (status === 'diverged') return 'diverged';
  if (status !== 'finished' || testAccuracy === null) return null;
  return scale === 'told' ? testAccuracy : scoreAsFraction(testAccuracy, score);
}

/** Accuracies of some candidates by seed, in the order of the seeds given; other scores as `scoreAsFraction` has them, unless as told. */
export function observationsBySeed(
  evaluations: readonly EvaluationRecord[],
  candidates: readonly CandidateRecord[],
  seeds: readonly number[],
  scale: ScoreScale = 'judged',
): Observation[] {
  const places = new Map(seeds.map((seed, place) => [seed, place]));
  const byCandidate = new Map(candidates.map(({ number }) => [number, new Array<Accuracy>(seeds.length).fill(null)]));
  for (const evaluation of evaluations) {
    const own = byCandidate.get(evaluation.candidate);
    const place = places.get(evaluation.seed);
    if (own !== undefined && place !== undefined) own[place] = accuracyOf(evaluation, scale);
  }
  return candidates.map(({ number, family, scatter }) => ({
    ...{ candidate: number, family, scatter },
    accuracies: byCandidate.get(number) ?? [],
  }));
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
  return observationsBySeed(
    evaluations,
    candidates,
    Array.from({ length: seeds }, (_, index) => index + 1),
  );
}
