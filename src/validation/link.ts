import type { Random } from '../base/random.ts';
import { kendallTauB, spearman, spearmanOver } from './correlation.ts';
import { bootstrapInterval, permutationP, spearmanPermutationP } from './resampling.ts';

/** A correlation with its bootstrap interval (95 %, over candidates) and two-sided permutation p; all null where undefined. */
export interface Correlation {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly p: number | null;
  /** why it is null, in a few words; null where it is not */
  readonly reason: string | null;
}

export interface Effort {
  readonly resamples: number;
  readonly permutations: number;
}

/** With fewer candidates than this a correlation says nothing. */
const LEAST_CANDIDATES = 4;

const undefinedCorrelation = (reason: string): Correlation => ({
  value: null,
  low: null,
  high: null,
  p: null,
  reason,
});

/** Why x and y have no correlation, or null where they have one. */
function undefinedReason(x: readonly number[], y: readonly number[]): string | null {
  if (x.length < LEAST_CANDIDATES) return `needs at least ${LEAST_CANDIDATES} candidates; there are ${x.length}`;
  if (x.every((value) => value === x[0])) return 'all candidates have the same value';
  return y.every((value) => value === y[0]) ? 'all candidates have the same accuracy' : null;
}

export function spearmanLink(x: readonly number[], y: readonly number[], random: Random, effort: Effort): Correlation {
  const reason = undefinedReason(x, y);
  if (reason !== null) return undefinedCorrelation(reason);
  const interval = bootstrapInterval(x.length, spearmanOver(x, y), random.fork(1), effort);
  const p = spearmanPermutationP(x, y, random.fork(2), effort);
  return { value: spearman(x, y), low: interval?.low ?? null, high: interval?.high ?? null, p, reason: null };
}

export function kendallLink(x: readonly number[], y: readonly number[], random: Random, effort: Effort): Correlation {
  const reason = undefinedReason(x, y);
  if (reason !== null) return undefinedCorrelation(reason);
  const drawn = (items: readonly number[]) =>
    kendallTauB(
      items.map((item) => x[item]),
      items.map((item) => y[item]),
    );
  const interval = bootstrapInterval(x.length, drawn, random.fork(1), effort);
  const permuted = (items: readonly number[]) =>
    kendallTauB(
      x,
      items.map((item) => y[item]),
    );
  const p = permutationP(x.length, permuted, random.fork(2), effort);
  return { value: kendallTauB(x, y), low: interval?.low ?? null, high: interval?.high ?? null, p, reason: null };
}
