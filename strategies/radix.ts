import { InvalidValueError } from '../src/base/caller-errors.ts';
import { range } from '../src/base/numbers.ts';
import type { Random } from '../src/base/random.ts';
import { type JunctionSize, junctionSizes } from '../src/pattern/architecture.ts';
import { type Pattern, sortRows } from '../src/pattern/pattern.ts';
import { defineStrategy, type Problem } from '../src/search/strategy.ts';
import { refusesConstraints } from './constraints/constrained-problem.ts';
import { type RadixGroup, type RadixPlan, radixPlans } from './radix/radix-plan.ts';
import { independentStep, type StepCount } from './shared/batch.ts';

/**
 * Names of one layer's neurons in a group: copy d of node n is neuron `names[n + d·N′]`. As in the Kronecker product of ones with
 * the system (copies apart), of the system with ones (copies side by side), or in any order.
 */
function drawNames(neurons: number, modulus: number, random: Random): Uint32Array {
  const names = range(neurons);
  const order = random.below(3);
  if (order === 2) return random.shuffle(names);
  const copies = neurons / modulus;
  return order === 0 ? names : names.map((slot) => (slot % modulus) * copies + Math.floor(slot / modulus));
}

/** What each junction's digit counts: the product of the radices before it, in an order of the digits that is drawn. */
function drawPlaceValues(radices: readonly number[], random: Random): number[] {
  const values = radices.map(() => 1);
  let value = 1;
  for (const digit of random.shuffle(radices.map((_, index) => index))) {
    values[digit] = value;
    value *= radices[digit];
  }
  return values;
}

interface Digit {
  readonly modulus: number;
  readonly radix: number;
  readonly placeValue: number;
}

/** Node n joined to n + k·placeValue mod N′, k = 0 … radix − 1, every copy of the one to every copy of the other. */
function radixJunction(size: JunctionSize, digit: Digit, left: Uint32Array, right: Uint32Array): Uint32Array {
  const { modulus, radix, placeValue } = digit;
  const { fanIn } = size;
  const sources = new Uint32Array(size.edges);
  for (let slot = 0; slot < size.right; slot++) {
    let e = right[slot] * fanIn;
    for (let k = 0; k < radix; k++) {
      const node = ((slot % modulus) + modulus - ((k * placeValue) % modulus)) % modulus;
      for (let from = node; from < size.left; from += modulus) sources[e++] = left[from];
    }
  }
  sortRows(sources, size.right, fanIn);
  return sources;
}

function groupJunctions(sizes: readonly JunctionSize[], group: RadixGroup, random: Random): Uint32Array[] {
  const { modulus, radices } = group;
  const own = sizes.slice(group.from - 1, group.to);
  const placeValues = drawPlaceValues(radices, random);
  const names = [own[0].left, ...own.map(({ right }) => right)].map((neurons) => drawNames(neurons, modulus, random));
  return own.map((size, index) =>
    radixJunction(
      size,
      { modulus, radix: radices[index], placeValue: placeValues[index] },
      names[index],
      names[index + 1],
    ),
  );
}

/** @param plans what `radixPlans` gave for this problem */
export function radixPattern(problem: Problem, plans: readonly RadixPlan[], random: Random): Pattern {
  const { layers, fanOuts } = problem.architecture;
  const sizes = junctionSizes(problem.architecture);
  const plan = plans[random.below(plans.length)];
  const junctions = plan.flatMap((group) => groupJunctions(sizes, group, random.fork(group.from)));
  return { layers, fanOuts, junctions };
}

/** @throws RangeError for a problem that `radix` does not accept */
function requirePlans(problem: Problem): readonly RadixPlan[] {
  const plans = radixPlans(junctionSizes(problem.architecture));
  if (typeof plans === 'string')
    throw new InvalidValueError(`expected a network that mixed radices fit; got: ${plans}`);
  return plans;
}

/**
 * Mixed-radix patterns: equally many paths between every input and every output, whatever is drawn. The draws are the cut into
 * systems of radices, the order of the digits, and the neurons' names; a layer between two systems has names in each, so its
 * neurons are joined at random.
 */
export const radix = defineStrategy<StepCount>({
  name: 'radix',
  summary: 'RadiX-Net: mixed radices, equally many paths between every input and every output',
  source:
    'RadiX-Net (Robinett & Kepner 2018, arXiv 1809.05242; Kepner & Robinett 2019, arXiv 1905.00416): mixed-radix systems, Kronecker products with ones for the widths. Here every system may have a number N′ of its own and any of them, not only the last, may be incomplete as long as one is complete; the order of digits and the names of neurons are drawn',
  accepts: (problem) => {
    const plans = radixPlans(junctionSizes(problem.architecture));
    return typeof plans === 'string' ? plans : refusesConstraints(problem);
  },
  start: () => 0,
  step: (problem, steps, _elites, random) => {
    const plans = requirePlans(problem);
    return independentStep(problem, steps, random, (own, stream) => radixPattern(own, plans, stream));
  },
});
