import { type EdgeJunction, type EdgeSizes, QUAD } from './sizes.ts';
import { kernel, leftOf, ordersBinding, THREADS, type WgslKernel, wordOf } from './wgsl-kernel.ts';

/**
 * Kernels in WGSL, of one population's sizes. Values and deltas lie batch innermost, candidate by candidate: `[C][neuron][stride]` words
 * of four examples. A junction is a table `[right][fan-in]` of left neurons. Every sum's order depends on sizes alone, and none has
 * numbers of two candidates in it: what is trained beside a candidate changes no bit of it.
 *
 * With X the left values, w the weights, b the biases, D the right deltas ∂loss/∂Y:
 * Y_j = relu(b_j + Σ_e w_je·X_s(j,e)) (the last junction without relu), ∂X_k = [X_k > 0]·Σ_(j,e): s(j,e)=k w_je·D_j,
 * ∂w_je = Σ_batch D_j·X_s(j,e), ∂b_j = Σ_batch D_j.
 */

/**
 * The batch, by row numbers, into the first layer: four examples' values of one feature a thread. Neighbouring threads read neighbouring
 * features.
 */
export function gatherKernel({ features, layers, stride }: EdgeSizes): WgslKernel {
  return kernel(
    [
      ['data', 'f32'],
      ['indices', 'u32'],
      ['values', 'vec4f', 'read_write'],
    ],
    THREADS,
    `
  let thread = group * ${THREADS}u + lane;
  let k = thread % ${features}u;
  let q = (thread / ${features}u) % step.quads;
  let order = thread / ${features}u / step.quads;
  if (order >= step.orders) { return; }
  let first = step.first_index + order * ${QUAD * stride}u + ${QUAD}u * q;
  var word = vec4f(0);
  for (var i = 0u; i < ${QUAD}u; i++) {
    if (${QUAD}u * q + i < step.rows) { word[i] = data[indices[first + i] * ${features}u + k]; }
  }
  values[(order * ${layers[0]}u + k) * ${stride}u + q] = word;`,
  );
}

/** A junction forward: one word of one right neuron a thread. NaN goes through: relu is by comparison. */
export function forwardKernel(
  { stride }: EdgeSizes,
  size: EdgeJunction,
  isFirst: boolean,
  isLast: boolean,
): WgslKernel {
  const { left, right, fanIn, edges, parameters } = size;
  return kernel(
    [
      ['values', 'vec4f'],
      ['sources', 'u32'],
      ['weights', 'f32'],
      ['outputs', 'vec4f', 'read_write'],
      ...ordersBinding(isFirst),
    ],
    THREADS,
    `${wordOf(`step.candidates * ${right}u`)}
  let c = row / ${right}u;
  let j = row % ${right}u;
  let own = c * ${parameters}u;
  let base = ${leftOf(isFirst)} * ${left * stride}u + q;
  var sum = vec4f(weights[own + ${edges}u + j]);
  for (var e = j * ${fanIn}u; e < (j + 1u) * ${fanIn}u; e++) {
    sum += weights[own + e] * values[base + sources[c * ${edges}u + e] * ${stride}u];
  }
  outputs[row * ${stride}u + q] = ${isLast ? 'sum' : 'select(sum, vec4f(0), sum <= vec4f(0))'};`,
  );
}

/** Marks the place of an edge that is not there, in `outgoing`. */
export const NO_EDGE = 2 ** 32 - 1;

/** Deltas of the left layer: one word of one left neuron a thread, along the edges that leave it. */
export function backwardKernel({ stride }: EdgeSizes, size: EdgeJunction): WgslKernel {
  const { left, right, fanIn, mostFanOut, parameters } = size;
  return kernel(
    [
      ['values', 'vec4f'],
      ['outgoing', 'u32'],
      ['weights', 'f32'],
      ['right_deltas', 'vec4f'],
      ['left_deltas', 'vec4f', 'read_write'],
    ],
    THREADS,
    `${wordOf(`step.candidates * ${left}u`)}
  let c = row / ${left}u;
  let base = c * ${right * stride}u + q;
  var sum = vec4f(0);
  for (var i = row * ${mostFanOut}u; i < (row + 1u) * ${mostFanOut}u; i++) {
    let e = outgoing[i];
    if (e == ${NO_EDGE}u) { break; }
    sum += weights[c * ${parameters}u + e] * right_deltas[base + e / ${fanIn}u * ${stride}u];
  }
  let at = row * ${stride}u + q;
  left_deltas[at] = select(vec4f(0), sum, values[at] > vec4f(0));`,
  );
}
