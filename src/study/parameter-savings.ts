import { type Architecture, junctionSizes } from '../pattern/architecture.ts';
import { frontCosts, noFrontCosts } from '../training/front-costs.ts';
import { fronts } from '../training/fronts.ts';
import type { FrontName } from '../training/trainer.ts';

/** A count with fully connected layers, with the junctions as they are, and the share that is saved (0 to 1). */
export interface Saving {
  readonly dense: number;
  readonly sparse: number;
  readonly reduction: number;
}

/**
 * What a network costs, counted as in table 2 of Dey et al.: of the connected layers the weights alone (the biases are the same sparse
 * or dense), of the convolutional ones weights and biases; an operation is a multiplication, and in a connected layer there are as many
 * as weights.
 */
export interface ParameterSavings {
  readonly front: FrontName | null;
  /** parameters and operations (for one example) of the convolutional layers */
  readonly conv: { readonly parameters: number; readonly operations: number };
  /** junctions, and with convolution, batch norm and pooling all layers */
  readonly connectedLayers: number;
  readonly totalLayers: number;
  /** ΣW_i, and with every edge ΣN_i·N_{i+1} */
  readonly weights: number;
  readonly denseWeights: number;
  /** one a right neuron; in neither count */
  readonly biases: number;
  /** of the whole network */
  readonly parameters: Saving;
  readonly operations: Saving;
}

const saving = (fixed: number, dense: number, sparse: number): Saving => ({
  dense: fixed + dense,
  sparse: fixed + sparse,
  reduction: (dense - sparse) / (fixed + dense),
});

export function parameterSavings(
  sizes: Pick<Architecture, 'layers' | 'fanOuts'>,
  front: FrontName | null,
): ParameterSavings {
  const { parameters, operations, layers } = front === null ? noFrontCosts : frontCosts(fronts[front]);
  const junctions = junctionSizes(sizes);
  const weights = junctions.reduce((sum, { edges }) => sum + edges, 0);
  const denseWeights = junctions.reduce((sum, { left, right }) => sum + left * right, 0);
  return {
    ...{ front, conv: { parameters, operations } },
    ...{ connectedLayers: junctions.length, totalLayers: layers + junctions.length },
    ...{ weights, denseWeights, biases: junctions.reduce((sum, { right }) => sum + right, 0) },
    parameters: saving(parameters, denseWeights, weights),
    operations: saving(operations, denseWeights, weights),
  };
}
