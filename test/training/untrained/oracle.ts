import type { Pattern } from '../../../src/pattern/pattern.ts';
import type { Split } from '../../../src/training/datasets/dataset.ts';

/** A network's parameters in float64. */
export interface Parameters {
  readonly weights: Float64Array;
  readonly biases: Float64Array;
}

/** What the last layer says of an example, edge by edge in float64. */
export function outputsOf(
  { layers, junctions }: Pattern,
  parameters: readonly Parameters[],
  input: Float32Array,
): Float64Array {
  let values = new Float64Array(layers[0]);
  values.set(input);
  for (const [i, sources] of junctions.entries()) {
    const { weights, biases } = parameters[i];
    const sums = biases.slice();
    for (let e = 0; e < sources.length; e++) {
      sums[Math.floor((e * sums.length) / sources.length)] += weights[e] * values[sources[e]];
    }
    values = i === junctions.length - 1 ? sums : sums.map((sum) => Math.max(0, sum));
  }
  return values;
}

export const exampleOf = ({ inputs, examples }: Split, example: number): Float32Array =>
  inputs.subarray((example * inputs.length) / examples, ((example + 1) * inputs.length) / examples);

/** Mean cross-entropy over all outputs, by definition. */
export function meanLoss(pattern: Pattern, parameters: readonly Parameters[], split: Split): number {
  let total = 0;
  for (let example = 0; example < split.examples; example++) {
    const logits = outputsOf(pattern, parameters, exampleOf(split, example));
    total += Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)) - logits[split.labels[example]];
  }
  return total / split.examples;
}

/** Central differences of `value` by every weight, junction after junction. */
export function weightSlopes(parameters: readonly Parameters[], value: () => number): number[] {
  const step = 1e-7;
  return parameters.flatMap(({ weights }) =>
    Array.from(weights, (weight, e) => {
      weights[e] = weight + step;
      const above = value();
      weights[e] = weight - step;
      const below = value();
      weights[e] = weight;
      return (above - below) / (2 * step);
    }),
  );
}

/** Every input–output path over real inputs and outputs, as numbers of edges, one a junction. */
export function pathsOf(
  { layers, junctions }: Pattern,
  used: { readonly usedInputs: number; readonly usedOutputs: number },
): number[][] {
  const walk = (i: number, neuron: number): number[][] => {
    if (i === junctions.length) return neuron < used.usedOutputs ? [[]] : [];
    const fanIn = junctions[i].length / layers[i + 1];
    return Array.from(junctions[i]).flatMap((source, e) =>
      source === neuron ? walk(i + 1, Math.floor(e / fanIn)).map((rest) => [e, ...rest]) : [],
    );
  };
  return Array.from({ length: used.usedInputs }, (_, input) => walk(0, input)).flat();
}
