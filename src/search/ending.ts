import type { SearchEnding, SearchRequest } from './events.ts';
import { TARGET_TOLERANCE } from './strategy.ts';

/** Rounds after which a search counts as having nothing left to find: candidates came in all of them, and none was new. */
const MOST_IDLE_ROUNDS = 256;

/** Rounds in which no candidate came at all, after which none is expected any more. A strategy may work long on one candidate. */
const MOST_EMPTY_ROUNDS = 100_000;

/** What must pass since the last better candidate before a search with a budget by time, whose best is certified, is settled. */
export const SETTLED_SECONDS = 60;
export const SETTLED_CANDIDATES = 20_000;

/** What a search may end by, as it was asked for. */
export interface EndingRules extends Pick<SearchRequest, 'budget' | 'untilOptimal' | 'patience' | 'goOn'> {
  /** wanted S, or null for the highest */
  readonly target: number | null;
  /** how many patterns there are; null for many */
  readonly patterns: number | null;
}

/** The best candidate, as far as endings go. */
export interface BestScore {
  readonly scatter: number;
  /** whether it, or another of the same S, is certified: no pattern scores higher. Looked at only where the search is to end so */
  readonly isOptimal: boolean;
}

/** Where a search stands between two rounds. */
export interface SearchStanding {
  /** null before the first candidate */
  readonly best: BestScore | null;
  /** rounds done */
  readonly round: number;
  readonly evaluated: number;
  readonly seconds: number;
  /** candidates since the best one */
  readonly sinceBest: number;
  /** seconds since the best one was found */
  readonly secondsSinceBest: number;
  /** rounds since the last new candidate in which candidates came, and in which none came */
  readonly idleRounds: number;
  readonly emptyRounds: number;
}

/** Whether nothing better than the best is wanted; a wanted scatter goes before the highest. */
export function goalReached(
  { target, untilOptimal }: Pick<EndingRules, 'target' | 'untilOptimal'>,
  best: BestScore | null,
): 'target' | 'optimal' | null {
  if (best === null) return null;
  if (target !== null && Math.abs(best.scatter - target) <= TARGET_TOLERANCE) return 'target';
  return untilOptimal && best.isOptimal ? 'optimal' : null;
}

/**
 * Whether a search may end as settled once its best is certified: its budget is a time, and nothing better in the whole order came
 * for long. A budget by number is always done in full, so that it ends alike everywhere.
 */
export function maySettle(
  { budget, target, goOn = false }: EndingRules,
  { sinceBest, secondsSinceBest }: Pick<SearchStanding, 'sinceBest' | 'secondsSinceBest'>,
): boolean {
  if (budget.kind !== 'time' || goOn || target !== null) return false;
  return sinceBest >= SETTLED_CANDIDATES && secondsSinceBest >= SETTLED_SECONDS;
}

/** Why a search is over after the rounds so far, or null where it goes on. Where several reasons hold, the first of this order. */
export function endingOf(rules: EndingRules, standing: SearchStanding): Exclude<SearchEnding, 'aborted'> | null {
  const { budget, patterns, patience = Number.POSITIVE_INFINITY } = rules;
  const { best, round, evaluated, seconds, sinceBest, idleRounds, emptyRounds } = standing;
  const reached = goalReached(rules, best);
  if (reached !== null) return reached;
  if (patterns !== null && evaluated >= patterns) return 'all-found';
  // A time that start-up alone used up still allows one round.
  const isSpent =
    budget.kind === 'candidates' ? evaluated >= budget.candidates : round > 0 && seconds >= budget.seconds;
  if (isSpent) return 'budget';
  if (sinceBest >= patience) return 'no-improvement';
  if (best?.isOptimal && maySettle(rules, standing)) return 'settled';
  if (idleRounds >= MOST_IDLE_ROUNDS) return 'exhausted';
  return emptyRounds >= MOST_EMPTY_ROUNDS ? 'nothing-made' : null;
}
