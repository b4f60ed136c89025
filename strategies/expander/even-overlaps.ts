import type { Random } from '../../src/base/random.ts';
import { isExact, type JunctionSize } from '../../src/pattern/architecture.ts';
import { sortRows } from '../../src/pattern/pattern.ts';
import { targetsOf } from '../../src/proxies/adjacency.ts';

/** A junction seen from one layer, mostly the larger: `degree` neurons of the other for each of its `rows` neurons. */
interface View {
  readonly table: Uint32Array;
  readonly rows: number;
  readonly degree: number;
  /** neurons of the smaller layer */
  readonly near: number;
}

/** By pair of neurons of the smaller layer: the neurons of the larger that both are joined to. */
function overlaps({ table, rows, degree, near }: View): Int32Array {
  const shared = new Int32Array(near * near);
  for (let row = 0; row < rows; row++) {
    for (let e = row * degree; e < (row + 1) * degree; e++) {
      for (let f = row * degree; f < (row + 1) * degree; f++) shared[table[e] * near + table[f]]++;
    }
  }
  return shared;
}

/** Adds `change` to the overlaps of neuron `k` with all of a row except what stands at `except`. */
function count(
  { table, degree, near }: View,
  shared: Int32Array,
  row: number,
  except: number,
  k: number,
  change: number,
) {
  for (let e = row * degree; e < (row + 1) * degree; e++) {
    if (e === except) continue;
    shared[k * near + table[e]] += change;
    shared[table[e] * near + k] += change;
  }
}

/**
 * Half of the change of Σ overlap² over pairs when the edges `e` and `f` of two rows exchange their near neurons; infinite when one
 * row has the other's already. `seen` holds 1 for the near neurons of the first row.
 */
function costOfSwap(view: View, shared: Int32Array, seen: Uint8Array, rows: readonly number[], e: number, f: number) {
  const { table, degree, near } = view;
  const [first, second] = rows;
  const [k, l] = [table[e] * near, table[f] * near];
  if (seen[table[f]] === 1) return Number.POSITIVE_INFINITY;
  let cost = 2 * (degree - 1);
  for (let g = second * degree; g < (second + 1) * degree; g++) {
    const x = table[g];
    if (x === table[e]) return Number.POSITIVE_INFINITY;
    if (seen[x] === 1) cost -= 2;
    if (g !== f) cost += shared[k + x] - shared[l + x];
  }
  for (let g = first * degree; g < (first + 1) * degree; g++) {
    if (g !== e) cost += shared[l + table[g]] - shared[k + table[g]];
  }
  return cost;
}

function descend(view: View, proposals: number, random: Random): void {
  const { table, rows, degree, near } = view;
  const shared = overlaps(view);
  const seen = new Uint8Array(near);
  for (let proposal = 0; proposal < proposals; proposal++) {
    const pair = [random.below(rows), random.below(rows)];
    if (pair[0] === pair[1]) continue;
    const start = pair[0] * degree;
    const [e, f] = [start + random.below(degree), pair[1] * degree + random.below(degree)];
    for (let g = start; g < start + degree; g++) seen[table[g]] = 1;
    const cost = costOfSwap(view, shared, seen, pair, e, f);
    for (let g = start; g < start + degree; g++) seen[table[g]] = 0;
    if (cost > 0) continue;
    const [k, l] = [table[e], table[f]];
    count(view, shared, pair[0], e, k, -1);
    count(view, shared, pair[0], e, l, 1);
    count(view, shared, pair[1], f, l, -1);
    count(view, shared, pair[1], f, k, 1);
    table[e] = l;
    table[f] = k;
  }
}

/**
 * Swaps that make the overlaps of pairs of neurons even: those are accepted that do not raise Σ overlap² over the pairs of the
 * smaller layer (of the left one where its degrees differ: the sum is the same up to a constant), which is Σσ⁴ over the singular values up to a constant. Since Σσ² is given, this presses λ2 towards the others.
 * @param sources right-major, simple
 * @returns another such list, rows sorted
 * Cost: 4 × degree additions a proposal, the degree that of the larger layer; the square of the smaller layer's neurons.
 */
export function evenOverlaps(sources: Uint32Array, size: JunctionSize, proposals: number, random: Random): Uint32Array {
  const { left, right, fanIn, fanOut } = size;
  if (right >= left || !isExact(size)) {
    const table = sources.slice();
    descend({ table, rows: right, degree: fanIn, near: left }, proposals, random);
    sortRows(table, right, fanIn);
    return table;
  }
  const table = targetsOf(sources, size);
  descend({ table, rows: left, degree: fanOut, near: right }, proposals, random);
  return targetsOf(table, { left: right, fanOut: fanIn, fanIn: fanOut });
}
