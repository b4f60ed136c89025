import type { JunctionSize } from '../architecture.ts';
import { sortRows } from '../pattern.ts';
import type { Cells } from './rules.ts';

/** Neurons by class, ascending; the classes are of equal size. */
export function classMembers(classOf: Uint32Array, classes: number): Uint32Array[] {
  const members = Array.from({ length: classes }, () => new Uint32Array(classOf.length / classes));
  const next = new Uint32Array(classes);
  for (let k = 0; k < classOf.length; k++) members[classOf[k]][next[classOf[k]]++] = k;
  return members;
}

/**
 * A junction that keeps its cells: of the s left neurons of a class the r-th right neuron of a class takes the q from place r·q on,
 * round and round. As every right class makes whole rounds, each left neuron gets its equal share; where degrees are balanced, the
 * first neurons of a class get an edge more. It exists always.
 */
export function cellStart({ right, fanIn }: JunctionSize, cells: Cells): Uint32Array {
  const sources = new Uint32Array(right * fanIn);
  const quota = fanIn / cells.leftClasses;
  const ranks = new Uint32Array(right);
  for (const members of classMembers(cells.rightClass, cells.rightClasses)) {
    for (let rank = 0; rank < members.length; rank++) ranks[members[rank]] = rank;
  }
  for (const [c, members] of classMembers(cells.leftClass, cells.leftClasses).entries()) {
    for (let j = 0; j < right; j++) {
      for (let i = 0; i < quota; i++) {
        sources[j * fanIn + c * quota + i] = members[(ranks[j] * quota + i) % members.length];
      }
    }
  }
  sortRows(sources, right, fanIn);
  return sources;
}
