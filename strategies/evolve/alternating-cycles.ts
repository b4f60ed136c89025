import type { Random } from '../../src/base/random.ts';
import type { JunctionSize } from '../../src/pattern/architecture.ts';
import { slackOf, withSlack } from '../../src/pattern/slack.ts';
import type { Keys } from '../shared/edge-groups.ts';

/** Edges of exactly one of two junctions. */
interface EdgeDifference {
  readonly left: Uint32Array;
  readonly right: Uint32Array;
  /** 1 where the first junction alone has the edge, 0 where the second has */
  readonly own: Uint8Array;
}

/** A right neuron gives up one left neuron for another. */
interface Exchange {
  readonly right: number;
  readonly lost: number;
  readonly gained: number;
}

/** Exchanges that, made together, keep every degree. */
export type Cycle = readonly Exchange[];

/** Classes of both layers that an alternating cycle keeps to where it can, finer ones first. */
export interface CycleClasses {
  readonly left: readonly Keys[];
  readonly right: readonly Keys[];
}

/** @param first, second right-major with the slack neuron's edges (slack.ts), rows sorted */
function difference(first: Uint32Array, second: Uint32Array, { right: rights, fanIn }: JunctionSize): EdgeDifference {
  const left: number[] = [];
  const right: number[] = [];
  const own: number[] = [];
  const add = (k: number, j: number, isFirst: number) => {
    left.push(k);
    right.push(j);
    own.push(isFirst);
  };
  for (let j = 0; j * fanIn < first.length && j <= rights; j++) {
    const end = j < rights ? (j + 1) * fanIn : first.length;
    let [a, b] = [j * fanIn, j * fanIn];
    while (a < end || b < end) {
      if (b === end || (a < end && first[a] < second[b])) add(first[a++], j, 1);
      else if (a === end || second[b] < first[a]) add(second[b++], j, 0);
      else [a, b] = [a + 1, b + 1];
    }
  }
  return { left: Uint32Array.from(left), right: Uint32Array.from(right), own: Uint8Array.from(own) };
}

/** Stable counting sort. @param keyOf item → its key, below `count` */
function sortedBy(items: readonly number[], count: number, keyOf: (item: number) => number): number[] {
  const next = new Uint32Array(count + 1);
  for (const item of items) next[keyOf(item) + 1]++;
  for (let key = 0; key < count; key++) next[key + 1] += next[key];
  const sorted = new Array<number>(items.length);
  for (const item of items) sorted[next[keyOf(item)]++] = item;
  return sorted;
}

/**
 * Within each run of edges pairs those of the first junction with those of the second, as many as there are of both.
 * @returns edges left over
 */
function pairRuns(
  sorted: readonly number[],
  sameRun: (a: number, b: number) => boolean,
  own: Uint8Array,
  mate: Uint32Array,
): number[] {
  const over: number[] = [];
  const open: number[] = [];
  for (const [index, edge] of sorted.entries()) {
    if (index > 0 && !sameRun(sorted[index - 1], edge)) over.push(...open.splice(0));
    const last = open[open.length - 1];
    if (last === undefined || own[last] === own[edge]) open.push(edge);
    else {
      open.pop();
      mate[last] = edge;
      mate[edge] = last;
    }
  }
  return [...over, ...open];
}

/**
 * Edge → its partner: at every neuron each edge of the first junction and one of the second, whose other ends are of one class as
 * far as that can be, else at random.
 */
function pairEdges(
  neuron: Uint32Array,
  other: Uint32Array,
  neurons: number,
  classes: readonly Keys[],
  own: Uint8Array,
  random: Random,
) {
  const mate = new Uint32Array(own.length);
  let open = random.shuffle(Array.from(own, (_, edge) => edge));
  for (const { keyOf, count } of classes) {
    const byClass = sortedBy(open, count, (edge) => keyOf[other[edge]]);
    const sorted = sortedBy(byClass, neurons, (edge) => neuron[edge]);
    const sameRun = (a: number, b: number) => neuron[a] === neuron[b] && keyOf[other[a]] === keyOf[other[b]];
    open = random.shuffle(pairRuns(sorted, sameRun, own, mate));
  }
  const sorted = sortedBy(open, neurons, (edge) => neuron[edge]);
  pairRuns(sorted, (a, b) => neuron[a] === neuron[b], own, mate);
  return mate;
}

/** The slack neuron is a class of its own. */
function withSlackClass({ right }: JunctionSize, classes: CycleClasses): [number, readonly Keys[]] {
  const extended = classes.right.map(({ keyOf, count }) => ({
    keyOf: Uint32Array.from([...keyOf, count]),
    count: count + 1,
  }));
  return [right + 1, extended];
}

/**
 * The symmetric difference of two junctions of equal degrees, cut into cycles whose edges belong to the first and to the second alternately:
 * exchanging any set of them in the first junction gives one of the same degrees, without a double edge. At every neuron both
 * have equally many edges of their own, so these can be paired, and partners followed until the start is reached again. Where degrees are
 * balanced this is said of both junctions with their slack neuron: a cycle through it changes which left neurons have an edge more.
 *
 * Such cycles prove that swaps connect all graphs of given degrees (Ryser 1957; Kannan, Tetali & Vempala 1999, Random Structures &
 * Algorithms 14, 293); as a crossover they are the AB-cycles of edge assembly (Nagata & Kobayashi 1997). Here partners are of
 * one class (window, or cell of a constraint) where they can be: then a cycle keeps the number of edges between neuron and class.
 *
 * @param first, second right-major, `rights × fanIn` left neurons, rows sorted
 * Cost: linear in edges and classes.
 */
export function alternatingCycles(
  first: Uint32Array,
  second: Uint32Array,
  size: JunctionSize,
  classes: CycleClasses,
  random: Random,
): Cycle[] {
  const { left, right, own } = difference(withSlack(first, size), withSlack(second, size), size);
  const [rights, rightClasses] = slackOf(size) === 0 ? [size.right, classes.right] : withSlackClass(size, classes);
  const rightMate = pairEdges(right, left, rights, classes.left, own, random);
  const leftMate = pairEdges(left, right, size.left, rightClasses, own, random);
  const cycles: Cycle[] = [];
  const seen = new Uint8Array(own.length);
  for (let start = 0; start < own.length; start++) {
    if (own[start] === 0 || seen[start] === 1) continue;
    const cycle: Exchange[] = [];
    for (let edge = start; seen[edge] === 0; edge = leftMate[rightMate[edge]]) {
      seen[edge] = 1;
      cycle.push({ right: right[edge], lost: left[edge], gained: left[rightMate[edge]] });
    }
    cycles.push(cycle);
  }
  return cycles;
}

/** The junction after the exchanges of these cycles, rows sorted; `sources` stays as it is. */
export function exchangeCycles(sources: Uint32Array, rights: number, cycles: readonly Cycle[]): Uint32Array {
  const fanIn = sources.length / rights;
  const child = sources.slice();
  const rows = new Set<number>();
  for (const { right, lost, gained } of cycles.flat()) {
    if (right === rights) continue; // the slack neuron has no row
    const start = right * fanIn;
    // What is gained is in no row of the first junction, so a row never holds a neuron twice, in whatever order.
    child[child.subarray(start, start + fanIn).indexOf(lost) + start] = gained;
    rows.add(right);
  }
  for (const right of rows) child.subarray(right * fanIn, (right + 1) * fanIn).sort();
  return child;
}
