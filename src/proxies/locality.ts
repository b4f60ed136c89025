import { type Architecture, type JunctionSize, junctionSizes, type LayerShape } from '../pattern/architecture.ts';
import { rowsOfLeft } from './adjacency.ts';
import { defineProxy } from './proxy.ts';

/**
 * Places of a layer's neurons along its axes, in neurons: one axis for [n], rows and columns for [height, width] and
 * [height, width, channels]. Channels have no order, so they are no axis.
 */
export function positions(shape: LayerShape): Float64Array[] {
  const [height, width, channels = 1] = shape as readonly number[];
  if (width === undefined) return [Float64Array.from({ length: height }, (_, n) => n)];
  const neurons = height * width * channels;
  return [
    Float64Array.from({ length: neurons }, (_, n) => Math.floor(n / (channels * width))),
    Float64Array.from({ length: neurons }, (_, n) => Math.floor(n / channels) % width),
  ];
}

/**
 * Unbiased variance (by count − 1) of the places of neurons[from … to − 1], summed over the axes. Summed by hand, here and in
 * `mean`: locality ranks candidates, so a stored study must find the same bits again.
 */
function variance(axes: readonly Float64Array[], neurons: Uint32Array, from: number, to: number): number {
  let total = 0;
  for (const axis of axes) {
    let sum = 0;
    for (let e = from; e < to; e++) sum += axis[neurons[e]];
    const mean = sum / (to - from);
    for (let e = from; e < to; e++) total += (axis[neurons[e]] - mean) ** 2;
  }
  return total / (to - from - 1);
}

/**
 * Mean variance of the places of a neuron's neighbours, relative to that of all neurons of their layer: half the mean squared
 * distance between two neighbours, over half of that between any two neurons. A random choice of neighbours has 1 in expectation,
 * exactly, whatever the degree and shape; a run of d among n about (d/n)².
 * @param table neighbours, row after row; of the first `averaged` rows those count that have two neighbours or more
 * @param degree of all rows, or, where they differ, the place where each starts, and the last one ends
 * @returns null where no neuron has two neighbours, or all places are the same
 */
export function relativeSpread(
  table: Uint32Array,
  degree: number | Uint32Array,
  averaged: number,
  shape: LayerShape,
): number | null {
  const startOf = typeof degree === 'number' ? (n: number) => n * degree : (n: number) => degree[n];
  const axes = positions(shape);
  const everyone = Uint32Array.from(axes[0], (_, neuron) => neuron);
  const whole = variance(axes, everyone, 0, everyone.length);
  if (whole === 0) return null;
  let [sum, counted] = [0, 0];
  for (let n = 0; n < averaged; n++) {
    if (startOf(n + 1) - startOf(n) < 2) continue;
    sum += variance(axes, table, startOf(n), startOf(n + 1));
    counted++;
  }
  return counted === 0 ? null : sum / counted / whole;
}

export interface JunctionLocality {
  /** spread of the sources of the real right neurons over the left layer */
  readonly forward: number | null;
  /** spread of the targets of the real left neurons over the right layer */
  readonly backward: number | null;
}

export function junctionLocality(
  sources: Uint32Array,
  size: JunctionSize,
  architecture: Architecture,
): JunctionLocality {
  const { number, left, right, fanIn } = size;
  const targets = rowsOfLeft(sources, size);
  const realLeft = number === 1 ? architecture.usedInputs : left;
  const realRight = number === architecture.fanOuts.length ? architecture.usedOutputs : right;
  return {
    forward: relativeSpread(sources, fanIn, realRight, architecture.shapes[number - 1]),
    backward: relativeSpread(targets.members, targets.starts, realLeft, architecture.shapes[number]),
  };
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/**
 * Spread of neighbourhoods along the layers, 1 at random: a junction's value is the mean of both directions, the pattern's the mean
 * of its junctions. It follows the numbers of hidden neurons, which the network does not: compare patterns of one family, or the
 * forward direction of the first junction.
 */
export const locality = defineProxy({
  name: 'locality',
  summary: 'spread of the neighbours of a neuron along their layer, relative to random',
  source:
    'Local receptive fields (LeCun et al. 1989, doi 10.1162/neco.1989.1.4.541), whose claim "lower" stands for; the measure is ours: variance of places over that of the layer',
  better: 'lower',
  unit: 'ratio of variances from 0; 1: random; local far below; above 1: spread more than random',
  cost: 'two passes over the edges in each direction',
  invariant: false,
  measure: (pattern, architecture) => {
    const sizes = junctionSizes(pattern);
    const both = sizes.map((size, i) => junctionLocality(pattern.junctions[i], size, architecture));
    const junctions = both.map(({ forward, backward }) => mean([forward, backward]));
    const value = mean(junctions);
    const reason = value === null ? 'No neuron has two neighbours at different places.' : null;
    return { value, junctions, reason };
  },
});
