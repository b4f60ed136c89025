import { failure, type Outcome, success } from '../base/failure.ts';
import type { CandidateRecord, Store, StudyRecord } from '../store/index.ts';
import { rankedCandidates } from './leaderboard.ts';

/** What the first candidate in the study's order is called. */
export const BEST = 'best';

/**
 * A candidate as a user names it: "best", its number, or the start of its fingerprint.
 * Failures 'no-candidate', 'no-such-candidate', 'ambiguous-candidate'.
 */
export function findCandidate(store: Store, study: StudyRecord, name: string): Outcome<CandidateRecord> {
  if (name.trim().toLowerCase() !== BEST) return store.findCandidate(study, name);
  const [best] = rankedCandidates(store, study, { limit: 1 });
  if (best !== undefined) return success(best);
  const nextStep = `Let its search go on: scattershot search --resume ${study.name}`;
  return failure('no-candidate', `study "${study.name}" keeps no candidate yet`, nextStep);
}
