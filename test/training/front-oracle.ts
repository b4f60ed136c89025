import type { Pattern } from '../../src/pattern/pattern.ts';
import { type BlockSize, blockSizes, type Front } from '../../src/training/fronts.ts';
import type { JunctionWeights } from '../../src/training/trainer.ts';
import type { BlockWeights } from '../../src/training/weights.ts';

/**
 * A front and the junctions behind it in float64, forward only and by the plainest loops there are. Gradients are differences of its
 * loss, so that no derivative of ours is checked by another of ours.
 */

export interface FrontNet {
  readonly front: Front;
  readonly pattern: Pattern;
}

/** Every number that is learned: for each block filter, shift, scale (or nothing); then for each junction weights, biases. */
export type Parameters = readonly Float64Array[];

export function parametersOf(blocks: readonly BlockWeights[], junctions: readonly JunctionWeights[]): Parameters {
  const none = new Float32Array(0);
  const lists = [
    ...blocks.flatMap(({ filter, shift, scale }) => [filter, shift, scale ?? none]),
    ...junctions.flatMap(({ weights, biases }) => [weights, biases]),
  ];
  return lists.map((values) => Float64Array.from(values));
}

type Images = readonly (readonly Float64Array[])[];

/** One image as a list of its places, row by row, each with its channels. */
function placesOf(values: Float32Array, image: number, { height, width, channels }: Front['input']): Float64Array[] {
  const start = image * height * width * channels;
  return Array.from({ length: height * width }, (_, place) =>
    Float64Array.from(values.subarray(start + place * channels, start + (place + 1) * channels)),
  );
}

function convolved(image: readonly Float64Array[], filter: Float64Array, size: BlockSize): Float64Array[] {
  const { height, width, inChannels, filterSize, filters } = size;
  const reach = (filterSize - 1) / 2;
  return image.map((_, place) => {
    const out = new Float64Array(filters);
    const row = Math.floor(place / width);
    const column = place % width;
    for (let y = 0; y < filterSize; y++) {
      for (let x = 0; x < filterSize; x++) {
        const fromRow = row + y - reach;
        const fromColumn = column + x - reach;
        if (fromRow < 0 || fromRow >= height || fromColumn < 0 || fromColumn >= width) continue;
        const from = image[fromRow * width + fromColumn];
        for (let k = 0; k < inChannels; k++) {
          for (let f = 0; f < filters; f++) {
            out[f] += from[k] * filter[((y * filterSize + x) * inChannels + k) * filters + f];
          }
        }
      }
    }
    return out;
  });
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** By the batch's own mean and variance, ε = 0.001. */
function normalised(images: Images, channel: number): (value: number) => number {
  const values = images.flatMap((image) => image.map((place) => place[channel]));
  const centre = mean(values);
  const variance = mean(values.map((value) => (value - centre) ** 2));
  return (value) => (value - centre) / Math.sqrt(variance + 1e-3);
}

/** ReLU first and pooling after, as the paper has it. */
function activated(image: readonly Float64Array[], { width, pool }: BlockSize): Float64Array[] {
  const open = image.map((place) => place.map((value) => Math.max(0, value)));
  if (!pool) return open;
  const highest = (...places: number[]) => open[places[0]].map((_, c) => Math.max(...places.map((at) => open[at][c])));
  const corners = open
    .map((_, place) => place)
    .filter((place) => Math.floor(place / width) % 2 === 0 && (place % width) % 2 === 0);
  return corners.map((at) => highest(at, at + 1, at + width, at + width + 1));
}

function throughBlock(images: Images, size: BlockSize, parameters: Parameters): Images {
  const [filter, shift, scale] = parameters;
  const values = images.map((image) => convolved(image, filter, size));
  const moved = shift.length === scale.length ? [...shift.keys()].map((channel) => normalised(values, channel)) : null;
  return values.map((image) => {
    const shifted = image.map((place) =>
      place.map((value, c) => (moved === null ? value : scale[c] * moved[c](value)) + shift[c]),
    );
    return activated(shifted, size);
  });
}

/** @returns values of the first layer, of every image */
export function frontValues(front: Front, parameters: Parameters, inputs: Float32Array, count: number): number[][] {
  let images: Images = Array.from({ length: count }, (_, image) => placesOf(inputs, image, front.input));
  for (const [index, size] of blockSizes(front).entries()) {
    images = throughBlock(images, size, parameters.slice(3 * index, 3 * index + 3));
  }
  return images.map((image) => image.flatMap((place) => [...place]));
}

/** @returns logits of every image */
function frontLogits({ front, pattern }: FrontNet, parameters: Parameters, inputs: Float32Array, count: number) {
  return frontValues(front, parameters, inputs, count).map((values) => {
    let layer = values;
    for (const [index, sources] of pattern.junctions.entries()) {
      const [weights, biases] = parameters.slice(3 * front.blocks.length + 2 * index);
      const fanIn = sources.length / biases.length;
      layer = [...biases].map((bias, j) => {
        const edges = Array.from({ length: fanIn }, (_, e) => j * fanIn + e);
        const sum = edges.reduce((total, e) => total + weights[e] * layer[sources[e]], bias);
        return index === pattern.junctions.length - 1 ? sum : Math.max(0, sum);
      });
    }
    return layer;
  });
}

/** Mean cross-entropy of a batch in training. */
export function frontLoss(net: FrontNet, parameters: Parameters, inputs: Float32Array, labels: Uint8Array): number {
  const logits = frontLogits(net, parameters, inputs, labels.length);
  return mean(logits.map((row, image) => Math.log(mean(row.map(Math.exp)) * row.length) - row[labels[image]]));
}

/** ∂loss/∂every parameter by central differences. */
export function frontGradient(net: FrontNet, start: Parameters, inputs: Float32Array, labels: Uint8Array): Parameters {
  const step = 1e-6;
  const parameters = start.map((list) => list.slice());
  return parameters.map((list) =>
    list.map((value, i) => {
      list[i] = value + step;
      const above = frontLoss(net, parameters, inputs, labels);
      list[i] = value - step;
      const below = frontLoss(net, parameters, inputs, labels);
      list[i] = value;
      return (above - below) / (2 * step);
    }),
  );
}
