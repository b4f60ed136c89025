import { adam } from '../settings.ts';
import type { EdgeJunction, EdgeSizes } from './sizes.ts';
import { type Binding, kernel, leftOf, ordersBinding, THREADS, type WgslKernel } from './wgsl-kernel.ts';

/** Threads that add up the batch for a share of a right neuron's parameters: 8 words of 16 bytes are a cache line. */
export const LANES = 8;
/** Sums that one thread has at once, at most, over the same deltas. */
const MOST_SUMS = 4;

/** How a junction's parameters are divided among threads. */
export interface UpdateShares {
  /** parameters of one right neuron, edges then bias, whose gradients eight threads sum together */
  readonly sums: number;
  /** such shares of a right neuron */
  readonly shares: number;
}

/** As few shares as hold a right neuron's fan-in + 1 parameters, of equal size as far as that goes. */
export function updateShares({ fanIn }: Pick<EdgeJunction, 'fanIn'>): UpdateShares {
  const shares = Math.ceil((fanIn + 1) / MOST_SUMS);
  return { sums: Math.ceil((fanIn + 1) / shares), shares };
}

/** Workgroups of an update. */
export const updateGroups = (size: EdgeJunction, candidates: number): number =>
  Math.ceil((candidates * size.right * updateShares(size).shares * LANES) / THREADS);

/** Adam (Kingma & Ba 2015) with Keras's ε outside the bias correction, which the rate has in it; `adamRateAt` in settings.ts. */
const adamStep = `
    let m = ${adam.beta1} * first[p] + ${1 - adam.beta1} * g;
    let v = ${adam.beta2} * second[p] + ${1 - adam.beta2} * g * g;
    first[p] = m;
    second[p] = v;
    weights[p] = w - step.rate * m / (sqrt(v) + ${adam.epsilon});`;

/** SGD with momentum as in Keras. */
const sgdStep = `
    let velocity = step.momentum * first[p] - step.rate * g;
    first[p] = velocity;
    weights[p] = w + velocity;`;

/**
 * Gradient and optimiser step of a junction's parameters. Eight threads sum the gradients of up to four parameters of one right neuron,
 * whose deltas they read once: a thread adds every eighth word of the batch, then one of them the eight sums of a parameter. A bias is an
 * edge from a neuron that is always 1, without penalty.
 */
export function updateKernel({ stride, optimizer }: EdgeSizes, size: EdgeJunction, isFirst: boolean): WgslKernel {
  const { left, right, fanIn, edges, parameters } = size;
  const { sums, shares } = updateShares(size);
  const each = (line: (i: number) => string) => Array.from({ length: sums }, (_, i) => line(i)).join('');
  const state: Binding[] = [
    ['weights', 'f32', 'read_write'],
    ['first', 'f32', 'read_write'],
    ...(optimizer === 'adam' ? ([['second', 'f32', 'read_write']] as const) : []),
  ];
  return kernel(
    [['values', 'vec4f'], ['sources', 'u32'], ['deltas', 'vec4f'], ...state, ...ordersBinding(isFirst)],
    THREADS,
    `
  let share = (group * ${THREADS}u + lane) / ${LANES}u;
  let row = share / ${shares}u;
  let c = row / ${right}u;
  let j = row % ${right}u;
  let first_item = share % ${shares}u * ${sums}u;
  let there = c < step.candidates;${each(
    (i) => `
  var sum${i} = vec4f(0);`,
  )}
  if (there) {
    let own_left = ${leftOf(isFirst)} * ${left * stride}u;
    let own_edge = c * ${edges}u + j * ${fanIn}u;${each(
      (i) => `
    let is_edge${i} = first_item + ${i}u < ${fanIn}u;
    let at${i} = own_left + sources[own_edge + min(first_item + ${i}u, ${fanIn - 1}u)] * ${stride}u;`,
    )}
    for (var q = lane % ${LANES}u; q < step.quads; q += ${LANES}u) {
      let delta = deltas[row * ${stride}u + q];${each(
        (i) => `
      if (is_edge${i}) { sum${i} += delta * values[at${i} + q]; } else { sum${i} += delta; }`,
      )}
    }
  }${each(
    (i) => `
  sums_of_lanes[lane * ${sums}u + ${i}u] = (sum${i}.x + sum${i}.y) + (sum${i}.z + sum${i}.w);`,
  )}
  workgroupBarrier();
  let item = first_item + lane % ${LANES}u;
  if (there && lane % ${LANES}u < ${sums}u && item <= ${fanIn}u) {
    let is_edge = item < ${fanIn}u;
    let p = c * ${parameters}u + select(${edges}u + j, j * ${fanIn}u + item, is_edge);
    let w = weights[p];
    var g = select(0.0, step.penalty * w, is_edge);
    for (var i = 0u; i < ${LANES}u; i++) { g += sums_of_lanes[(lane / ${LANES}u * ${LANES}u + i) * ${sums}u + lane % ${LANES}u]; }${optimizer === 'adam' ? adamStep : sgdStep}
  }`,
    `var<workgroup> sums_of_lanes: array<f32, ${THREADS * sums}>;`,
  );
}
