import { InvalidValueError } from '../base/caller-errors.ts';
import type { FrontName } from './trainer.ts';

/** A convolution (stride 1, padded so that the image keeps its size), then batch norm where wanted, 2×2 max pooling where wanted, ReLU. */
export interface ConvBlock {
  /** side of the square filters, odd */
  readonly filterSize: number;
  readonly filters: number;
  readonly batchNorm: boolean;
  readonly pool: boolean;
}

/** Convolutional layers between a dataset and the first junction. Images are rows, then columns, then channels (channel fastest). */
export interface Front {
  readonly input: { readonly height: number; readonly width: number; readonly channels: number };
  readonly blocks: readonly ConvBlock[];
}

/** Sizes of one block; its output is the next one's input. */
export interface BlockSize extends ConvBlock {
  readonly height: number;
  readonly width: number;
  readonly inChannels: number;
  /** inputs that one filter sees: filterSize² · inChannels */
  readonly covered: number;
  readonly outHeight: number;
  readonly outWidth: number;
}

const mnistBlock = (filters: number): ConvBlock => ({ filterSize: 5, filters, batchNorm: false, pool: true });
const cifarPair = (filters: number): ConvBlock[] =>
  [false, true].map((pool) => ({ filterSize: 3, filters, batchNorm: true, pool }));

/** The convolutional layers of Dey et al. (sections 2.2.1 and 2.2.2). */
export const fronts: Readonly<Record<FrontName, Front>> = {
  'mnist-conv': { input: { height: 28, width: 28, channels: 1 }, blocks: [mnistBlock(32), mnistBlock(64)] },
  'cifar-conv': {
    input: { height: 32, width: 32, channels: 3 },
    blocks: [...cifarPair(64), ...cifarPair(128), ...cifarPair(256)],
  },
};

export const frontNames = Object.keys(fronts) as readonly FrontName[];

/** @throws RangeError for an even filter, or an odd side where there is pooling */
export function blockSizes({ input, blocks }: Front): BlockSize[] {
  let { height, width, channels } = input;
  return blocks.map((block, index) => {
    if (block.filterSize % 2 !== 1) {
      throw new InvalidValueError(`the filters of block ${index + 1} must have an odd side; got ${block.filterSize}`);
    }
    if (block.pool && (height % 2 !== 0 || width % 2 !== 0)) {
      throw new InvalidValueError(`block ${index + 1} can pool images of even sides only; got ${height} × ${width}`);
    }
    const sizes = { height, width, inChannels: channels, covered: block.filterSize ** 2 * channels };
    if (block.pool) {
      height /= 2;
      width /= 2;
    }
    channels = block.filters;
    return { ...block, ...sizes, outHeight: height, outWidth: width };
  });
}

/** Values of a dataset's example that a front takes. */
export const frontFeatures = ({ input }: Front): number => input.height * input.width * input.channels;

/** Values that a front gives the first layer. */
export function frontOutputs(front: Front): number {
  const last = blockSizes(front).at(-1);
  return last === undefined ? frontFeatures(front) : last.outHeight * last.outWidth * last.filters;
}

/** The front that makes a first layer of this size from this number of features, or null. */
export function frontBetween(features: number, firstLayer: number): FrontName | null {
  const fits = (name: FrontName) =>
    frontFeatures(fronts[name]) === features && frontOutputs(fronts[name]) === firstLayer;
  return frontNames.find(fits) ?? null;
}
