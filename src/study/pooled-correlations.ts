import type { Random } from '../base/random.ts';
import { kendallLink, spearmanLink } from '../validation/link.ts';
import type { Observation } from '../validation/observation.ts';
import { outcomesOf } from '../validation/paired-seeds.ts';
import type { PooledCorrelation } from './validation-result.ts';

const BOOTSTRAP = { resamples: 1000, permutations: 99 } as const;

const pooled = (value: number | null, low: number | null, high: number | null): PooledCorrelation =>
  value === null ? { value: 0, low: -1, high: 1 } : { value, low: low ?? -1, high: high ?? 1 };

/** Rank correlations of scatter and accuracy over all candidates: a description that no verdict rests on. */
export function pooledCorrelations(observations: readonly Observation[], random: Random) {
  const outcomes = outcomesOf(observations, 'missing');
  const x = outcomes.map(({ scatter }) => scatter);
  const y = outcomes.map(({ accuracy }) => accuracy);
  const spearman = spearmanLink(x, y, random.fork(1), BOOTSTRAP);
  const kendall = kendallLink(x, y, random.fork(2), BOOTSTRAP);
  return {
    spearman: pooled(spearman.value, spearman.low, spearman.high),
    kendall: pooled(kendall.value, kendall.low, kendall.high),
  };
}
