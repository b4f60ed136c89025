import { mean, sampleStandardDeviation } from 'simple-statistics';
import { InvalidValueError } from '../base/caller-errors.ts';
import type { Random } from '../base/random.ts';
import { type Architecture, type JunctionSize, junctionSizes } from '../pattern/architecture.ts';
import type { Entry } from '../pattern/entries.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { scorePattern } from './kernel.ts';
import { shareScale } from './mean-share.ts';
import type { Metric } from './metric.ts';

/** What random patterns score on average. */
interface RandomLevel {
  readonly value: number;
  /** standard error of `value`; 0 where it is exact */
  readonly error: number;
  readonly source: 'exact' | 'sampled';
}

export interface RandomLevels {
  /** one per entry */
  readonly vector: readonly RandomLevel[];
  /** of S, the minimum of the vector */
  readonly scatter: RandomLevel;
  readonly samples: number;
}

/**
 * P(c of `drawn` distinct items are among `marked` of `items`), for c = 0 … marked. Neighbouring ratios outward from the mode,
 * then normalised: nothing under- or overflows, however large the numbers.
 */
export function hypergeometric(items: number, marked: number, drawn: number): Float64Array {
  const probabilities = new Float64Array(marked + 1);
  const least = Math.max(0, drawn + marked - items);
  const most = Math.min(marked, drawn);
  const mode = Math.min(most, Math.max(least, Math.floor(((drawn + 1) * (marked + 1)) / (items + 2))));
  /** P(c + 1) / P(c) */
  const ratio = (c: number) => ((marked - c) * (drawn - c)) / ((c + 1) * (items - marked - drawn + c + 1));
  probabilities[mode] = 1;
  for (let c = mode; c < most; c++) probabilities[c + 1] = probabilities[c] * ratio(c);
  for (let c = mode - 1; c >= least; c--) probabilities[c] = probabilities[c + 1] / ratio(c);
  const total = probabilities.reduce((sum, p) => sum + p, 0);
  return probabilities.map((p) => p / total);
}

/** Degrees of the averaged neurons and how probable each is: two where they are balanced left neurons. */
function averagedDegrees({ direction }: Entry, size: JunctionSize): { degree: number; probability: number }[] {
  if (direction === 'forward') return [{ degree: size.fanIn, probability: 1 }];
  const more = size.fanOut - size.leastFanOut;
  return [
    { degree: size.leastFanOut, probability: 1 - more },
    { degree: size.mostFanOut, probability: more },
  ].filter(({ probability }) => probability > 0);
}

/**
 * Expected value of an entry of one junction over uniformly random patterns; null for a longer span.
 * Renumbering neurons leaves that distribution as it is, so a neuron's neighbours are a uniformly random set of f of the N on the
 * other side, and a window of B of them is reached c times with hypergeometric probability; for `indicator` that gives
 * 1 − C(N−B, f)/C(N, f). A left neuron of balanced degrees has ⌈W/N⌉ edges with the probability W/N − ⌊W/N⌋, else ⌊W/N⌋.
 */
export function exactRandomLevel(
  entry: Entry,
  architecture: Pick<Architecture, 'layers' | 'fanOuts'>,
  metric: Metric,
): number | null {
  if (entry.vacuousUnder[metric]) return 1;
  if (entry.from !== entry.to) return null;
  const { windows } = entry;
  const degrees = averagedDegrees(entry, junctionSizes(architecture)[entry.from - 1]);
  const scale = shareScale(entry, metric);
  const expected = new Map<number, number>();
  let total = 0;
  for (let w = 0; w < windows.count; w++) {
    const size = windows.sizes[w];
    let share = expected.get(size);
    if (share === undefined) {
      const { need, unit } = scale.classes[scale.classOf[w]];
      share = 0;
      for (const { degree, probability } of degrees) {
        const probabilities = hypergeometric(windows.neurons, size, degree);
        share +=
          probability * probabilities.reduce((sum, p, count) => sum + (p * Math.min(need, count * unit)) / need, 0);
      }
      expected.set(size, share);
    }
    total += share;
  }
  return total / windows.count;
}

function sampledLevel(values: readonly number[]): RandomLevel {
  const error = sampleStandardDeviation([...values]) / Math.sqrt(values.length);
  return { value: mean([...values]), error, source: 'sampled' };
}

/**
 * The level of random patterns for every entry and for S: in closed form for single junctions, else the mean over samples.
 * @param sample draws one random pattern; sample i gets `random.fork(i)`
 * @throws RangeError for fewer than 2 samples
 */
export function randomLevels(
  entries: readonly Entry[],
  architecture: Pick<Architecture, 'layers' | 'fanOuts'>,
  metric: Metric,
  sample: (random: Random) => Pattern,
  random: Random,
  samples: number,
): RandomLevels {
  if (!Number.isSafeInteger(samples) || samples < 2)
    throw new InvalidValueError(`expected at least 2 samples; got ${samples}`);
  const scores = Array.from({ length: samples }, (_, i) => scorePattern(sample(random.fork(i)), entries, metric));
  const vector = entries.map((entry, index): RandomLevel => {
    const exact = exactRandomLevel(entry, architecture, metric);
    if (exact !== null) return { value: exact, error: 0, source: 'exact' };
    return sampledLevel(scores.map((score) => score.vector[index]));
  });
  return { vector, scatter: sampledLevel(scores.map((score) => score.scatter)), samples };
}
