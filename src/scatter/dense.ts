import { Matrix } from 'ml-matrix';
import { junctionSizes } from '../pattern/architecture.ts';
import type { Pattern } from '../pattern/pattern.ts';
import type { Windows } from '../pattern/windows.ts';

/** A_i as a dense 0/1 matrix, right × left. @param number junction, from 1 */
export function junctionMatrix(pattern: Pattern, number: number): Matrix {
  const { left, right, fanIn } = junctionSizes(pattern)[number - 1];
  const sources = pattern.junctions[number - 1];
  const matrix = Matrix.zeros(right, left);
  for (let e = 0; e < sources.length; e++) matrix.set(Math.floor(e / fanIn), sources[e], 1);
  return matrix;
}

/** P as a dense 0/1 matrix, neurons × windows. */
export function windowMatrix(windows: Windows): Matrix {
  const matrix = Matrix.zeros(windows.neurons, windows.count);
  for (let n = 0; n < windows.neurons; n++) {
    for (let m = windows.starts[n]; m < windows.starts[n + 1]; m++) matrix.set(n, windows.members[m], 1);
  }
  return matrix;
}
