import { type EdgeSizes, QUAD } from './sizes.ts';
import { kernel, leftOf, type WgslKernel } from './wgsl-kernel.ts';

/** Threads that share a candidate's examples in the loss. */
export const LOSS_THREADS = 256;

/** What the loss adds up for each candidate: Σ loss as a float's bits, correct guesses, examples whose outputs are not all finite. */
export const SUM_WORDS = 3;

/**
 * Softmax and cross-entropy of all outputs, one workgroup a candidate; the guess is the highest real output, the first of equals. When
 * training, logits become ∂(mean loss)/∂logits. Bits are looked at to tell finite numbers: WGSL may assume that all are.
 */
export function lossKernel({ layers, usedOutputs, stride }: EdgeSizes, isTraining: boolean): WgslKernel {
  const outputs = layers[layers.length - 1];
  const width = QUAD * stride;
  const deltas = `
    for (var j = 0u; j < ${outputs}u; j++) {
      let p = exp(logits[base + j * ${width}u] - highest) / total;
      logits[base + j * ${width}u] = (p - select(0.0, 1.0, j == label)) * step.share;
    }`;
  const clearRest = `
  for (var b = step.rows + lane; b < ${QUAD}u * step.quads; b += ${LOSS_THREADS}u) {
    for (var j = 0u; j < ${outputs}u; j++) { logits[c * ${outputs * width}u + j * ${width}u + b] = 0.0; }
  }`;
  return kernel(
    [
      isTraining ? ['logits', 'f32', 'read_write'] : ['logits', 'f32'],
      ['indices', 'u32'],
      ['labels', 'u32'],
      ['sums', 'u32', 'read_write'],
      ['orders', 'u32'],
    ],
    LOSS_THREADS,
    `
  let c = group;
  if (c >= step.candidates) { return; }
  let first = step.first_index + ${leftOf(true)} * ${width}u;
  var loss = 0.0;
  var correct = 0u;
  var faults = 0u;
  for (var b = lane; b < step.rows; b += ${LOSS_THREADS}u) {
    let label = labels[indices[first + b]];
    let base = c * ${outputs * width}u + b;
    var highest = logits[base];
    var guess = 0u;
    var finite = true;
    for (var j = 0u; j < ${outputs}u; j++) {
      let logit = logits[base + j * ${width}u];
      finite = finite && (bitcast<u32>(logit) & 0x7f800000u) != 0x7f800000u;
      if (logit > highest) {
        highest = logit;
        if (j < ${usedOutputs}u) { guess = j; }
      }
    }
    correct += select(0u, 1u, guess == label);
    faults += select(1u, 0u, finite);${isTraining ? trainingLoss(outputs, width) + deltas : ''}
  }${isTraining ? clearRest : ''}
  losses[lane] = loss;
  counts[lane] = vec2u(correct, faults);
  for (var half = ${LOSS_THREADS / 2}u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      losses[lane] += losses[lane + half];
      counts[lane] += counts[lane + half];
    }
  }
  if (lane == 0u) {
    sums[${SUM_WORDS}u * c] = bitcast<u32>(bitcast<f32>(sums[${SUM_WORDS}u * c]) + losses[0]);
    sums[${SUM_WORDS}u * c + 1u] += counts[0].x;
    sums[${SUM_WORDS}u * c + 2u] += counts[0].y;
  }`,
    `var<workgroup> losses: array<f32, ${LOSS_THREADS}>;
var<workgroup> counts: array<vec2u, ${LOSS_THREADS}>;`,
  );
}

const trainingLoss = (outputs: number, width: number) => `
    var total = 0.0;
    for (var j = 0u; j < ${outputs}u; j++) { total += exp(logits[base + j * ${width}u] - highest); }
    loss += highest - logits[base + label * ${width}u] + log(total);`;
