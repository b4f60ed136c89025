import { mean, sampleVariance } from 'simple-statistics';
import { Random } from '../../src/base/random.ts';
import { kendallTauB } from '../../src/validation/correlation.ts';
import { bootstrapInterval, type Interval } from '../../src/validation/resampling.ts';

/** Test accuracies as fractions, by candidate, then seed. */
export type Accuracies = readonly (readonly number[])[];

const meansOf = (accuracies: Accuracies) => accuracies.map((seeds) => mean([...seeds]));

const seedOf = (accuracies: Accuracies, seed: number) => accuracies.map((seeds) => seeds[seed]);

const seedsOf = (accuracies: Accuracies) => accuracies[0].map((_, seed) => seed);

const meanTau = (taus: readonly (number | null)[]) => {
  const known = taus.filter((tau) => tau !== null);
  return known.length === 0 ? null : mean(known);
};

/** Mean, and deviations: of candidates' means over seeds, and of one candidate's seeds once what a seed does to all is taken off. */
export function summaryOf(accuracies: Accuracies): { mean: number; between: number; within: number } {
  const means = meansOf(accuracies);
  const all = mean(means);
  const ofSeed = seedsOf(accuracies).map((seed) => mean(seedOf(accuracies, seed)) - all);
  const rest = accuracies.flatMap((seeds, place) => seeds.map((value, seed) => value - means[place] - ofSeed[seed]));
  const free = (accuracies.length - 1) * (ofSeed.length - 1);
  const within = Math.sqrt(rest.reduce((sum, value) => sum + value * value, 0) / free);
  return { mean: all, between: Math.sqrt(sampleVariance(means)), within };
}

/** How much one seed's ranking of candidates agrees with another's: mean Kendall τ-b over pairs of seeds. */
export const repeatability = (accuracies: Accuracies): number | null =>
  meanTau(
    seedsOf(accuracies).flatMap((first) =>
      seedsOf(accuracies)
        .slice(first + 1)
        .map((second) => kendallTauB(seedOf(accuracies, first), seedOf(accuracies, second))),
    ),
  );

export interface RankingAgreement {
  /** Kendall τ-b of candidates' means over seeds */
  readonly tau: number | null;
  /** 95 %, candidates resampled */
  readonly interval: Interval | null;
  /** mean τ-b of one way's single seeds against other seeds of the other: to be set beside `repeatability` */
  readonly crossed: number | null;
}

/** How much two ways of training rank the same candidates alike. */
export function agreementOf(one: Accuracies, other: Accuracies): RankingAgreement {
  const [x, y] = [meansOf(one), meansOf(other)];
  const over = (items: readonly number[]) =>
    kendallTauB(
      items.map((item) => x[item]),
      items.map((item) => y[item]),
    );
  const crossed = seedsOf(one).flatMap((first) =>
    seedsOf(other)
      .filter((second) => second !== first)
      .map((second) => kendallTauB(seedOf(one, first), seedOf(other, second))),
  );
  return {
    tau: kendallTauB(x, y),
    interval: bootstrapInterval(x.length, over, Random.fromSeed(1)),
    crossed: meanTau(crossed),
  };
}
