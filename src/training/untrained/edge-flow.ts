import type { Architecture } from '../../pattern/architecture.ts';
import type { Pattern } from '../../pattern/pattern.ts';

/** Ones for the neurons that are real, zeros for padding. */
function real(neurons: number, used: number): Float64Array {
  return new Float64Array(neurons).fill(1, 0, used);
}

/**
 * For every edge, Σ over the input–output paths through it of the product of the *other* edges' values: ∂R/∂value of
 * R = 1ᵀ · Π values · 1 over real inputs and outputs. One pass forward, one backward; float64.
 * @param values one list a junction, right-major as the pattern's edges
 * @returns lists of the same lengths
 */
export function edgeFlow(
  { layers, junctions }: Pattern,
  { usedInputs, usedOutputs }: Pick<Architecture, 'usedInputs' | 'usedOutputs'>,
  values: readonly Float64Array[],
): Float64Array[] {
  const reaching = [real(layers[0], usedInputs)];
  for (const [i, sources] of junctions.entries()) {
    const right = new Float64Array(layers[i + 1]);
    const fanIn = sources.length / right.length;
    for (let e = 0; e < sources.length; e++) right[Math.floor(e / fanIn)] += values[i][e] * reaching[i][sources[e]];
    reaching.push(right);
  }
  const flows = junctions.map((sources) => new Float64Array(sources.length));
  let leaving = real(layers[junctions.length], usedOutputs);
  for (let i = junctions.length - 1; i >= 0; i--) {
    const sources = junctions[i];
    const left = new Float64Array(layers[i]);
    const fanIn = sources.length / layers[i + 1];
    for (let e = 0; e < sources.length; e++) {
      const ahead = leaving[Math.floor(e / fanIn)];
      flows[i][e] = reaching[i][sources[e]] * ahead;
      left[sources[e]] += values[i][e] * ahead;
    }
    leaving = left;
  }
  return flows;
}
