import { InvalidValueError } from '../base/caller-errors.ts';
import { product } from '../base/numbers.ts';
import { junctionSizes } from '../pattern/architecture.ts';
import type { Entry } from '../pattern/entries.ts';
import { makePattern, type Pattern } from '../pattern/pattern.ts';
import { EntryGrid } from './incremental-grid.ts';
import { JunctionEdges } from './incremental-junction.ts';
import { fillGrid, isSingle, NONE, type PlacedGrid, SwapProducts } from './incremental-span.ts';
import type { SurplusEdges } from './incremental-surplus.ts';
import { requireMatching } from './matching.ts';
import type { Metric, ScatterScore } from './metric.ts';
import { pathCountFault } from './path-counts.ts';

/** Accepted moves that can be undone; older ones are forgotten. */
export const UNDO_DEPTH = 2 ** 16;

/** One junction: its edges, its own two entries where one swap is four cells, all others whose spans hold it. */
interface JunctionGrids {
  readonly edges: JunctionEdges;
  readonly forward: EntryGrid | null;
  readonly forwardPlace: number;
  readonly backward: EntryGrid | null;
  readonly backwardPlace: number;
  readonly products: SwapProducts | null;
  /** where in the vector a swap in this junction shows */
  readonly places: readonly number[];
}

/** What surplus moves in one junction are drawn from; nothing where degrees are exact. */
export interface SurplusChoices {
  /** edges of the left neurons that have one edge more than the others */
  readonly edges: number;
  /** left neurons that have one fewer */
  readonly neurons: number;
}

const isDrawn = (index: number, limit: number) => Number.isInteger(index) && index >= 0 && index < limit;

/** Marks a surplus move in the history. */
const SURPLUS = 2 ** 31;

/**
 * The scatter vector of a pattern under two moves. A swap: the left ends a → j1 and b → j2 of two edges of one junction are
 * exchanged (b → j1, a → j2), which keeps every degree. A surplus move, where degrees are balanced: a left neuron a with one edge more
 * passes an edge a → j to a left neuron b without (b → j), which keeps every fan-in and the number of neurons with one more. A proposal is evaluated from the window counts it changes and writes
 * nothing else; every value equals that of a fresh reference score exactly, since both divide the same whole numbers (mean-share.ts).
 *
 * Cost of a proposal: 8 cells for the two entries of a junction; for a span, (neurons reached from j1 and j2) × (windows that
 * reach a and b), and nothing where all counts are so far above their shares that no swap can cost one. Memory: 2 bytes (4 or 8
 * where more paths than 16 bits count may meet) per neuron and window of every entry that is not vacuous, and the edges
 * (incremental-junction.ts). Making one costs, for a span, one walk to every neuron: as many additions as it has paths at most.
 */
export class IncrementalScorer {
  readonly metric: Metric;
  /** edges per junction; index 0 is junction 1 */
  readonly edges: readonly number[];
  /** by junction; index 0 is junction 1 */
  readonly surplus: readonly SurplusChoices[];
  /** current value of every entry; 1 for vacuous ones */
  readonly vector: Float64Array;
  /** values after the pending proposal; without meaning when none is pending */
  readonly proposed: Float64Array;
  readonly #sizes: Pick<Pattern, 'layers' | 'fanOuts'>;
  readonly #junctions: readonly JunctionGrids[];
  readonly #history = new Uint32Array(3 * UNDO_DEPTH);
  #accepted = 0;
  #forgotten = 0;
  #pending = false;
  #junction = 0;
  /** of a swap its two edges; of a surplus move its edge, and the left neuron that gets it */
  #first = 0;
  #second = 0;
  #isSurplus = false;

  /** @throws RangeError when the entries belong to another architecture, or have more paths than can be counted */
  constructor(pattern: Pattern, entries: readonly Entry[], metric: Metric) {
    requireMatching(pattern, entries);
    const fault = pathCountFault(pattern, entries, metric);
    if (fault !== null) throw new InvalidValueError(fault);
    this.metric = metric;
    this.#sizes = { layers: [...pattern.layers], fanOuts: [...pattern.fanOuts] };
    const sizes = junctionSizes(pattern);
    this.edges = sizes.map((size) => size.edges);
    const walked = entries.some((entry) => entry.to > entry.from && !entry.vacuousUnder[metric]);
    const edges = sizes.map((size, index) => new JunctionEdges(size, pattern.junctions[index], walked));
    this.surplus = edges.map(({ surplus }) => ({ edges: surplus?.edges ?? 0, neurons: surplus?.neurons ?? 0 }));
    const grids = entryGrids(edges, entries, metric);
    this.vector = new Float64Array(entries.length).fill(1);
    for (const { grid, places } of grids) for (const place of places) this.vector[place] = grid.value();
    this.proposed = this.vector.slice();
    this.#junctions = edges.map((each) => junctionGrids(edges, each, grids));
  }

  scatter(): number {
    return this.vector.reduce((least, value) => Math.min(least, value), 1);
  }

  score(): ScatterScore {
    return { metric: this.metric, scatter: this.scatter(), vector: [...this.vector] };
  }

  /** The current pattern, rows sorted, in fresh arrays. */
  toPattern(): Pattern {
    return makePattern(
      this.#sizes,
      this.#junctions.map(({ edges }) => Uint32Array.from(edges.sources)),
    );
  }

  /**
   * Evaluates a swap into `proposed`. It replaces any earlier proposal.
   * @param junction from 1
   * @param firstEdge, secondEdge numbers in the junction's right-major list: edge e belongs to right neuron ⌊e / fanIn⌋
   * @returns false when the swap would change nothing or make a double edge; nothing is pending then
   */
  propose(junction: number, firstEdge: number, secondEdge: number): boolean {
    this.#pending = false;
    const grids = this.#gridsOf(junction);
    const { edges, forward, backward, products } = grids;
    const { sources } = edges;
    const a = sources[firstEdge];
    const b = sources[secondEdge];
    if (a === undefined || b === undefined) {
      throw new InvalidValueError(`expected edges from 0 to ${sources.length - 1}; got ${firstEdge} and ${secondEdge}`);
    }
    const j1 = edges.rightOf(firstEdge);
    const j2 = edges.rightOf(secondEdge);
    if (j1 === j2 || a === b || edges.connects(j1, b) || edges.connects(j2, a)) return false;
    this.#startProposal(junction);
    if (forward !== null) {
      const windowOf = forward.entry.windows.members;
      this.proposed[grids.forwardPlace] = forward.previewCross(j1, j2, windowOf[b], windowOf[a]);
    }
    if (backward !== null) {
      const windowOf = backward.entry.windows.members;
      this.proposed[grids.backwardPlace] = backward.previewCross(b, a, windowOf[j1], windowOf[j2]);
    }
    if (products !== null) products.preview(b, a, j1, j2, this.proposed);
    this.#pending = true;
    this.#first = firstEdge;
    this.#second = secondEdge;
    this.#isSurplus = false;
    return true;
  }

  /**
   * Evaluates a surplus move into `proposed`. It replaces any earlier proposal. What numbers stand for changes with every accepted
   * move: draw both afresh, below `surplus[junction − 1]`, and every draw keeps the degrees balanced.
   * @param junction from 1
   * @param edge counts the edges of the left neurons with one more, from 0
   * @param neuron counts the left neurons without, from 0
   * @returns false when the move would make a double edge; nothing is pending then
   */
  proposeSurplus(junction: number, edge: number, neuron: number): boolean {
    this.#pending = false;
    const { surplus } = this.#gridsOf(junction).edges;
    const { edges, neurons } = this.surplus[junction - 1];
    if (surplus === null || !isDrawn(edge, edges) || !isDrawn(neuron, neurons)) {
      throw new InvalidValueError(
        `expected one of ${edges} edges and one of ${neurons} left neurons, from 0; got ${edge} and ${neuron}`,
      );
    }
    return this.#proposePass(junction, surplus.edge(edge), surplus.neuron(neuron));
  }

  /** The edge, by its number in the junction's list, that `proposeSurplus` would pass on; numbers as there. */
  surplusEdge(junction: number, edge: number): number {
    return this.#surplusOf(junction).edge(edge);
  }

  /** The left neuron that `proposeSurplus` would pass an edge to; numbers as there. */
  surplusNeuron(junction: number, neuron: number): number {
    return this.#surplusOf(junction).neuron(neuron);
  }

  #surplusOf(junction: number): SurplusEdges {
    const { surplus } = this.#gridsOf(junction).edges;
    if (surplus === null)
      throw new InvalidValueError(`expected a junction of balanced degrees; got junction ${junction}`);
    return surplus;
  }

  /** Evaluates that an edge gets another left end. */
  #proposePass(junction: number, edge: number, gainer: number): boolean {
    const grids = this.#junctions[junction - 1];
    const { edges, forward, backward, products } = grids;
    const loser = edges.sources[edge];
    const j = edges.rightOf(edge);
    if (edges.connects(j, gainer)) return false;
    this.#startProposal(junction);
    if (forward !== null) {
      const windowOf = forward.entry.windows.members;
      this.proposed[grids.forwardPlace] = forward.previewShift(j, windowOf[gainer], j, windowOf[loser]);
    }
    if (backward !== null) {
      const window = backward.entry.windows.members[j];
      this.proposed[grids.backwardPlace] = backward.previewShift(gainer, window, loser, window);
    }
    if (products !== null) products.preview(gainer, loser, j, NONE, this.proposed);
    this.#pending = true;
    this.#first = edge;
    this.#second = gainer;
    this.#isSurplus = true;
    return true;
  }

  #gridsOf(junction: number): JunctionGrids {
    const grids = this.#junctions[junction - 1];
    if (grids === undefined) {
      throw new InvalidValueError(`expected a junction from 1 to ${this.#junctions.length}; got ${junction}`);
    }
    return grids;
  }

  /** Entries that the junction does not touch keep their values. */
  #startProposal(junction: number): void {
    if (junction !== this.#junction) {
      for (let k = 0; k < this.vector.length; k++) this.proposed[k] = this.vector[k];
    }
    this.#junction = junction;
  }

  /** Applies the pending proposal. @throws RangeError when nothing is pending */
  accept(): void {
    if (!this.#pending) throw new InvalidValueError('expected a pending proposal to accept; got none');
    const at = 3 * (this.#accepted % UNDO_DEPTH);
    const { sources } = this.#junctions[this.#junction - 1].edges;
    this.#history[at] = this.#isSurplus ? this.#junction + SURPLUS : this.#junction;
    this.#history[at + 1] = this.#first;
    this.#history[at + 2] = this.#isSurplus ? sources[this.#first] : this.#second;
    this.#apply();
    this.#accepted++;
    this.#forgotten = Math.max(this.#forgotten, this.#accepted - UNDO_DEPTH);
  }

  /** Reverts the last accepted move that was not reverted yet, and drops a pending proposal. The last 65 536 can be reverted. */
  undo(): void {
    if (this.#accepted === this.#forgotten) throw new InvalidValueError('expected an accepted swap to undo; got none');
    const at = 3 * ((this.#accepted - 1) % UNDO_DEPTH);
    const history = this.#history;
    const junction = history[at];
    if (junction >= SURPLUS) this.#proposePass(junction - SURPLUS, history[at + 1], history[at + 2]);
    else this.propose(junction, history[at + 1], history[at + 2]);
    this.#apply();
    this.#accepted--;
  }

  #apply(): void {
    this.#pending = false;
    const grids = this.#junctions[this.#junction - 1];
    if (this.#isSurplus) this.#applyPass(grids);
    else this.#applySwap(grids);
    for (const place of grids.places) this.vector[place] = this.proposed[place];
  }

  #applyPass({ edges, forward, backward, products }: JunctionGrids): void {
    const gainer = this.#second;
    const loser = edges.sources[this.#first];
    const j = edges.rightOf(this.#first);
    if (forward !== null) {
      const windowOf = forward.entry.windows.members;
      forward.applyShift(j, windowOf[gainer], j, windowOf[loser]);
    }
    if (backward !== null) {
      const window = backward.entry.windows.members[j];
      backward.applyShift(gainer, window, loser, window);
    }
    products?.apply(gainer, loser, j, NONE);
    edges.pass(this.#first, gainer);
  }

  #applySwap({ edges, forward, backward, products }: JunctionGrids): void {
    const { sources } = edges;
    const a = sources[this.#first];
    const b = sources[this.#second];
    const j1 = edges.rightOf(this.#first);
    const j2 = edges.rightOf(this.#second);
    if (forward !== null) {
      const windowOf = forward.entry.windows.members;
      forward.applyCross(j1, j2, windowOf[b], windowOf[a]);
    }
    if (backward !== null) {
      const windowOf = backward.entry.windows.members;
      backward.applyCross(b, a, windowOf[j1], windowOf[j2]);
    }
    products?.apply(b, a, j1, j2);
    edges.exchange(this.#first, this.#second);
  }
}

/** Grids of the entries that are not vacuous. Entries that count the same paths, between all pairs of neurons, share one. */
function entryGrids(edges: readonly JunctionEdges[], entries: readonly Entry[], metric: Metric): PlacedGrid[] {
  const pairwise = new Map<string, number[]>();
  return entries.flatMap((entry, place) => {
    if (entry.vacuousUnder[metric]) return [];
    const { from, to, direction, windows, averaged, neurons } = entry;
    const pairs = averaged === neurons && isSingle(windows);
    const twin = pairs ? pairwise.get(`${from}:${to}`) : undefined;
    if (twin !== undefined) {
      twin.push(place);
      return [];
    }
    const places = [place];
    if (pairs) pairwise.set(`${from}:${to}`, places);
    const degrees = edges
      .slice(from - 1, to)
      .map(({ size }) => (direction === 'forward' ? size.fanIn : size.mostFanOut));
    const grid = new EntryGrid(entry, metric, product(degrees));
    fillGrid(grid, edges);
    return [{ grid, places }];
  });
}

function junctionGrids(
  all: readonly JunctionEdges[],
  edges: JunctionEdges,
  grids: readonly PlacedGrid[],
): JunctionGrids {
  const { number } = edges.size;
  const changed = grids.filter(({ grid }) => grid.entry.from <= number && number <= grid.entry.to);
  const single = (direction: Entry['direction']) =>
    changed.find(
      ({ grid, places }) =>
        grid.plain && grid.entry.from === grid.entry.to && grid.entry.direction === direction && places.length === 1,
    );
  const forward = single('forward');
  const backward = single('backward');
  const others = changed.filter((placed) => placed !== forward && placed !== backward);
  return {
    edges,
    forward: forward?.grid ?? null,
    forwardPlace: forward?.places[0] ?? 0,
    backward: backward?.grid ?? null,
    backwardPlace: backward?.places[0] ?? 0,
    products: others.length === 0 ? null : new SwapProducts(all, number, others),
    places: changed.flatMap(({ places }) => places),
  };
}
