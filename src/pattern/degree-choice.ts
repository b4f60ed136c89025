import { InvalidValueError } from '../base/caller-errors.ts';
import { shortPercent } from '../base/number-text.ts';
import {
  checkLayers,
  describeFanOut,
  describeFanOuts,
  fanOutFaults,
  fanOutStep,
  greatestCommonDivisor,
  type JunctionSize,
  leastFanIn,
  meanFanOut,
  nearestFanOuts,
} from './architecture.ts';

/**
 * Degrees from what people ask for: a density or a fan-in a junction. Exact ones exist only in steps of 1/gcd(left, right) of density;
 * balanced ones (definitions §1) for every fan-in that leaves no neuron without an edge.
 */

/** `auto` takes exact degrees within `EXACT_TOLERANCE` of the density that was asked for, else balanced ones, by junction. */
export const degreeKinds = ['exact', 'balanced', 'auto'] as const;
/** Which degrees a density is turned into: exact ones, balanced ones (equal or one apart), or exact where they come near. */
export type DegreeKind = (typeof degreeKinds)[number];

/** Relative: 10 % asked for is met by 9.8 % to 10.2 %. */
const EXACT_TOLERANCE = 0.02;

/** Densities are typed in decimals: rounding alone does not make one infeasible. */
const ROUNDED = 1e-9;

/** The largest layer proposed as padding, as a multiple of the real one. */
const MOST_PADDING = 2;

const percent = (fraction: number) => shortPercent(fraction, 3);

/** A junction that is asked for a density; `number` counts from 1. */
interface Asked {
  readonly number: number;
  readonly left: number;
  readonly right: number;
  readonly density: number;
}

const nameOf = ({ number, left, right }: Pick<Asked, 'number' | 'left' | 'right'>) =>
  `junction ${number} (${left} to ${right} neurons)`;

/**
 * A feasible fan-out within the tolerance: the density itself where it is feasible, else of all within it the one of the smallest windows
 * (fan-out/right in lowest terms has the least denominator), then the nearest. At 10 % of 1024→512 the nearest, 51/512, would have
 * windows of half a layer, in which every pattern scores 1; 52/512 = 13/128 has windows of 128.
 */
function exactWithin({ left, right, density }: Asked, tolerance: number): number | null {
  const distance = (fanOut: number) => Math.abs(fanOut / right / density - 1);
  const [nearest] = nearestFanOuts(left, right, density * right).sort((a, b) => distance(a) - distance(b));
  if (nearest === undefined || distance(nearest) > tolerance + ROUNDED) return null;
  if (distance(nearest) <= ROUNDED) return nearest;
  const step = fanOutStep(left, right);
  const windowSize = (fanOut: number) => right / greatestCommonDivisor(fanOut, right);
  let best = nearest;
  const least = Math.ceil((density * (1 - tolerance) * right) / step) * step;
  for (let fanOut = Math.max(step, least); fanOut <= right && distance(fanOut) <= tolerance + ROUNDED; fanOut += step) {
    const gain = windowSize(best) - windowSize(fanOut);
    if (gain > 0 || (gain === 0 && distance(fanOut) < distance(best))) best = fanOut;
  }
  return best;
}

/**
 * The fan-in nearest in density; the sparsest one where that leaves a neuron without an edge and is within the tolerance (79 of 784 for
 * 10 % into 10 neurons); else null.
 */
function balancedFanIn({ left, right, density }: Asked): number | null {
  const fanIn = Math.round(density * left + ROUNDED);
  const least = leastFanIn(left, right);
  if (fanIn >= least) return Math.min(fanIn, left);
  return least / left / density - 1 <= EXACT_TOLERANCE ? least : null;
}

/** Why no pattern can have so few edges, and the fewest that one can have. */
function tooSparse({ left, right, density, ...rest }: Asked): string {
  const least = leastFanIn(left, right);
  const which = density * left < 0.5 ? 'right' : 'left';
  const fewest = `the sparsest has fan-in ${least}, ${percent(least / left)} dense`;
  return `${nameOf({ left, right, ...rest })} at ${percent(density)}: a ${which} neuron would have no edge; ${fewest}`;
}

/**
 * The least larger size that, as the given side of the junction, has exact degrees within the tolerance: a multiple of 8, which
 * hardware likes, where there is one, else any.
 */
function paddedSize(asked: Asked, side: 'left' | 'right'): number | null {
  const most = MOST_PADDING * asked[side];
  for (const step of [8, 1]) {
    for (let size = (Math.floor(asked[side] / step) + 1) * step; size <= most; size += step) {
      if (exactWithin({ ...asked, [side]: size }, EXACT_TOLERANCE) !== null) return size;
    }
  }
  return null;
}

/** Padding of the first or the last layer that gives these junctions exact degrees near the density. */
function paddingAdvice(infeasible: readonly Asked[], junctions: number): string {
  const [first, last] = [infeasible[0], infeasible[infeasible.length - 1]];
  const inputs = first.number === 1 ? paddedSize(first, 'left') : null;
  const outputs = last.number === junctions ? paddedSize(last, 'right') : null;
  const advice = [
    ...(inputs === null ? [] : [`${first.left} inputs padded to ${inputs} (--used-inputs ${first.left})`]),
    ...(outputs === null ? [] : [`${last.right} outputs padded to ${outputs} (--used-outputs ${last.right})`]),
  ];
  return advice.length === 0 ? '' : `Near the density asked for, exact degrees exist with ${advice.join(' or ')}. `;
}

/** Options that work as they stand: the feasible fan-outs at or above what was asked for. */
const feasibleOptions = (layers: readonly number[], asked: readonly Asked[]) => {
  const fanOuts = asked.map((junction) => {
    const step = fanOutStep(junction.left, junction.right);
    return (
      exactWithin(junction, EXACT_TOLERANCE) ??
      Math.max(step, Math.min(junction.right, Math.ceil((junction.density * junction.right) / step) * step))
    );
  });
  return `--layers ${layers.join(',')} --fan-out ${fanOuts.join(',')}`;
};

/** Padding that would help, and exact and balanced degrees that work, each as a command. */
function degreesAdvice(layers: readonly number[], asked: readonly Asked[], infeasible: readonly Asked[]): string {
  const fanIns = asked.map(({ left, right, density }) =>
    Math.min(left, Math.max(leastFanIn(left, right), Math.round(density * left))),
  );
  const balanced = `--layers ${layers.join(',')} --fan-in ${fanIns.join(',')}`;
  return `${paddingAdvice(infeasible, asked.length)}With exact degrees this works: scattershot search ${feasibleOptions(layers, asked)}. With balanced ones: scattershot search ${balanced}.`;
}

/**
 * @param what begins the message: which degrees do not exist
 * @throws RangeError about all junctions that have no exact degrees near what was asked for
 */
function refuseInexact(
  layers: readonly number[],
  asked: readonly Asked[],
  infeasible: readonly (Asked & { readonly text: string })[],
  what: string,
): never {
  const each = infeasible.map((junction) => {
    const nearest = nearestFanOuts(junction.left, junction.right, junction.density * junction.right);
    return `${nameOf(junction)} at ${junction.text}: nearest feasible fan-outs: ${describeFanOuts(junction.right, nearest)}`;
  });
  throw new InvalidValueError(`${what} in ${each.join('; ')}`, degreesAdvice(layers, asked, infeasible));
}

/** One density for every junction, or one each. @throws RangeError */
function askedDensities(layers: readonly number[], densities: readonly number[]): Asked[] {
  checkLayers(layers);
  const junctions = layers.length - 1;
  if (densities.length !== 1 && densities.length !== junctions) {
    throw new InvalidValueError(
      `${layers.length} layers have ${junctions} junctions: give one density for all or one each; got ${densities.length}`,
    );
  }
  return layers.slice(1).map((right, index) => {
    const density = densities[densities.length === 1 ? 0 : index];
    if (!(density > 0 && density <= 1)) {
      throw new InvalidValueError(`density must be above 0 and at most 1 (100 %); got ${density}`);
    }
    return { number: index + 1, left: layers[index], right, density };
  });
}

/**
 * Fan-outs (means, where degrees are balanced) for a density a junction.
 * @param densities one fraction in (0, 1] for all junctions, or one each
 * @param kind default 'auto'
 * @throws RangeError about all junctions that cannot have theirs, with the nearest that they can have
 */
export function fanOutsForDensities(
  layers: readonly number[],
  densities: readonly number[],
  kind: DegreeKind = 'auto',
): number[] {
  const asked = askedDensities(layers, densities);
  if (kind === 'exact') {
    const exact = asked.map((junction) => exactWithin(junction, EXACT_TOLERANCE));
    const infeasible = asked
      .filter((_, index) => exact[index] === null)
      .map((junction) => ({ ...junction, text: percent(junction.density) }));
    const what = 'no exact degrees within 2 % of the density asked for';
    return infeasible.length > 0 ? refuseInexact(layers, asked, infeasible, what) : (exact as number[]);
  }
  const sparse = asked.filter(
    (junction) =>
      balancedFanIn(junction) === null && (kind === 'balanced' || exactWithin(junction, EXACT_TOLERANCE) === null),
  );
  if (sparse.length > 0) {
    const nearest = asked.map((junction) => {
      const exact = kind === 'auto' ? exactWithin(junction, EXACT_TOLERANCE) : null;
      if (exact !== null) return (exact * junction.left) / junction.right;
      return balancedFanIn(junction) ?? leastFanIn(junction.left, junction.right);
    });
    throw new InvalidValueError(
      `no pattern is so sparse: ${sparse.map(tooSparse).join('; ')}`,
      `The nearest that works: scattershot search --layers ${layers.join(',')} --fan-in ${nearest.join(',')}.`,
    );
  }
  return asked.map((junction) => {
    const exact = kind === 'auto' ? exactWithin(junction, EXACT_TOLERANCE) : null;
    return exact ?? meanFanOut(junction.left, junction.right, balancedFanIn(junction) as number);
  });
}

/**
 * Fan-outs (means, where degrees are balanced) for a fan-in a junction.
 * @param kind 'exact' refuses fan-ins that give the left neurons unequal degrees; default 'auto'
 * @throws RangeError about all junctions that cannot have theirs
 */
export function fanOutsForFanIns(
  layers: readonly number[],
  fanIns: readonly number[],
  kind: DegreeKind = 'auto',
): number[] {
  checkLayers(layers);
  const junctions = layers.length - 1;
  if (fanIns.length !== junctions) {
    throw new InvalidValueError(
      `${layers.length} layers have ${junctions} junctions, each with a fan-in; got ${fanIns.length} fan-ins`,
    );
  }
  const asked = fanIns.map((fanIn, index) => {
    const [left, right] = [layers[index], layers[index + 1]];
    return { number: index + 1, left, right, fanIn, density: fanIn / left };
  });
  const wrong = asked
    .filter(({ left, right, fanIn }) => !(Number.isInteger(fanIn) && fanIn >= leastFanIn(left, right) && fanIn <= left))
    .map((junction) => {
      const range = `from ${leastFanIn(junction.left, junction.right)} to ${junction.left}`;
      return `fan-in ${junction.fanIn} in ${nameOf(junction)}: expected a whole number ${range}, or a neuron has no edge or a double one`;
    });
  if (wrong.length > 0) throw new InvalidValueError(`no pattern has ${wrong.join('; ')}`);
  const fanOuts = asked.map(({ left, right, fanIn }) => meanFanOut(left, right, fanIn));
  const uneven = asked
    .filter((_, index) => !Number.isInteger(fanOuts[index]))
    .map((junction) => ({ ...junction, text: `fan-in ${junction.fanIn}` }));
  const what = 'no exact degrees with the fan-in asked for';
  return kind === 'exact' && uneven.length > 0 ? refuseInexact(layers, asked, uneven, what) : fanOuts;
}

/**
 * Fan-outs as they were typed, which are exact.
 * @throws RangeError about all junctions that cannot have theirs, with exact and balanced degrees that work
 */
export function exactFanOuts(layers: readonly number[], fanOuts: readonly number[]): readonly number[] {
  checkLayers(layers);
  const faults = fanOuts.length === layers.length - 1 ? fanOutFaults(layers, fanOuts) : [];
  if (faults.length === 0) return fanOuts;
  const asked = fanOuts.map((fanOut, index) => {
    const [left, right] = [layers[index], layers[index + 1]];
    return { number: index + 1, left, right, fanOut, density: fanOut / right };
  });
  const infeasible = asked.filter(({ left, right, fanOut }) => !nearestFanOuts(left, right, fanOut).includes(fanOut));
  throw new InvalidValueError(faults.join('; '), degreesAdvice(layers, asked, infeasible));
}

/** "784→300: fan-in 78, fan-outs 29 or 30, 9.95 % dense" */
export function describeJunction({ left, right, fanIn, leastFanOut, mostFanOut, density }: JunctionSize): string {
  const fanOuts = leastFanOut === mostFanOut ? `fan-out ${mostFanOut}` : `fan-outs ${leastFanOut} or ${mostFanOut}`;
  return `${left}→${right}: fan-in ${fanIn}, ${fanOuts}, ${percent(density)} dense`;
}

/** "128,8", "29-30,10" */
export const describeFanOutList = (fanOuts: readonly number[]): string => fanOuts.map(describeFanOut).join(',');
