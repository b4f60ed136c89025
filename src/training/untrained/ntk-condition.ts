import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Split } from '../datasets/dataset.ts';
import { TILE_WIDTH } from '../sparse/kernels/arithmetic.ts';
import { GRADIENT_OPERATIONS } from './snip.ts';
import type { UntrainedNetwork, UntrainedScore, UntrainedValue } from './untrained-score.ts';

/** Examples between which the kernel is taken. */
const NTK_EXAMPLES = 32;

/** A ratio of eigenvalues above this is one of rounding: gradients are float32, so singular values are known to 1e-7 of the largest. */
const MOST_CONDITION = 1e12;

/** The first examples that differ from all before and are not all zeros: repeated ones would make the kernel singular by themselves. */
function distinctExamples({ inputs, examples }: Split, order: Uint32Array): number[] {
  const features = inputs.length / examples;
  const seen = new Set<string>();
  const taken: number[] = [];
  for (const example of order) {
    if (taken.length === NTK_EXAMPLES) break;
    const row = inputs.subarray(example * features, (example + 1) * features);
    const key = row.join();
    if (seen.has(key) || row.every((value) => value === 0)) continue;
    seen.add(key);
    taken.push(example);
  }
  return taken;
}

function dot(a: Float32Array, b: Float32Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i] * b[i];
  return total;
}

/** The kernel between examples: Θ[x][y] = Σ over existing edges of ∂f(x)/∂w · ∂f(y)/∂w, f being the sum of the real outputs. */
export function tangentKernel(untrained: UntrainedNetwork, examples: readonly number[]): number[][] {
  const network = untrained.open();
  const slopes = examples.map((example) =>
    network.outputGradients(untrained.train, example).map(({ weights }) => weights),
  );
  const kernel = slopes.map(() => new Array<number>(slopes.length).fill(0));
  for (let x = 0; x < slopes.length; x++) {
    for (let y = 0; y <= x; y++) {
      kernel[x][y] = slopes[x].reduce((total, own, i) => total + dot(own, slopes[y][i]), 0);
      kernel[y][x] = kernel[x][y];
    }
  }
  return kernel;
}

function condition(untrained: UntrainedNetwork): UntrainedValue {
  const examples = distinctExamples(untrained.train, untrained.order);
  if (examples.length < 2) return { value: null, reason: 'The data have fewer than two different examples.' };
  const kernel = new Matrix(tangentKernel(untrained, examples));
  const eigenvalues = new EigenvalueDecomposition(kernel, { assumeSymmetric: true }).realEigenvalues;
  const [least, most] = [Math.min(...eigenvalues), Math.max(...eigenvalues)];
  if (most > 0 && least > most / MOST_CONDITION) return { value: most / least, reason: null };
  return { value: null, reason: `The kernel of ${examples.length} examples is singular up to rounding.` };
}

/**
 * Condition number λmax/λmin of the empirical neural tangent kernel between 32 training examples, f being the sum of the real outputs.
 * Per-example gradients over existing weights are the sparse engine's (float32); kernel and eigenvalues are float64.
 */
export const ntkCondition: UntrainedScore = {
  name: 'ntk-condition',
  summary: 'λmax/λmin of the neural tangent kernel of the untrained network between 32 examples',
  source:
    'Jacot et al. 2018 (arXiv 1806.07572); its condition as a score of untrained networks: Chen, Gong & Wang 2021 (TE-NAS, arXiv 2102.11535), whose code also takes gradients of the sum of outputs by the weights alone',
  better: 'lower',
  operations: NTK_EXAMPLES * (GRADIENT_OPERATIONS * TILE_WIDTH + 40 * NTK_EXAMPLES),
  measure: condition,
};
