import { InvalidValueError } from '../../src/base/caller-errors.ts';
import type { Random } from '../../src/base/random.ts';
import type { JunctionSize } from '../../src/pattern/architecture.ts';
import type { Pattern } from '../../src/pattern/pattern.ts';
import { IncrementalScorer } from '../../src/scatter/incremental.ts';
import type { Problem } from '../../src/search/strategy.ts';
import { type SwapFilter, swapFilter } from '../constraints/constrained-problem.ts';
import { RowNames } from '../constraints/row-names.ts';
import type { AnnealingPlan } from './annealing-plan.ts';
import { EdgeGroups } from './edge-groups.ts';
import { type JunctionKeys, junctionKeys } from './junction-keys.ts';

/**
 * Which two edges a swap takes. `any`: any two of a junction. `block`: two between the same left and the same right window of the
 * junction's own entries, which leaves these entries as they are, so that only spans change. Windows that overlap, or leave neurons
 * out, count as one.
 */
export type Move = 'any' | 'block';

/** One junction whose edges are swapped. */
interface WalkPart {
  readonly size: JunctionSize;
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
    sources,
    blocks,
    cells,
    groups: blocks === null ? cells : [blocks, ...cells],
    rows: rules?.distinct ? new RowNames(size.left, sources, size.right) : null,
  };
}

/**
 * A pattern that is changed by swaps that keep every degree and the problem's constraints, its scatter followed swap by swap. What it
 * starts from must keep the constraints.
 */
export class SwapWalk {
  readonly scorer: IncrementalScorer;
  readonly #parts: readonly WalkPart[];
  readonly #filter: SwapFilter | null;
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
    this.#part = this.#parts[0];
  }

  /** Proposes a swap in a random junction to the scorer. @returns false where it cannot be, or would change nothing */
  propose(move: Move, random: Random): boolean {
    const part = this.#parts.length === 1 ? this.#part : this.#parts[random.below(this.#parts.length)];
    const { sources, size, blocks, cells } = part;
    const first = random.below(sources.length);
    let second: number;
    if (move === 'block') {
      if (blocks === null) throw new InvalidValueError('expected a move that the walk was made for; got block');
      second = blocks.draw(first, random);
    } else if (cells.length === 0) second = random.below(sources.length);
    else second = cells[random.below(cells.length)].draw(first, random);
    this.#part = part;
    this.#first = first;
    this.#second = second;
    if (this.#filter !== null) {
      const j1 = Math.floor(first / size.fanIn);
      const j2 = Math.floor(second / size.fanIn);
      if (!this.#filter(size.number, sources[first], sources[second], j1, j2)) return false;
    }
    return this.scorer.propose(size.number, first, second);
  }

  /** Makes the swap that was proposed last. @returns false, and nothing changed, where two rows would become the same */
  accept(): boolean {
    this.scorer.accept();
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
