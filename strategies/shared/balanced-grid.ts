import { range, shuffledRange } from '../../src/base/numbers.ts';
import type { Random } from '../../src/base/random.ts';
import type { JunctionSize } from '../../src/pattern/architecture.ts';
import { sortRows } from '../../src/pattern/pattern.ts';
import type { Windows } from '../../src/pattern/windows.ts';

/** Windows of both layers of a junction: partitions, of any sizes. */
interface WindowPair {
  readonly left: Windows;
  readonly right: Windows;
}

/** Neurons of each window, ascending. */
function membersOf({ partition, sizes }: Windows): Uint32Array[] {
  const members = Array.from(sizes, (size) => new Uint32Array(size));
  const next = new Uint32Array(sizes.length);
  for (const [neuron, window] of (partition as Uint32Array).entries()) members[window][next[window]++] = neuron;
  return members;
}

/**
 * Edges that leave each left window: as equal as its neurons' degrees allow, since an entry counts min(1, ·), which is concave. What
 * remains when every window has the mean, or as near to it as it can, is given to or taken from those that have room, alike.
 */
export function windowEdges({ edges, leastFanOut, mostFanOut }: JunctionSize, sizes: Uint32Array, random: Random) {
  const mean = Math.round(edges / sizes.length);
  const least = sizes.map((size) => size * leastFanOut);
  const most = sizes.map((size) => size * mostFanOut);
  const shares = sizes.map((_, w) => Math.max(least[w], Math.min(most[w], mean)));
  const order = shuffledRange(sizes.length, random);
  let rest = shares.reduce((sum, share) => sum - share, edges);
  while (rest !== 0) {
    const open = order.filter((w) => (rest > 0 ? shares[w] < most[w] : shares[w] > least[w]));
    for (const w of open) {
      if (rest === 0) break;
      const wanted = Math.trunc(rest / open.length) || Math.sign(rest);
      const given = rest > 0 ? Math.min(wanted, most[w] - shares[w]) : Math.max(wanted, least[w] - shares[w]);
      shares[w] += given;
      rest -= given;
    }
  }
  return shares;
}

/** All right neurons, those of every window spread evenly over the order. */
function spreadOrder({ right }: WindowPair, random: Random): Uint32Array {
  const ranks = shuffledRange(right.count, random);
  const places = membersOf(right).flatMap((members, v) =>
    [...random.shuffle(members)].map((neuron, i) => ({ neuron, at: (i + 0.5) / members.length, rank: ranks[v] })),
  );
  return Uint32Array.from(
    places.sort((a, b) => a.at - b.at || a.rank - b.rank),
    ({ neuron }) => neuron,
  );
}

/**
 * A junction of balanced degrees near the bound in both its entries: what a grid of permutation matrices is where sizes divide, with
 * rectangular blocks.
 *
 *  1. Left window w gets E_w edges, which its neurons can have, as equal as they may be (`windowEdges`).
 *  2. These are dealt to the right neurons in turn, from where the window before ended: every right neuron has ⌊E_w/N_r⌋ or one more from
 *     w, and W/N_r = fan-in in all. So forward is at its bound in both metrics: it depends on these numbers alone, and they are as
 *     equal as can be. Right windows are spread evenly over the order of dealing, so that each gets its share of every E_w.
 *  3. Right window by right window, the edges of w are dealt to its neurons in turn: each has ⌊E_w/B_w⌋ or one more in all, which is
 *     ⌊W/N⌋ or ⌈W/N⌉, and from every right window ⌊E_vw/B_w⌋ or one more. Backward is so at its bound where no E_vw passes
 *     B_w in a window v whose mean is below it, or falls short in one above: not always, but nearly.
 * Edges of one right neuron from one window are neighbours in the dealing, at most B_w of them: no edge is double.
 * @returns right-major, rows sorted. Cost: linear in edges and in right neurons × left windows.
 */
export function balancedGridJunction(size: JunctionSize, windows: WindowPair, random: Random): Uint32Array {
  const { right, fanIn } = size;
  const sources = new Uint32Array(size.edges);
  const filled = range(right).map((j) => j * fanIn);
  const lefts = membersOf(windows.left);
  const rights = membersOf(windows.right);
  const shares = windowEdges(size, windows.left.sizes, random);
  const order = spreadOrder(windows, random);
  const dealt = new Uint32Array(right);
  let turn = random.below(right);
  for (const w of shuffledRange(lefts.length, random)) {
    dealt.fill(Math.floor(shares[w] / right));
    for (let rest = shares[w] % right; rest > 0; rest--) dealt[order[turn++ % right]]++;
    const members = random.shuffle(lefts[w]);
    let place = 0;
    for (const v of shuffledRange(rights.length, random)) {
      for (const j of random.shuffle(rights[v])) {
        for (let i = 0; i < dealt[j]; i++) sources[filled[j]++] = members[place++ % members.length];
      }
    }
  }
  sortRows(sources, right, fanIn);
  return sources;
}
