import type { Entry } from '../../src/pattern/entries.ts';
import type { Pattern } from '../../src/pattern/pattern.ts';
import type { Metric } from '../../src/scatter/metric.ts';

/** Left neurons at the start of every path that ends in `neuron` of layer `to + 1`, walked edge by edge. */
function startsOfPaths(pattern: Pattern, from: number, to: number, neuron: number): number[] {
  if (to < from) return [neuron];
  const sources = pattern.junctions[to - 1];
  const fanIn = sources.length / pattern.layers[to];
  const result: number[] = [];
  for (let e = neuron * fanIn; e < (neuron + 1) * fanIn; e++) {
    result.push(...startsOfPaths(pattern, from, to - 1, sources[e]));
  }
  return result;
}

/** The entry by walking paths one at a time and dividing as the definition is written: an oracle without matrices. */
export function entryByPaths(pattern: Pattern, entry: Entry, metric: Metric): number {
  const { from, to, windows, averaged } = entry;
  const forward = entry.direction === 'forward';
  const counts = Array.from({ length: averaged }, () => new Array<number>(windows.count).fill(0));
  for (let right = 0; right < pattern.layers[to]; right++) {
    for (const left of startsOfPaths(pattern, from, to, right)) {
      const [averagedNeuron, windowed] = forward ? [right, left] : [left, right];
      if (averagedNeuron >= averaged) continue;
      for (let m = windows.starts[windowed]; m < windows.starts[windowed + 1]; m++) {
        counts[averagedNeuron][windows.members[m]]++;
      }
    }
  }
  const rate = entry.rate.numerator / entry.rate.denominator;
  const share = (count: number, w: number) =>
    metric === 'indicator' ? Number(count >= 1) : Math.min(1, count / (rate * windows.sizes[w]));
  const shares = counts.flatMap((row) => row.map(share));
  return shares.reduce((sum, value) => sum + value, 0) / shares.length;
}
