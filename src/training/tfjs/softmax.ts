/** Sums over a batch. */
export interface BatchSums {
  /** Σ −log softmax(logits)[label], over all outputs, padded ones too */
  loss: number;
  /** examples whose highest used output is the label's; the first of equals counts */
  correct: number;
}

/** Number of the highest of the first `used` values of a row; the first of equals. */
function highest(values: Float32Array, start: number, used: number): number {
  let best = 0;
  for (let j = 1; j < used; j++) if (values[start + j] > values[start + best]) best = j;
  return best;
}

/**
 * Softmax cross-entropy of a batch and its gradient.
 * @param logits `rows × outputs`
 * @param used how many outputs are real: softmax runs over all of them, a padded one being a class that never occurs; the guess
 *   is taken among the real ones
 * @param delta `rows × outputs`, overwritten with ∂(mean loss)/∂logits = (softmax − one-hot)/rows
 */
export function softmaxCrossEntropy(
  logits: Float32Array,
  labels: Uint8Array,
  rows: number,
  outputs: number,
  used: number,
  delta: Float32Array,
): BatchSums {
  const sums: BatchSums = { loss: 0, correct: 0 };
  for (let row = 0; row < rows; row++) {
    const start = row * outputs;
    const label = labels[row];
    let top = logits[start];
    for (let j = 1; j < outputs; j++) top = Math.max(top, logits[start + j]);
    let total = 0;
    for (let j = 0; j < outputs; j++) {
      const power = Math.exp(logits[start + j] - top);
      delta[start + j] = power;
      total += power;
    }
    const scale = 1 / (total * rows);
    for (let j = 0; j < outputs; j++) delta[start + j] *= scale;
    delta[start + label] -= 1 / rows;
    sums.loss += Math.log(total) + top - logits[start + label];
    if (highest(logits, start, used) === label) sums.correct++;
  }
  return sums;
}

/** Correct guesses of a batch; NaN if any logit is not finite. Parameters as of `softmaxCrossEntropy`. */
export function countCorrect(
  logits: Float32Array,
  labels: Uint8Array,
  rows: number,
  outputs: number,
  used: number,
): number {
  let correct = 0;
  for (let row = 0; row < rows; row++) if (highest(logits, row * outputs, used) === labels[row]) correct++;
  for (let i = 0; i < rows * outputs; i++) if (!Number.isFinite(logits[i])) return Number.NaN;
  return correct;
}
