import { max, mean } from 'simple-statistics';
import type { Random } from '../base/random.ts';
import type { Entry } from '../pattern/entries.ts';
import { type Pattern, sortRows } from '../pattern/pattern.ts';
import { scorePattern } from '../scatter/kernel.ts';
import type { Metric } from '../scatter/metric.ts';

/** How much of S is the numbering of hidden neurons: the same networks, called otherwise (definitions §4.7). */
export interface LabelShare {
  /** renumberings of each candidate */
  readonly renumberings: number;
  /** |change of S|, over all candidates and renumberings */
  readonly meanChange: number;
  readonly mostChange: number;
}

/** The same network with every hidden layer's neurons renumbered at random: rows of one junction and columns of the next together. */
export function renumberHidden(pattern: Pattern, random: Random): Pattern {
  const { layers } = pattern;
  const numbers = layers.map((neurons, layer) => {
    const own = Uint32Array.from({ length: neurons }, (_, neuron) => neuron);
    return layer === 0 || layer === layers.length - 1 ? own : random.shuffle(own);
  });
  const junctions = pattern.junctions.map((sources, index) => {
    const [left, right] = [numbers[index], numbers[index + 1]];
    const fanIn = sources.length / right.length;
    const renumbered = new Uint32Array(sources.length);
    for (let edge = 0; edge < sources.length; edge++) {
      renumbered[right[Math.floor(edge / fanIn)] * fanIn + (edge % fanIn)] = left[sources[edge]];
    }
    sortRows(renumbered, right.length, fanIn);
    return renumbered;
  });
  return { ...pattern, junctions };
}

/** Null where there is no hidden layer, or no pattern. */
export function labelShare(
  patterns: Iterable<Pattern>,
  entries: readonly Entry[],
  metric: Metric,
  random: Random,
  renumberings = 4,
): LabelShare | null {
  const changes: number[] = [];
  let place = 0;
  for (const pattern of patterns) {
    if (pattern.layers.length < 3) return null;
    const before = scorePattern(pattern, entries, metric).scatter;
    for (let draw = 0; draw < renumberings; draw++) {
      const other = renumberHidden(pattern, random.fork(place, draw));
      changes.push(Math.abs(scorePattern(other, entries, metric).scatter - before));
    }
    place++;
  }
  if (changes.length === 0) return null;
  return { renumberings, meanChange: mean(changes), mostChange: max(changes) };
}
