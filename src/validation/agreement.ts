import { mean, sum } from 'simple-statistics';
import { studentQuantile } from './distributions.ts';
import type { FamilyPairs } from './family-pairs.ts';

/** Fewer families than this cannot be said to agree. */
export const LEAST_FAMILIES = 3;

/** One-sided level of t. */
const LEVEL = 0.975;

/** Slope of accuracy on scatter in one family, by least squares, and how well the family determines it. */
interface FamilySlope {
  readonly slope: number;
  /** Σ(S − mean)² */
  readonly spread: number;
  /** Σ of squared residuals about the family's own line, and their degrees of freedom */
  readonly residual: number;
  readonly degrees: number;
}

function familySlope({ scatter, accuracy }: FamilyPairs): FamilySlope {
  const [s, a] = [Array.from(scatter), Array.from(accuracy)];
  const [centreS, centreA] = [mean(s), mean(a)];
  const spread = sum(s.map((value) => (value - centreS) ** 2));
  const slope = sum(s.map((value, i) => (value - centreS) * (a[i] - centreA))) / spread;
  const residual = sum(s.map((value, i) => (a[i] - centreA - slope * (value - centreS)) ** 2));
  return { slope, spread, residual, degrees: s.length - 2 };
}

/** What families say together about the slope of accuracy on scatter. */
export interface Agreement {
  /** mean slope over families, accuracy per unit of scatter */
  readonly slope: number;
  /** standard deviation of the families' true slopes, 0 where noise alone explains how they differ */
  readonly between: number;
  /** number of families, each counted by how much it says */
  readonly effective: number;
  /** |slope| over its standard error, and what it must exceed */
  readonly ratio: number;
  readonly needed: number;
  readonly agree: boolean;
}

/** Below any variance of accuracies: families on which every line fits exactly still have weights. */
const LEAST_VARIANCE = 1e-30;

/**
 * Whether families agree on a slope: random-effects meta-analysis of their least-squares slopes (DerSimonian & Laird 1986). The mean
 * slope must exceed t times its standard error, in which the spread between families counts in full, so that a mean over families
 * of both signs, or one that a single family carries, is no claim. Degrees of freedom are those of the effective number of
 * families (Kish), so that a family with hardly any range of scatter counts for hardly anything. Departure from the plain t test
 * over families: where noise alone explains the differences, the known noise is used, which costs less power.
 * @returns null with fewer than three families
 */
export function familyAgreement(families: readonly FamilyPairs[]): Agreement | null {
  const slopes = families.map(familySlope);
  if (slopes.length < LEAST_FAMILIES) return null;
  const degrees = sum(slopes.map((family) => Math.max(0, family.degrees)));
  const noise = degrees === 0 ? 0 : sum(slopes.map(({ residual }) => residual)) / degrees;
  const variances = slopes.map(({ spread }) => Math.max(noise, LEAST_VARIANCE) / spread);
  const weights = variances.map((variance) => 1 / variance);
  const total = sum(weights);
  const squares = sum(weights.map((weight) => weight ** 2));
  const effective = total ** 2 / squares;
  const fixed = sum(slopes.map(({ slope }, f) => weights[f] * slope)) / total;
  const heterogeneity = sum(slopes.map(({ slope }, f) => weights[f] * (slope - fixed) ** 2));
  const between = Math.max(0, (heterogeneity - (slopes.length - 1)) / (total - squares / total));
  const random = variances.map((variance) => 1 / (variance + between));
  const slope = sum(slopes.map((family, f) => random[f] * family.slope)) / sum(random);
  const ratio = Math.abs(slope) * Math.sqrt(sum(random));
  const needed = studentQuantile(LEVEL, Math.max(1, effective - 1));
  return { slope, between: Math.sqrt(between), effective, ratio, needed, agree: effective >= 2 && ratio > needed };
}
