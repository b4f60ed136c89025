import { mean, sum } from 'simple-statistics';
import { midRanks } from './correlation.ts';
import { fQuantile } from './distributions.ts';
import type { Observation } from './observation.ts';

/** The highest correlation with accuracies so noisy that can be expected even of the truth; with its 95 % interval. */
export interface Ceiling {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** why nothing is known, so that the ceiling is 1 (0 to 1); null where something is */
  readonly reason: string | null;
}

/** How repeatable accuracies are, from a two-way analysis of variance, candidates × seeds, within families. */
export interface Repeatability {
  /** ICC(3,1) and ICC(3,k) (Shrout & Fleiss 1979): share of the variance of one training, and of a mean over all seeds, that is the pattern's */
  readonly icc: number;
  readonly reliability: number;
  /** accuracy points: between trainings of one candidate, and between patterns of one family */
  readonly trainingSd: number;
  readonly patternSd: number;
}

const unknown = (reason: string): Ceiling => ({ value: 1, low: 0, high: 1, reason });

interface CompleteBlock {
  readonly families: readonly string[];
  /** one row a candidate, one column a seed, nothing missing */
  readonly rows: readonly (readonly number[])[];
}

const finishedSeeds = ({ accuracies }: Observation) =>
  accuracies.flatMap((accuracy, seed) => (typeof accuracy === 'number' ? [seed] : []));

/** Candidates that share as many seeds as any two do, and those seeds: the largest block without a hole, seeds counting first. */
function completeBlock(observations: readonly Observation[]): CompleteBlock | null {
  const counts = new Map<number, number>();
  for (const observation of observations)
    for (const seed of finishedSeeds(observation)) counts.set(seed, (counts.get(seed) ?? 0) + 1);
  const seeds = [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || a - b);
  for (let columns = seeds.length; columns >= 2; columns--) {
    const chosen = seeds.slice(0, columns);
    const members = observations.filter(({ accuracies }) =>
      chosen.every((seed) => typeof accuracies[seed] === 'number'),
    );
    if (members.length < 2) continue;
    return {
      families: members.map(({ family }) => family),
      rows: members.map(({ accuracies }) => chosen.map((seed) => accuracies[seed] as number)),
    };
  }
  return null;
}

/** Values with the mean of their family taken off. */
export function withoutFamilyMeans(values: readonly number[], families: readonly string[]): number[] {
  const byFamily = new Map<string, number[]>();
  for (const [index, family] of families.entries())
    byFamily.set(family, [...(byFamily.get(family) ?? []), values[index]]);
  const means = new Map([...byFamily].map(([family, own]) => [family, mean(own)]));
  return values.map((value, index) => value - (means.get(families[index]) ?? 0));
}

interface Variance {
  /** mean squares between candidates, and of the rest */
  readonly signal: number;
  readonly noise: number;
  /** degrees of freedom of the two */
  readonly between: number;
  readonly within: number;
  readonly seeds: number;
}

/**
 * Two-way analysis of variance, candidates × seeds, with the family means of each seed taken off.
 * @param scale of the values of one seed: ranks, or the values themselves
 */
function analyse(
  { families, rows }: CompleteBlock,
  scale: (values: readonly number[]) => readonly number[],
): Variance | null {
  const seeds = rows[0].length;
  const columns = Array.from({ length: seeds }, (_, seed) =>
    withoutFamilyMeans(scale(rows.map((row) => row[seed])), families),
  );
  const between = rows.length - new Set(families).size;
  if (between < 2) return null;
  const means = rows.map((_, row) => mean(columns.map((column) => column[row])));
  const within = between * (seeds - 1);
  const signal = (seeds * sum(means.map((value) => value ** 2))) / between;
  const noise = sum(columns.map((column) => sum(column.map((value, row) => (value - means[row]) ** 2)))) / within;
  return signal === 0 && noise === 0 ? null : { signal, noise, between, within, seeds };
}

/** Spearman–Brown: reliability of the mean over `seeds` trainings (not necessarily whole) from that of one. */
const reliabilityOf = (icc: number, seeds: number) => (seeds * icc) / (1 + (seeds - 1) * icc);

const iccOf = (ratio: number, seeds: number) =>
  ratio === Number.POSITIVE_INFINITY ? 1 : Math.max(0, (ratio - 1) / (ratio + seeds - 1));

/**
 * √ICC(3,k): two-way, since seeds are crossed with candidates, on ranks within seeds with family means taken off, since scatter is
 * compared within families; with its F interval. Candidates with fewer seeds than others count by the harmonic mean of all seeds
 * (Spearman–Brown). Without a second seed nothing is known and the ceiling is 1 (0 to 1).
 */
export function noiseCeiling(observations: readonly Observation[]): Ceiling {
  const trained = observations.map(finishedSeeds).filter((seeds) => seeds.length > 0);
  const block = completeBlock(observations);
  if (block === null) return unknown('no two candidates share two seeds');
  const variance = analyse(block, midRanks);
  if (variance === null) return unknown('too few candidates of one family share two seeds');
  const { signal, noise, between, within, seeds } = variance;
  const average = trained.length / sum(trained.map((own) => 1 / own.length));
  const ceilingOf = (ratio: number) => Math.sqrt(reliabilityOf(iccOf(ratio, seeds), average));
  const ratio = noise === 0 ? Number.POSITIVE_INFINITY : signal / noise;
  // E[1/F] exceeds what it estimates by between/(between − 2): without this the ceiling of small studies is too low by a tenth.
  const unbiased = between > 2 ? (ratio * between) / (between - 2) : ratio;
  return {
    value: ceilingOf(unbiased),
    low: ceilingOf(ratio / fQuantile(0.975, between, within)),
    high: ceilingOf(ratio * fQuantile(0.975, within, between)),
    reason: null,
  };
}

/** Null where no two candidates of one family share two seeds. Fractions; spreads in accuracy points. */
export function repeatability(observations: readonly Observation[]): Repeatability | null {
  const block = completeBlock(observations);
  const variance = block === null ? null : analyse(block, (values) => values);
  if (variance === null) return null;
  const { signal, noise, seeds } = variance;
  return {
    icc: (signal - noise) / (signal + (seeds - 1) * noise),
    reliability: signal === 0 ? 0 : (signal - noise) / signal,
    trainingSd: 100 * Math.sqrt(noise),
    patternSd: 100 * Math.sqrt(Math.max(0, (signal - noise) / seeds)),
  };
}
