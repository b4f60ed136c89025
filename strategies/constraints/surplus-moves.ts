import type { Random } from '../../src/base/random.ts';
import { isExact, type JunctionSize } from '../../src/pattern/architecture.ts';
import { classMembers } from '../../src/pattern/constraints/cell-start.ts';
import type { PairSet } from '../../src/pattern/constraints/pair-set.ts';
import type { Cells } from '../../src/pattern/constraints/rules.ts';
import { leftDegrees } from '../../src/pattern/slack.ts';
import type { RowNames } from './row-names.ts';

/**
 * Renumbers the left neurons of every class at random, where degrees are balanced: by symmetry each set of neurons with an edge more
 * is then as likely as any other that the cells allow (biregular.ts). In place; rows are left in any order.
 */
export function renameWithinClasses(sources: Uint32Array, size: JunctionSize, cells: Cells, random: Random): void {
  if (isExact(size)) return;
  const names = new Uint32Array(size.left);
  for (const members of classMembers(cells.leftClass, cells.leftClasses)) {
    const shuffled = random.shuffle(members.slice());
    for (let i = 0; i < members.length; i++) names[members[i]] = shuffled[i];
  }
  for (let e = 0; e < sources.length; e++) sources[e] = names[sources[e]];
}

/** What a junction must keep when an edge passes to another left neuron. */
interface Kept {
  readonly cells: Cells;
  /** pairs that must stay as they are, edge or none; null where none must */
  readonly fixed: PairSet | null;
  /** kept in step; no move makes more twins */
  readonly names: RowNames | null;
}

/**
 * Moves of a junction of balanced degrees: a right neuron of a left neuron with an edge more is passed to one of the same class with
 * an edge less, which changes which of them has it.
 *
 * Proof that each is as likely as its reverse: from a class with s neurons of the higher degree h and t of the lower, one of the s is
 * drawn, one of the t, and one of the first one's h right neurons. Afterwards both sets are as large and the second neuron has h right
 * neurons, so that the way back is drawn with the same probability, 1/(s·t·h). Pairs that may not change forbid both ways.
 * With swaps they reach what swaps reach together with a slack neuron (slack.ts).
 */
export class SurplusMoves {
  readonly #sources: Uint32Array;
  readonly #size: JunctionSize;
  readonly #kept: Kept;
  /** by class */
  readonly #higher: number[][] = [];
  readonly #lower: number[][] = [];
  /** left neuron · most → its right neurons */
  readonly #targets: Uint32Array;

  /** @param sources right-major; changed in place, rows sorted before and after */
  constructor(sources: Uint32Array, size: JunctionSize, kept: Kept) {
    this.#sources = sources;
    this.#size = size;
    this.#kept = kept;
    const degrees = leftDegrees(sources, size.left);
    for (const members of classMembers(kept.cells.leftClass, kept.cells.leftClasses)) {
      this.#higher.push([...members].filter((k) => degrees[k] === size.mostFanOut));
      this.#lower.push([...members].filter((k) => degrees[k] < size.mostFanOut));
    }
    this.#targets = new Uint32Array(size.left * size.mostFanOut);
    degrees.fill(0);
    for (let e = 0; e < sources.length; e++) {
      const k = sources[e];
      this.#targets[k * size.mostFanOut + degrees[k]++] = Math.floor(e / size.fanIn);
    }
  }

  /** As many tries as there are left neurons. */
  round(random: Random): void {
    for (let attempt = 0; attempt < this.#size.left; attempt++) this.#try(random);
  }

  #try(random: Random): void {
    const { left, fanIn, mostFanOut } = this.#size;
    const { cells, fixed, names } = this.#kept;
    const c = cells.leftClass[random.below(left)];
    const [higher, lower] = [this.#higher[c], this.#lower[c]];
    if (higher.length === 0 || lower.length === 0) return;
    const [x, y] = [random.below(higher.length), random.below(lower.length)];
    const [from, to] = [higher[x], lower[y]];
    const place = from * mostFanOut + random.below(mostFanOut);
    const j = this.#targets[place];
    const row = this.#sources.subarray(j * fanIn, (j + 1) * fanIn);
    if (row.includes(to) || fixed?.has(from, j) || fixed?.has(to, j)) return;
    const twins = names?.twins ?? 0;
    row[row.indexOf(from)] = to;
    names?.renew([j], this.#sources);
    if (names !== null && names.twins > twins) {
      row[row.indexOf(to)] = from;
      names.renew([j], this.#sources);
      return;
    }
    row.sort();
    this.#targets[place] = this.#targets[(from + 1) * mostFanOut - 1];
    this.#targets[(to + 1) * mostFanOut - 1] = j;
    higher[x] = to;
    lower[y] = from;
  }
}
