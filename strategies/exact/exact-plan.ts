import type { Random } from '../../src/base/random.ts';
import { isExact, type JunctionSize, junctionSizes } from '../../src/pattern/architecture.ts';
import { type Entry, type Rate, spanRate } from '../../src/pattern/entries.ts';
import type { Pattern } from '../../src/pattern/pattern.ts';
import type { Windows } from '../../src/pattern/windows.ts';
import type { Problem } from '../../src/search/strategy.ts';
import { permutationGridPattern, permutationGridRefusal } from '../shared/permutation-grid-pattern.ts';
import { connectCyclic, type Link } from './cyclic-span.ts';
import { type Connect, EdgeTable, reversed } from './edge-table.ts';
import { connectPair } from './even-pair.ts';
import { type LayerWindows, layerWindows, randomOrder } from './layer-order.ts';
import { orientedPair, type PairSizes } from './pair-sizes.ts';
import { connectRouted } from './routed-junction.ts';

/** What is done with junctions of the span, in positions. Junctions that no step names keep their permutation grid. */
type PlanPiece =
  | { readonly kind: 'pair'; readonly junction: number }
  | { readonly kind: 'routed'; readonly junction: number; readonly mirrored: boolean }
  | { readonly kind: 'cyclic' };

/** How exact patterns of a problem are made. */
export interface ExactPlan {
  readonly sizes: readonly JunctionSize[];
  readonly links: readonly Link[];
  /** neurons per window of the span 1:J */
  readonly span: number;
  readonly pieces: readonly PlanPiece[];
  /** layer − 1 → its windows; null for layers that no piece touches */
  readonly layers: readonly (LayerWindows | null)[];
  /** every entry that is not vacuous is proved to be at its bound */
  readonly proved: boolean;
}

const isWhole = (rate: Rate) => rate.denominator === 1;
/** Neurons per window that the paper's rule derives from a rate. */
const derivedSize = (rate: Rate) => (rate.numerator >= rate.denominator ? 1 : rate.denominator);

/** Entries of single junctions and of the whole span: those that the constructions are about. */
function isCovered(problem: Problem, { from, to }: Entry): boolean {
  return from === to || (from === 1 && to === problem.architecture.fanOuts.length);
}

const hasDerivedWindows = (entry: Entry) =>
  entry.windows.partition !== null && entry.windowSize === derivedSize(entry.rate);

/** A rate that is no whole number above 1 has a higher bound where padding may take fewer paths: it is not proved to be reached. */
function isReachable(problem: Problem, entry: Entry): boolean {
  const { usedInputs, usedOutputs, layers } = problem.architecture;
  const padded = usedInputs < layers[0] || usedOutputs < layers[layers.length - 1];
  return isCovered(problem, entry) && (!padded || isWhole(entry.rate) || entry.rate.numerator < entry.rate.denominator);
}

const rateOf = (problem: Problem, from: number, to: number) => spanRate(problem.architecture, from, to);

/** Junctions `junction` and the next one. */
function pairAt(links: readonly Link[], junction: number): PairSizes {
  const [first, second] = [links[junction - 1], links[junction]];
  return { left: first.left, middle: first.right, right: second.right, first, second };
}

/** Pieces of the junctions from:to whose span has a rate below 1, or null where only the cyclic construction is left. */
function chain(problem: Problem, links: readonly Link[], from: number, to: number): PlanPiece[] | null {
  if (from === to) return [];
  if (to === from + 1) {
    return orientedPair(pairAt(links, from)) === null ? null : [{ kind: 'pair', junction: from }];
  }
  const size = derivedSize(rateOf(problem, from, to));
  if (derivedSize(rateOf(problem, from + 1, to)) === size) {
    const rest = chain(problem, links, from + 1, to);
    if (rest !== null) return [{ kind: 'routed', junction: from, mirrored: false }, ...rest];
  }
  if (derivedSize(rateOf(problem, from, to - 1)) !== size) return null;
  const rest = chain(problem, links, from, to - 1);
  return rest === null ? null : [{ kind: 'routed', junction: to, mirrored: true }, ...rest];
}

function piecesOf(problem: Problem, links: readonly Link[]): PlanPiece[] {
  const rate = rateOf(problem, 1, links.length);
  if (rate.numerator < rate.denominator) return chain(problem, links, 1, links.length) ?? [{ kind: 'cyclic' }];
  for (let i = 1; i < links.length; i++) {
    // an even pair of a whole rate makes every longer span even; another must be the whole span
    const suits = links.length === 2 || isWhole(rateOf(problem, i, i + 1));
    if (suits && orientedPair(pairAt(links, i)) !== null) return [{ kind: 'pair', junction: i }];
  }
  return [{ kind: 'cyclic' }];
}

/** Layers (from 1) that the pieces put in order. */
function touchedLayers(pieces: readonly PlanPiece[], layers: number): Set<number> {
  const [piece] = pieces;
  if (pieces.length === 1 && piece.kind === 'pair') return new Set([0, 1, 2].map((offset) => piece.junction + offset));
  return new Set(Array.from({ length: layers }, (_, index) => index + 1));
}

/** Windows on a layer that the pieces must follow: of its junctions among the touched layers, and of the whole span. */
function windowsOn(problem: Problem, touched: ReadonlySet<number>, layer: number): Windows[] {
  return problem.entries
    .filter((entry) => !entry.vacuousUnder['fair-share'] && isCovered(problem, entry))
    .filter((entry) => touched.has(entry.from) && touched.has(entry.to + 1))
    .filter((entry) => (entry.direction === 'forward' ? entry.from : entry.to + 1) === layer)
    .map((entry) => entry.windows);
}

function linkOf(problem: Problem, { number, left, right }: JunctionSize): Link {
  const rate = rateOf(problem, number, number);
  return { left, right, size: rate.denominator, share: rate.numerator };
}

function spanPlan(problem: Problem, sizes: readonly JunctionSize[]): Pick<ExactPlan, 'pieces' | 'layers'> | null {
  const links = sizes.map((size) => linkOf(problem, size));
  const count = sizes.length + 1;
  for (const pieces of [piecesOf(problem, links), [{ kind: 'cyclic' } as const]]) {
    const touched = touchedLayers(pieces, count);
    const layers = Array.from({ length: count }, (_, index) =>
      touched.has(index + 1)
        ? layerWindows(problem.architecture.layers[index], windowsOn(problem, touched, index + 1))
        : undefined,
    );
    if (layers.every((layer) => layer !== null)) return { pieces, layers: layers.map((layer) => layer ?? null) };
  }
  return null;
}

/**
 * How to make patterns of this problem that are at their bound in every entry of a single junction and of the span 1:J, or null where the
 * conditions of docs/exact-construction.md do not hold, as they never do of balanced degrees.
 */
export function exactPlan(problem: Problem): ExactPlan | null {
  const sizes = junctionSizes(problem.architecture);
  if (!sizes.every(isExact)) return null;
  const counted = problem.entries.filter((entry) => !entry.vacuousUnder['fair-share']);
  const covered = counted.filter((entry) => isCovered(problem, entry));
  if (!covered.every(hasDerivedWindows) || permutationGridRefusal(problem) !== null) return null;
  const links = sizes.map((size) => linkOf(problem, size));
  const span = derivedSize(rateOf(problem, 1, sizes.length));
  const proved = counted.every((entry) => isReachable(problem, entry));
  const common = { sizes, links, span, proved };
  if (sizes.length === 1 || covered.every((entry) => entry.from === entry.to)) {
    return { ...common, pieces: [], layers: problem.architecture.layers.map(() => null) };
  }
  const plan = spanPlan(problem, sizes);
  return plan === null ? null : { ...common, ...plan };
}

/** A pattern of the plan: permutation grids, those junctions replaced that a piece makes. */
export function exactPattern(problem: Problem, plan: ExactPlan, random: Random): Pattern {
  const grids = permutationGridPattern(problem, random.fork(0));
  const orders = plan.layers.map((layer, index) => (layer === null ? null : randomOrder(layer, random.fork(1, index))));
  const tables = new Map<number, EdgeTable>();
  const connector = (junction: number): Connect => {
    const table = new EdgeTable(plan.sizes[junction - 1]);
    tables.set(junction, table);
    return table.connector(orders[junction - 1] as Uint32Array, orders[junction] as Uint32Array);
  };
  plan.pieces.forEach((piece, index) => {
    connectPiece(plan, piece, connector, random.fork(2, index));
  });
  const junctions = grids.junctions.map((sources, index) => tables.get(index + 1)?.finish() ?? sources);
  return { ...grids, junctions };
}

function connectPiece(
  plan: ExactPlan,
  piece: PlanPiece,
  connector: (junction: number) => Connect,
  random: Random,
): void {
  const { links, span } = plan;
  if (piece.kind === 'cyclic') {
    const connects = links.map((_, index) => connector(index + 1));
    connectCyclic(links, span, connects, random);
    return;
  }
  const link = links[piece.junction - 1];
  const connect = connector(piece.junction);
  if (piece.kind === 'pair') {
    connectPair(pairAt(links, piece.junction), connect, connector(piece.junction + 1), random);
  } else if (piece.mirrored) {
    connectRouted({ left: link.right, right: link.left }, link, span, reversed(connect), random);
  } else connectRouted(link, link, span, connect, random);
}
