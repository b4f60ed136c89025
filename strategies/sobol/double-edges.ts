/** Positions of entries of sorted rows that equal the one before them in their row. */
export function doubleEdges(rows: Uint32Array, fanIn: number): number[] {
  const doubles: number[] = [];
  for (let e = 1; e < rows.length; e++) if (e % fanIn !== 0 && rows[e] === rows[e - 1]) doubles.push(e);
  return doubles;
}

/** Marks or unmarks the left neurons of a right one; returns how often `left` is among them. */
function mark(rows: Uint32Array, fanIn: number, right: number, left: number, seen: Uint8Array, value: number): number {
  let copies = 0;
  for (let e = right * fanIn; e < (right + 1) * fanIn; e++) {
    seen[rows[e]] = value;
    if (rows[e] === left) copies++;
  }
  return copies;
}

/** The edge of a right neuron whose left neuron is nearest to `left` and not seen; −1 if there is none, or `left` is among them. */
function nearestEdge(rows: Uint32Array, fanIn: number, right: number, left: number, seen: Uint8Array): number {
  let best = -1;
  let nearest = Number.POSITIVE_INFINITY;
  for (let e = right * fanIn; e < (right + 1) * fanIn; e++) {
    const distance = Math.abs(rows[e] - left);
    if (distance === 0) return -1;
    if (distance < nearest && seen[rows[e]] === 0) {
      best = e;
      nearest = distance;
    }
  }
  return best;
}

/** The nearest edge of the nearest right neuron that can exchange left neurons with a double edge; −1 if there is none. */
function partner(rows: Uint32Array, fanIn: number, edge: number, seen: Uint8Array): number {
  const right = Math.floor(edge / fanIn);
  const count = rows.length / fanIn;
  for (let distance = 1; distance < count; distance++) {
    for (const other of [right - distance, right + distance]) {
      const taken = other < 0 || other >= count ? -1 : nearestEdge(rows, fanIn, other, rows[edge], seen);
      if (taken >= 0) return taken;
    }
  }
  return -1;
}

/** Makes an edge simple, if it is not; false where that must wait for others. */
function exchange(rows: Uint32Array, fanIn: number, edge: number, seen: Uint8Array): boolean {
  const right = Math.floor(edge / fanIn);
  const left = rows[edge];
  const copies = mark(rows, fanIn, right, left, seen, 1);
  const taken = copies > 1 ? partner(rows, fanIn, edge, seen) : -1;
  mark(rows, fanIn, right, left, seen, 0);
  if (taken >= 0) [rows[edge], rows[taken]] = [rows[taken], left];
  return copies === 1 || taken >= 0;
}

/**
 * Makes double edges simple by exchanges between near right neurons, in place; all degrees stay.
 *
 * It always ends, since an exchange makes no new double edge and undoes at least one, and as long as one is left, one can be
 * undone: of the left neurons in double edges take l, in right neuron r, with the fewest distinct right neurons. Some left neuron
 * l′ is not in r, which has fewer distinct ones than its fan-in. Degrees differ by one at most and l has a double edge, so that at least as many distinct right neurons have l′ as have l, and r
 * is none of them; so one of them has no l, and can give its l′ for the l of r.
 * @param rows `right × fanIn`, every left neuron equally often, or once more; sorted rows on entry, in any order after
 * @param left neurons of the left layer
 */
export function undoDoubles(rows: Uint32Array, fanIn: number, left: number): void {
  const seen = new Uint8Array(left);
  let doubles = doubleEdges(rows, fanIn);
  while (doubles.length > 0) doubles = doubles.filter((edge) => !exchange(rows, fanIn, edge, seen));
}
