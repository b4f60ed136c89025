import { InvalidValueError } from '../../base/caller-errors.ts';
import { TILE_WIDTH } from './kernels/arithmetic.ts';
import type { JunctionLayout, KeptRows, NetworkLayout } from './layout.ts';

/** What 32-bit addresses reach. */
const MOST_BYTES = 2 ** 32 - 2 ** 16;

/** Bytes that belong to one array. */
interface Extent {
  readonly address: number;
  readonly bytes: number;
}

const wordsAt = (address: number, count: number): Extent => ({ address, bytes: 4 * count });
const rowsAt = ({ address, rows, rowStride }: KeptRows): Extent => ({ address, bytes: rows * rowStride });

function junctionExtents({ size, liveEdges, forward, byLeft, backward, deltas }: JunctionLayout): Extent[] {
  const right = [wordsAt(forward.ends, size.right), wordsAt(forward.sources, liveEdges)];
  const left =
    byLeft === null
      ? []
      : [wordsAt(byLeft.ends, byLeft.rows), wordsAt(byLeft.sources, liveEdges), wordsAt(byLeft.places, liveEdges)];
  const gathered = backward === null ? [] : [wordsAt(backward.weights, size.edges)];
  return [rowsAt(deltas), ...right, ...left, ...gathered];
}

const valueExtents = (junctions: readonly JunctionLayout[]) => junctions.map(({ values }) => rowsAt(values));

/** Every array in a network's own memory that kernels write or read by address, except those of a single tile. */
function extentsOf(layout: NetworkLayout): Extent[] {
  const { junctions, parameters, end, partials, examples, features, inputBytes } = layout;
  const arrays = Object.values(parameters).map((address: number): Extent => ({ address, bytes: end }));
  const kept = partials === null ? [] : [{ address: partials, bytes: TILE_WIDTH * end }];
  const values = valueExtents(inputBytes === null ? junctions : junctions.slice(1));
  return [...arrays, ...kept, wordsAt(examples, features), ...values, ...junctions.flatMap(junctionExtents)];
}

/** @throws Error where they overlap, or leave a memory of this size */
function checkExtents(extents: readonly Extent[], totalBytes: number): void {
  let free = 1;
  for (const { address, bytes } of [...extents].sort((a, b) => a.address - b.address)) {
    if (address < free || address + bytes > totalBytes) {
      throw new Error(
        `the layout of a network has ${bytes} bytes at ${address}, where others end at ${free} of ${totalBytes}`,
      );
    }
    free = address + bytes;
  }
}

/**
 * A layout whose arrays lie in its memory and apart: what native kernels, which check no address, rely on.
 * @throws RangeError when a network needs more than the 4 GiB that one memory can hold
 */
export function checkedLayout(layout: NetworkLayout): NetworkLayout {
  const { totalBytes, inputBytes, junctions } = layout;
  const most = Math.max(totalBytes, inputBytes ?? 0);
  if (most > MOST_BYTES) {
    throw new InvalidValueError(`expected a network that can be trained in 4 GiB; got one that takes ${most} bytes`);
  }
  checkExtents(extentsOf(layout), totalBytes);
  if (inputBytes !== null) checkExtents(valueExtents(junctions.slice(0, 1)), inputBytes);
  return layout;
}
