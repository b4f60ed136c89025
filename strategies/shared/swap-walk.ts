import { InvalidValueError } from '../../src/base/caller-errors.ts';
import type { Random } from '../../src/base/random.ts';
import { isExact, type JunctionSize } from '../../src/pattern/architecture.ts';
import type { Pattern } from '../../src/pattern/pattern.ts';
import { IncrementalScorer } from '../../src/scatter/incremental.ts';
import type { Problem } from '../../src/search/strategy.ts';
import { type SurplusFilter, type SwapFilter, surplusFilter, swapFilter } from '../constraints/constrained-problem.ts';
import { RowNames } from '../constraints/row-names.ts';
import type { AnnealingPlan } from './annealing-plan.ts';
import { EdgeGroups } from './edge-groups.ts';
import { type JunctionKeys, junctionKeys } from './junction-keys.ts';

/**
 * Which two edges a swap takes. `any`: any two of a junction; where degrees are balanced, one proposal in `SURPLUS_EVERY` is instead that
 * a right neuron passes from a left neuron with an edge more to one with an edge less. `block`: two between the same left and the same right window of the
 * junction's own entries, which leaves these entries as they are, so that only spans change. Windows that overlap, or leave neurons
 * out, count as one.
 */
export type Move = 'any' | 'block';

/** Few are needed: of all left neurons in question each is asked about once in as many proposals as there are edges, or sooner. */
const SURPLUS_EVERY = 8;

/** One junction whose edges are swapped. */
interface WalkPart {
  readonly size: JunctionSize;
  readonly isExact: boolean;
  /** edge list in step with the scorer's */
  readonly sources: Uint32Array;
  /** null where no `block` move is made */
  readonly blocks: EdgeGroups | null;
  /** edges that constraints let change places, in each of these ways; empty where all may */
  readonly cells: readonly EdgeGroups[];
  /** both, to be kept up to date */
  readonly groups: readonly EdgeGroups[];
  /** where no two rows may be the same */
  readonly rows: RowNames | null;
}

function partOf({ size, rules, left, right, cycles }: JunctionKeys, pattern: Pattern, hasBlocks: boolean): WalkPart {
  const sources = pattern.junctions[size.number - 1].slice();
  const blocks = hasBlocks ? new EdgeGroups(left.blocks, right.blocks, sources) : null;
  const cells: EdgeGroups[] = [];
  if (left.cells.count * right.cells.count > 1) cells.push(new EdgeGroups(left.cells, right.cells, sources));
  if (cycles !== null) cells.push(new EdgeGroups({ keyOf: new Uint32Array(size.left), count: 1 }, cycles, sources));
  return {
    size,
    isExact: isExact(size),
    sources,
    blocks,
    cells,
    groups: blocks === null ? cells : [blocks, ...cells],
    rows: rules?.distinct ? new RowNames(size.left, sources, size.right) : null,
  };
}

/**
 * A pattern that is changed by swaps that keep every degree (and, where degrees are balanced, moves that keep them so) and the problem's constraints,
 * its scatter followed move by move. What it
 * starts from must keep the constraints.
 */
export class SwapWalk {
  readonly scorer: IncrementalScorer;
  readonly #parts: readonly WalkPart[];
  readonly #filter: SwapFilter | null;
  readonly #passing: SurplusFilter | null;
  /** of the pending proposal: the left neuron that the first edge's right neuron passes to; −1 for a swap with the second */
  #heir = -1;
  #part: WalkPart;
  #first = 0;
  #second = 0;

  /** @param moves that will be proposed. @throws RangeError for a plan without junctions or entries */
  constructor(problem: Problem, plan: AnnealingPlan, pattern: Pattern, moves: readonly Move[]) {
    if (plan.junctions.length === 0)
      throw new InvalidValueError('expected a junction whose edges can be swapped; got none');
    const keys = junctionKeys(problem);
    this.scorer = new IncrementalScorer(pattern, plan.entries, problem.metric);
    this.#parts = plan.junctions.map((junction) => partOf(keys[junction - 1], pattern, moves.includes('block')));
    this.#filter = swapFilter(problem);
    this.#passing = surplusFilter(problem);
    this.#part = this.#parts[0];
  }

  /** Proposes a swap in a random junction to the scorer. @returns false where it cannot be, or would change nothing */
  propose(move: Move, random: Random): boolean {
    const part = this.#parts.length === 1 ? this.#part : this.#parts[random.below(this.#parts.length)];
    const { sources, size, blocks, cells } = part;
    this.#part = part;
    if (!part.isExact && move === 'any' && random.below(SURPLUS_EVERY) === 0) return this.#proposeSurplus(random);
    const first = random.below(sources.length);
    let second: number;
    if (move === 'block') {
      if (blocks === null) throw new InvalidValueError('expected a move that the walk was made for; got block');
      second = blocks.draw(first, random);
    } else if (cells.length === 0) second = random.below(sources.length);
    else second = cells[random.below(cells.length)].draw(first, random);
    this.#first = first;
    this.#second = second;
    this.#heir = -1;
    if (this.#filter !== null) {
      const j1 = Math.floor(first / size.fanIn);
      const j2 = Math.floor(second / size.fanIn);
      if (!this.#filter(size.number, sources[first], sources[second], j1, j2)) return false;
    }
    return this.scorer.propose(size.number, first, second);
  }

  #proposeSurplus(random: Random): boolean {
    const { size, sources } = this.#part;
    const { edges, neurons } = this.scorer.surplus[size.number - 1];
    const [edgePlace, neuronPlace] = [random.below(edges), random.below(neurons)];
    this.#first = this.scorer.surplusEdge(size.number, edgePlace);
    this.#heir = this.scorer.surplusNeuron(size.number, neuronPlace);
    const j = Math.floor(this.#first / size.fanIn);
    if (this.#passing !== null && !this.#passing(size.number, sources[this.#first], this.#heir, j)) return false;
    return this.scorer.proposeSurplus(size.number, edgePlace, neuronPlace);
  }

  /** Makes the move that was proposed last. @returns false, and nothing changed, where two rows would become the same */
  accept(): boolean {
    this.scorer.accept();
    return this.#heir < 0 ? this.#acceptSwap() : this.#acceptSurplus();
  }

  #acceptSurplus(): boolean {
    const { rows, size, sources, groups } = this.#part;
    const first = this.#first;
    const j = Math.floor(first / size.fanIn);
    const before = sources[first];
    sources[first] = this.#heir;
    if (rows !== null) {
      rows.renew([j], sources);
      if (rows.twins > 0) {
        this.scorer.undo();
        sources[first] = before;
        rows.renew([j], sources);
        return false;
      }
    }
    for (const group of groups) group.renew(first, sources[first], j);
    return true;
  }

  #acceptSwap(): boolean {
    this.#exchange();
    const { rows, size, sources, groups } = this.#part;
    const [first, second] = [this.#first, this.#second];
    const j1 = Math.floor(first / size.fanIn);
    const j2 = Math.floor(second / size.fanIn);
    if (rows !== null) {
      rows.renew([j1, j2], sources);
      if (rows.twins > 0) {
        this.scorer.undo();
        this.#exchange();
        rows.renew([j1, j2], sources);
        return false;
      }
    }
    for (const group of groups) {
      group.renew(first, sources[first], j1);
      group.renew(second, sources[second], j2);
    }
    return true;
  }

  toPattern(): Pattern {
    return this.scorer.toPattern();
  }

  #exchange(): void {
    const { sources } = this.#part;
    const held = sources[this.#first];
    sources[this.#first] = sources[this.#second];
    sources[this.#second] = held;
  }
}
