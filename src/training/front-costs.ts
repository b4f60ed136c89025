import { blockSizes, type Front } from './fronts.ts';

/** What convolutional layers cost, counted as in table 2 of Dey et al. */
export interface FrontCosts {
  /** weights and biases of the convolutions; batch norm is left out */
  readonly parameters: number;
  /** multiplications of one example's forward pass, and an addition of the bias for each value of a convolution's output */
  readonly operations: number;
  /** convolution, batch norm and pooling count as a layer each */
  readonly layers: number;
}

/** Without a front nothing costs anything. */
export const noFrontCosts: FrontCosts = { parameters: 0, operations: 0, layers: 0 };

export function frontCosts(front: Front): FrontCosts {
  return blockSizes(front).reduce<FrontCosts>(({ parameters, operations, layers }, block) => {
    const { covered, filters, height, width, batchNorm, pool } = block;
    return {
      parameters: parameters + (covered + 1) * filters,
      operations: operations + height * width * (covered + 1) * filters,
      layers: layers + 1 + (batchNorm ? 1 : 0) + (pool ? 1 : 0),
    };
  }, noFrontCosts);
}
