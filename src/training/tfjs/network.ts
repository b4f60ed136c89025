import * as tf from '@tensorflow/tfjs-core';

/**
 * Connected layers as dense kernels, in which absent weights are 0: ReLU in hidden layers, the last one linear. Forward and backward
 * are written out rather than left to automatic differentiation, which the core package does not bring and which would transpose
 * and repack more than it needs to.
 */
export interface LayerTensors {
  /** `left × right` */
  readonly kernel: tf.Tensor2D;
  /** `right` */
  readonly bias: tf.Tensor1D;
}

/** ∂loss/∂kernel and ∂loss/∂bias of one junction, over all pairs of neurons, connected or not. */
export interface LayerGradient {
  /** `right × left` where `gradientIsRightMajor`, else `left × right` */
  readonly kernel: tf.Tensor2D;
  readonly bias: tf.Tensor1D;
}

/**
 * Which way round a kernel's gradient comes. A product's second operand is repacked by the wasm backend, at five times the cost of
 * a transposition, so the narrower of input and delta goes second.
 */
export const gradientIsRightMajor = (left: number, right: number): boolean => right > left;

/** Output of each junction for a batch: hidden activations, then logits. @param inputs `batch × N_1` */
export function forward(inputs: tf.Tensor2D, layers: readonly LayerTensors[]): tf.Tensor2D[] {
  const outputs: tf.Tensor2D[] = [];
  for (const [index, { kernel, bias }] of layers.entries()) {
    const activation = index === layers.length - 1 ? 'linear' : 'relu';
    const input = index === 0 ? inputs : outputs[index - 1];
    outputs.push(tf.fused.matMul({ a: input, b: kernel, bias, activation }) as tf.Tensor2D);
  }
  return outputs;
}

/**
 * Gradients of every junction, by the chain rule from the last one back. Deltas are carried with the batch innermost
 * (`neurons × batch`), so that every product is plain and sums over the batch run along rows.
 * @param inputs `batch × N_1`
 * @param outputs what `forward` returned
 * @param logitDelta ∂loss/∂logits, `batch × N_{J+1}`
 * @returns and the delta of the first junction's right neurons, `N_2 × batch`: what `inputDelta` needs
 */
export function backward(
  inputs: tf.Tensor2D,
  outputs: readonly tf.Tensor2D[],
  logitDelta: tf.Tensor2D,
  layers: readonly LayerTensors[],
): { readonly gradients: LayerGradient[]; readonly firstDelta: tf.Tensor2D } {
  const gradients: LayerGradient[] = new Array(layers.length);
  let delta = tf.transpose(logitDelta) as tf.Tensor2D;
  for (let index = layers.length - 1; index >= 0; index--) {
    const { kernel } = layers[index];
    const [left, right] = kernel.shape;
    const input = index === 0 ? inputs : outputs[index - 1];
    const rightMajor = gradientIsRightMajor(left, right);
    const inputByNeuron = index > 0 || !rightMajor ? (tf.transpose(input) as tf.Tensor2D) : input;
    const deltaByExample = () => (index === layers.length - 1 ? logitDelta : (tf.transpose(delta) as tf.Tensor2D));
    gradients[index] = {
      kernel: rightMajor ? tf.matMul(delta, input) : tf.matMul(inputByNeuron, deltaByExample()),
      bias: tf.sum(delta, 1),
    };
    if (index > 0) delta = tf.mul(tf.matMul(kernel, delta), tf.step(inputByNeuron));
  }
  return { gradients, firstDelta: delta };
}

/** ∂loss/∂inputs, `batch × N_1`. @param firstDelta as `backward` returned it */
export const inputDelta = (firstDelta: tf.Tensor2D, [{ kernel }]: readonly LayerTensors[]): tf.Tensor2D =>
  tf.transpose(tf.matMul(kernel, firstDelta)) as tf.Tensor2D;
