import type { PlotPoint } from './figure.ts';
import type { judgeBetter } from './judge-claim.ts';
import type { MeanInterval } from './mean-interval.ts';
import type { PaperClaim } from './paper-claim.ts';
import { accuracyOf, differenceOf, type TrainedNetwork, type TrainingMeasure } from './trained-network.ts';

/** The networks of a figure that were trained, as its claims and plots ask for them. */
export interface NamedNetworks {
  /** one network, or none where it is not there at this scale */
  find(name: string): TrainedNetwork[];
  /** of the first less the second, in points; null where one is not there or no seed finished with both */
  difference(name: string, other: string, measure?: TrainingMeasure): MeanInterval | null;
}

export function networksByName(trained: readonly TrainedNetwork[]): NamedNetworks {
  const find = (name: string) => trained.filter((network) => network.name === name);
  return {
    find,
    difference(name, other, measure) {
      const [[a], [b]] = [find(name), find(other)];
      return a === undefined || b === undefined ? null : differenceOf(a, b, measure);
    },
  };
}

/** A claim about accuracies, which the paper has in a figure and prints no number of. */
export const pointsClaim = (claim: string, what: string, found: ReturnType<typeof judgeBetter>): PaperClaim => ({
  ...{ claim, what, ...found, unit: 'points', printed: null },
});

/** A network's accuracy with its interval as a point of a plot; none where no training finished. */
export function accuracyPoint(
  series: string,
  x: number,
  network: TrainedNetwork,
  measure?: TrainingMeasure,
): PlotPoint[] {
  const accuracy = accuracyOf(network, measure);
  return accuracy === null ? [] : [{ series, x, y: accuracy.value, low: accuracy.low, high: accuracy.high }];
}
