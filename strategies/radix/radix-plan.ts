import { product } from '../../src/base/numbers.ts';
import { greatestCommonDivisor, isExact, type JunctionSize } from '../../src/pattern/architecture.ts';

/** Successive junctions that share one system of mixed radices. */
export interface RadixGroup {
  /** junction numbers, from 1, both included */
  readonly from: number;
  readonly to: number;
  /** N′: numbers that the system counts; divides every layer of the group */
  readonly modulus: number;
  /** by junction of the group; their product divides the modulus */
  readonly radices: readonly number[];
  /** the product is the modulus: equal path counts between all neurons of the group's first and last layer */
  readonly complete: boolean;
}

export type RadixPlan = readonly RadixGroup[];

/** Plans to choose from, at most. */
const MOST_PLANS = 64;

/** The system of this modulus over successive junctions, or null: radix r_i = N′·density_i must be whole, and N′ hold them all. */
function groupOf(junctions: readonly JunctionSize[], modulus: number): RadixGroup | null {
  if (!junctions.every(isExact)) return null;
  const radices = junctions.map(({ fanOut, right }) => (modulus * fanOut) / right);
  const combined = product(radices);
  if (!radices.every(Number.isInteger) || modulus % combined !== 0) return null;
  const [first, last] = [junctions[0], junctions[junctions.length - 1]];
  return { from: first.number, to: last.number, modulus, radices, complete: combined === modulus };
}

function groupsOf(junctions: readonly JunctionSize[]): RadixGroup[] {
  const shared = junctions.reduce((common, { right }) => greatestCommonDivisor(common, right), junctions[0].left);
  const groups: RadixGroup[] = [];
  for (let modulus = 1; modulus <= shared; modulus++) {
    const group = shared % modulus === 0 ? groupOf(junctions, modulus) : null;
    if (group !== null) groups.push(group);
  }
  return groups;
}

/**
 * Ways to cut the junctions into groups of which at least one is complete, up to a limit; or why there are none. A complete
 * group's product of adjacency matrices is constant, and stays so under biregular matrices before and after: all of a plan's
 * patterns have equally many paths between every input and every output.
 */
export function radixPlans(junctions: readonly JunctionSize[]): readonly RadixPlan[] | string {
  const known = new Map<string, readonly RadixPlan[]>();
  const plansFrom = (start: number, complete: boolean): readonly RadixPlan[] => {
    if (start === junctions.length) return complete ? [[]] : [];
    const key = `${start} ${complete}`;
    const cached = known.get(key);
    if (cached !== undefined) return cached;
    const plans: RadixPlan[] = [];
    for (let end = junctions.length; end > start; end--) {
      for (const group of groupsOf(junctions.slice(start, end))) {
        for (const rest of plansFrom(end, complete || group.complete)) plans.push([group, ...rest]);
      }
    }
    const some = plans.slice(0, MOST_PLANS);
    known.set(key, some);
    return some;
  };
  const plans = plansFrom(0, false);
  return plans.length > 0 ? plans : refusal(junctions);
}

const RULE =
  'a run of junctions needs a number N′ that divides its layers and is the product of its radices N′·density, all of them whole';

function refusal(junctions: readonly JunctionSize[]): string {
  const misfit = junctions.find((junction) => groupsOf([junction]).length === 0);
  if (misfit === undefined) return `no mixed radices give equal path counts here: ${RULE}`;
  const { number, left, right, fanOut, leastFanOut, mostFanOut } = misfit;
  if (!isExact(misfit)) {
    return `mixed radices join all left neurons alike, and in junction ${number} some have ${leastFanOut} and some ${mostFanOut} edges: they need exact degrees`;
  }
  return `junction ${number} (${left} to ${right} neurons, fan-out ${fanOut}) has no radix: N′·${fanOut}/${right} must be whole and divide an N′ that divides both layers`;
}
