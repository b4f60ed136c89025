import { InvalidValueError } from '../base/caller-errors.ts';
import { type AllocationChoice, allocateDensity } from '../pattern/allocation.ts';
import {
  type Architecture,
  checkLayers,
  junctionSizes,
  overallDensity as overallDensityOf,
} from '../pattern/architecture.ts';
import type { DegreeKind } from '../pattern/degree-choice.ts';
import { type FeasibleDegrees, feasibleCount, feasibleDegrees } from '../pattern/feasible-degrees.ts';
import { frontNames, frontOutputs, fronts } from '../training/fronts.ts';
import type { FrontName } from '../training/trainer.ts';
import { type ParameterSavings, parameterSavings } from './parameter-savings.ts';

/** What is to be planned. */
export interface NetworkPlanRequest {
  readonly layers: readonly number[];
  /** one a junction (means, where degrees are balanced); absent: nothing is chosen, unless an overall density is given */
  readonly fanOuts?: readonly number[] | undefined;
  /** an overall density to spread over the junctions, a fraction; without fan-outs the recommended allocation is the chosen one */
  readonly overallDensity?: number | undefined;
  /** how far below it an allocation may stay, as a fraction of it; default 0.02 */
  readonly tolerance?: number | undefined;
  /** which degrees are listed and allocated: 'balanced' lists every fan-in; default 'auto' */
  readonly degrees?: DegreeKind | undefined;
  /** convolutional layers before the first junction, whose costs count too; default none */
  readonly front?: FrontName | null;
}

/** What one junction can have. */
export interface PlannedJunction {
  readonly left: number;
  readonly right: number;
  /** sparsest first; evenly chosen where there are more than 10 000 */
  readonly feasible: readonly FeasibleDegrees[];
  /** how many there are */
  readonly feasibleCount: number;
  /** every whole fan-in of this range can be had with balanced degrees */
  readonly balanced: { readonly leastFanIn: number; readonly mostFanIn: number };
}

/** A choice of degrees and what it costs and saves. */
export interface ChosenDegrees extends ParameterSavings {
  readonly fanOuts: readonly number[];
  readonly fanIns: readonly number[];
  readonly densities: readonly number[];
  readonly overallDensity: number;
}

/** What degrees a network can have, and what those that were chosen save. */
export interface NetworkPlan {
  readonly layers: readonly number[];
  readonly junctions: readonly PlannedJunction[];
  readonly chosen: ChosenDegrees | null;
  /** of the chosen degrees */
  readonly overallDensity: number | null;
  readonly weights: number | null;
  /** of the fully connected network */
  readonly denseWeights: number;
  /** of an overall density; each with its own costs */
  readonly allocation:
    | (Omit<AllocationChoice, 'allocations'> & { readonly allocations: readonly ChosenDegrees[] })
    | null;
}

const MOST_LISTED = 10_000;

function plannedJunction(left: number, right: number, degrees: DegreeKind): PlannedJunction {
  const kind = degrees === 'balanced' ? 'balanced' : 'exact';
  const balanced = feasibleDegrees(left, right, 'balanced', 1)[0];
  return {
    ...{ left, right, feasible: feasibleDegrees(left, right, kind, MOST_LISTED) },
    feasibleCount: feasibleCount(left, right, kind),
    balanced: { leastFanIn: balanced.fanIn, mostFanIn: left },
  };
}

function chosenDegrees(sizes: Pick<Architecture, 'layers' | 'fanOuts'>, front: FrontName | null): ChosenDegrees {
  const junctions = junctionSizes(sizes);
  return {
    fanOuts: sizes.fanOuts,
    fanIns: junctions.map(({ fanIn }) => fanIn),
    densities: junctions.map(({ density }) => density),
    overallDensity: overallDensityOf(sizes),
    ...parameterSavings(sizes, front),
  };
}

function requireFront(front: FrontName | null, firstLayer: number): void {
  if (front === null) return;
  if (!frontNames.includes(front)) {
    throw new InvalidValueError(`the front must be ${frontNames.join(' or ')}; got ${String(front)}`);
  }
  const outputs = frontOutputs(fronts[front]);
  if (outputs === firstLayer) return;
  throw new InvalidValueError(
    `the front ${front} gives ${outputs} values; the first layer has ${firstLayer} neurons`,
    `Give a first layer of ${outputs} neurons, or no front.`,
  );
}

/**
 * What a network's junctions can have, what a choice of degrees saves, and how an overall density can be spread over them. Nothing is
 * searched or trained.
 *
 * ```ts
 * const { chosen } = planNetwork({ layers: [4096, 512, 16], fanOuts: [1, 1], front: 'cifar-conv' });
 * console.log(chosen?.weights, chosen?.denseWeights, chosen?.parameters.reduction); // 4608 2105344 0.646
 * ```
 *
 * @throws RangeError for layers, degrees, densities and fronts that cannot be
 */
export function planNetwork(request: NetworkPlanRequest): NetworkPlan {
  const { layers, overallDensity, tolerance, degrees = 'auto', front = null } = request;
  checkLayers(layers);
  requireFront(front, layers[0]);
  const choice =
    overallDensity === undefined
      ? null
      : allocateDensity(layers, overallDensity, { degrees, ...(tolerance === undefined ? {} : { tolerance }) });
  const allocation =
    choice === null
      ? null
      : { ...choice, allocations: choice.allocations.map(({ fanOuts }) => chosenDegrees({ layers, fanOuts }, front)) };
  const chosen =
    request.fanOuts === undefined
      ? (allocation?.allocations[allocation.recommended] ?? null)
      : chosenDegrees({ layers, fanOuts: request.fanOuts }, front);
  return {
    layers,
    junctions: layers.slice(1).map((right, index) => plannedJunction(layers[index], right, degrees)),
    ...{ chosen, overallDensity: chosen?.overallDensity ?? null, weights: chosen?.weights ?? null },
    denseWeights: layers.slice(1).reduce((sum, right, index) => sum + layers[index] * right, 0),
    allocation,
  };
}
