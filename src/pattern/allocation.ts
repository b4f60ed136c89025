import { InvalidValueError } from '../base/caller-errors.ts';
import { shortPercent } from '../base/number-text.ts';
import { checkLayers, overallDensity } from './architecture.ts';
import type { DegreeKind } from './degree-choice.ts';
import { type FeasibleDegrees, feasibleDegrees } from './feasible-degrees.ts';

/**
 * Spreading an overall density over the junctions (Dey et al., section 2.4): of all feasible degrees whose edges fit the budget, those
 * that waste nothing of it, and one recommended.
 */

/** One way to spread the edges. */
export interface Allocation {
  /** one a junction; means where degrees are balanced */
  readonly fanOuts: readonly number[];
  readonly fanIns: readonly number[];
  /** of each junction, fractions */
  readonly densities: readonly number[];
  readonly overallDensity: number;
  readonly weights: number;
  /** no junction is sparser than the one before it */
  readonly laterDenser: boolean;
}

/** How an overall density is spread over the junctions. */
export interface AllocationOptions {
  /** how far below the density asked for an allocation may stay, as a fraction of it; default 0.02 */
  readonly tolerance?: number;
  /** default 'auto': exact degrees, and balanced ones where exact ones leave no choice */
  readonly degrees?: DegreeKind;
}

/** The ways to spread an overall density over the junctions, and the recommended one. */
export interface AllocationChoice {
  /** the density asked for, a fraction */
  readonly density: number;
  readonly tolerance: number;
  /** the Pareto set, sparsest first junction first: none can give a junction more edges without another losing some */
  readonly allocations: readonly Allocation[];
  /** index of the recommended one */
  readonly recommended: number;
  /** why that one, a sentence or two */
  readonly reason: string;
  /** index of the one whose densities are most alike */
  readonly mostEqual: number;
  /** whether there were too many degrees to look at all of them */
  readonly sampled: boolean;
}

const DEFAULT_TOLERANCE = 0.02;

/**
 * How many times as dense as the one before a junction should be. The paper's one worked example is best at 25 % and 75 % (fig. 3c).
 */
const LATER_RATIO = 3;

/** Allocations looked at, at most. */
const MOST_TRIED = 50_000;

/** Sums of edges are whole numbers; a density in decimals is not. */
const ROUNDED = 1e-9;

/** Relative: densities are typed rounded, and 2.35 % should find the 2.352 % that it stands for. */
const TYPED = 0.005;

const percent = (fraction: number) => shortPercent(fraction, 4);

/** One junction: what it may have, fewest edges first. */
interface JunctionChoices {
  readonly left: number;
  readonly right: number;
  readonly options: readonly FeasibleDegrees[];
}

const edgesOf = ({ right }: JunctionChoices, { fanIn }: FeasibleDegrees) => right * fanIn;

/** Densities that grow by `LATER_RATIO` from junction to junction, none above 1 or below its sparsest, with so many edges in all. */
export function laterDenserDensities(layers: readonly number[], density: number): number[] {
  const sizes = layers.slice(1).map((right, index) => ({ left: layers[index], right }));
  const dense = sizes.reduce((sum, { left, right }) => sum + left * right, 0);
  const at = (base: number) =>
    sizes.map(({ left, right }, index) => {
      const sparsest = 1 / Math.min(left, right);
      return Math.min(1, Math.max(sparsest, base * LATER_RATIO ** index));
    });
  const edges = (densities: readonly number[]) =>
    densities.reduce((sum, each, index) => sum + each * sizes[index].left * sizes[index].right, 0);
  let [low, high] = [0, 1];
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (edges(at(middle)) < density * dense) low = middle;
    else high = middle;
  }
  return at(high);
}

const logDistance = (densities: readonly number[], wanted: readonly number[]) =>
  densities.reduce((sum, density, index) => sum + Math.log(density / wanted[index]) ** 2, 0);

/** The last option with at most so many edges, or −1. */
function lastWithin(junction: JunctionChoices, edges: number): number {
  let [low, high] = [0, junction.options.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edgesOf(junction, junction.options[middle]) <= edges + ROUNDED * edges) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** At most `most` options, spread by ratio, with those nearest to the wanted densities among them; of few only the first of these. */
function thinned(junction: JunctionChoices, most: number, wanted: readonly number[]): JunctionChoices {
  const { options } = junction;
  if (options.length <= most) return junction;
  const last = options.length - 1;
  const nearest = wanted.map((density) => Math.max(0, lastWithin(junction, density * junction.left * junction.right)));
  const rest = most - nearest.length;
  const spread = Array.from({ length: rest < 2 ? 0 : rest }, (_, index) =>
    Math.round((last + 1) ** (index / (rest - 1)) - 1),
  );
  const kept = [...new Set([...spread, ...(rest < 2 ? nearest.slice(0, 1) : nearest)])].sort((a, b) => a - b);
  return { ...junction, options: kept.map((index) => options[index]) };
}

interface EdgeBudget {
  readonly least: number;
  readonly most: number;
}

/** Every choice whose edges lie in the budget and of which no junction can go one option up within it; indices of options. */
function paretoChoices(junctions: readonly JunctionChoices[], { least, most }: EdgeBudget): number[][] {
  const fewestAfter = junctions.map((_, index) =>
    junctions.slice(index + 1).reduce((sum, junction) => sum + edgesOf(junction, junction.options[0]), 0),
  );
  const found: number[][] = [];
  const go = (index: number, chosen: readonly number[], used: number): void => {
    const junction = junctions[index];
    const top = lastWithin(junction, most - used - fewestAfter[index]);
    if (index === junctions.length - 1) {
      if (top < 0) return;
      const total = used + edgesOf(junction, junction.options[top]);
      const all = [...chosen, top];
      if (total >= least - ROUNDED * least && !canRise(all, total)) found.push(all);
      return;
    }
    for (let option = 0; option <= top; option++) {
      go(index + 1, [...chosen, option], used + edgesOf(junction, junction.options[option]));
    }
  };
  const canRise = (chosen: readonly number[], total: number) =>
    chosen.some((option, index) => {
      const junction = junctions[index];
      if (option + 1 >= junction.options.length) return false;
      const more = edgesOf(junction, junction.options[option + 1]) - edgesOf(junction, junction.options[option]);
      return total + more <= most + ROUNDED * most;
    });
  go(0, [], 0);
  return found;
}

function allocationOf(
  layers: readonly number[],
  junctions: readonly JunctionChoices[],
  chosen: readonly number[],
): Allocation {
  const taken = chosen.map((option, index) => junctions[index].options[option]);
  const fanOuts = taken.map(({ fanOut }) => fanOut);
  const densities = taken.map(({ density }) => density);
  return {
    fanOuts,
    fanIns: taken.map(({ fanIn }) => fanIn),
    densities,
    overallDensity: overallDensity({ layers, fanOuts }),
    weights: taken.reduce((sum, { fanIn }, index) => sum + junctions[index].right * fanIn, 0),
    laterDenser: densities.every((density, index) => index === 0 || density >= densities[index - 1] * (1 - ROUNDED)),
  };
}

const indexOfLeast = (values: readonly number[]) => values.indexOf(Math.min(...values));

function recommend(layers: readonly number[], density: number, allocations: readonly Allocation[]): number {
  const wanted = laterDenserDensities(layers, density);
  const distances = allocations.map(({ densities }) => logDistance(densities, wanted));
  const later = distances.map((distance, index) =>
    allocations[index].laterDenser ? distance : Number.POSITIVE_INFINITY,
  );
  return indexOfLeast(later.some(Number.isFinite) ? later : distances);
}

function reasonFor(layers: readonly number[], allocations: readonly Allocation[], index: number): string {
  const { densities, fanOuts, fanIns, laterDenser } = allocations[index];
  const junctions = densities.length;
  const shown = densities.map(percent).join(', ');
  if (junctions === 1) return 'There is one junction, and this is the most that the overall density allows it.';
  const only = allocations.length === 1 ? `Nothing else fits: ${shown} is the only allocation. ` : '';
  const rule = `Later junctions should be denser (Dey et al., section 2.4; 25 % before 75 % was best in their fig. 3c): each about ${LATER_RATIO} times as dense as the one before, as near as feasible degrees come`;
  const fits = laterDenser ? `${rule}.` : `${rule}; no allocation here has every later junction denser.`;
  const isBare = fanOuts[0] <= 1 || fanIns[0] <= 1 || fanOuts[0] === Math.ceil(layers[1] / layers[0]);
  const floor = isBare
    ? ' Junction 1 is at its bare minimum, which in the paper cost most on networks without convolutional layers (appendix 5.1): try a denser one beside it.'
    : ' Junction 1 stays well above its bare minimum, which cost most (appendix 5.1).';
  return only + fits + floor;
}

function junctionsOf(layers: readonly number[], kind: 'exact' | 'balanced'): JunctionChoices[] {
  return layers.slice(1).map((right, index) => {
    const left = layers[index];
    return { left, right, options: feasibleDegrees(left, right, kind) };
  });
}

type Found = Pick<AllocationChoice, 'allocations' | 'sampled'>;

function findAllocations(
  layers: readonly number[],
  density: number,
  tolerance: number,
  kind: 'exact' | 'balanced',
): Found {
  const dense = layers.slice(1).reduce((sum, right, index) => sum + layers[index] * right, 0);
  const wanted = laterDenserDensities(layers, density);
  const most = Math.floor(MOST_TRIED ** (1 / Math.max(1, layers.length - 2)));
  const all = junctionsOf(layers, kind);
  const junctions = all.map((junction, index) =>
    index === all.length - 1 ? junction : thinned(junction, most, [wanted[index], density]),
  );
  const sampled = junctions.some(({ options }, index) => options.length < all[index].options.length);
  const edges = density * dense;
  const within = paretoChoices(junctions, { least: edges * (1 - tolerance), most: edges * (1 + TYPED) });
  const above = { least: edges, most: edges * (1 + Math.max(tolerance, TYPED)) };
  const found = within.length > 0 ? within : paretoChoices(junctions, above);
  return { allocations: found.map((chosen) => allocationOf(layers, junctions, chosen)), sampled };
}

/** Exact degrees, unless they leave no choice where balanced ones do. */
function findWithEither(layers: readonly number[], density: number, tolerance: number): Found {
  const exact = findAllocations(layers, density, tolerance, 'exact');
  if (exact.allocations.length > 1) return exact;
  const balanced = findAllocations(layers, density, tolerance, 'balanced');
  return balanced.allocations.length > exact.allocations.length ? balanced : exact;
}

/** What the densest within a density can have where nothing comes near enough, and the sparsest there is. */
function refuse(layers: readonly number[], density: number, tolerance: number): never {
  const junctions = junctionsOf(layers, 'balanced');
  const sparsest = allocationOf(
    layers,
    junctions,
    junctions.map(() => 0),
  );
  const what = `no allocation of ${layers.join('-')} has an overall density within ${percent(tolerance)} below ${percent(density)}`;
  const least = `the sparsest network has ${percent(sparsest.overallDensity)} (fan-ins ${sparsest.fanIns.join(',')})`;
  throw new InvalidValueError(
    `${what}; ${least}`,
    'Ask for a higher density or a wider tolerance, or for balanced degrees.',
  );
}

/**
 * The ways to spread an overall density over the junctions that waste nothing of it: the Pareto set of the junctions' densities under
 * a budget of edges, `density` · ΣN_i·N_{i+1} (and half a per cent, since densities are typed rounded), of which at least `1 − tolerance`
 * is used. Where nothing uses so much of it, as much above is allowed.
 *
 * ```ts
 * const { allocations, recommended, reason } = allocateDensity([64, 1024, 64], 0.5);
 * console.log(allocations[recommended].fanOuts, reason); // [256, 48]
 * ```
 *
 * @param layers neurons of each layer
 * @param density ΣW_i / ΣN_i·N_{i+1}, a fraction in (0, 1]
 * @throws RangeError for a density that cannot be, with the sparsest that can
 */
export function allocateDensity(
  layers: readonly number[],
  density: number,
  { tolerance = DEFAULT_TOLERANCE, degrees = 'auto' }: AllocationOptions = {},
): AllocationChoice {
  checkLayers(layers);
  if (!(density > 0 && density <= 1)) {
    throw new InvalidValueError(`the overall density must be above 0 and at most 1 (100 %); got ${density}`);
  }
  if (!(tolerance >= 0 && tolerance < 1)) {
    throw new InvalidValueError(`the tolerance must be a fraction from 0 to below 1; got ${tolerance}`);
  }
  const found =
    degrees === 'auto'
      ? findWithEither(layers, density, tolerance)
      : findAllocations(layers, density, tolerance, degrees);
  if (found.allocations.length === 0) return refuse(layers, density, tolerance);
  const { allocations, sampled } = found;
  const recommended = recommend(layers, density, allocations);
  const equal = layers.slice(1).map(() => density);
  const mostEqual = indexOfLeast(allocations.map(({ densities }) => logDistance(densities, equal)));
  const reason = reasonFor(layers, allocations, recommended);
  return { density, tolerance, allocations, recommended, reason, mostEqual, sampled };
}

/**
 * A few allocations worth comparing: the recommended one, the most equal one, and others evenly over the set.
 * @returns indices, sparsest first junction first
 */
export function allocationsToCompare(
  { allocations, recommended, mostEqual }: AllocationChoice,
  most: number,
): number[] {
  const last = allocations.length - 1;
  const picked = new Set([recommended, mostEqual].slice(0, most));
  const spread = Array.from({ length: most }, (_, index) => Math.round((last * (index + 0.5)) / most));
  for (const index of spread) if (picked.size < most) picked.add(index);
  return [...picked].sort((a, b) => a - b);
}
