import type { Windows } from '../pattern/windows.ts';
import type { NeighbourLists } from './junction-lists.ts';
import { isIdentity } from './pairs.ts';
import type { ScatterKernels } from './wasm/scatter-kernels.ts';

/** For every list the windows of its neurons, ascending, repeated where met again: addresses of where each begins and ends. */
export interface WindowLists {
  /** kernels that work through the windows in blocks move these on */
  readonly cursors: number;
  readonly ends: number;
}

function sortIfNeeded(words: Uint32Array, start: number, end: number): void {
  for (let i = start + 1; i < end; i++) {
    if (words[i - 1] > words[i]) {
      words.subarray(start, end).sort();
      return;
    }
  }
}

/** Windows of one neuron after the other, as a list of their own for every neighbour list. */
function mapped(
  machine: ScatterKernels,
  { address, lists, degree, ends }: NeighbourLists,
  windows: Windows,
): WindowLists {
  const { starts, members } = windows;
  let total = 0;
  const first = address / 4;
  const limit = ends === null ? first + lists * degree : machine.words[ends / 4 + lists - 1] / 4;
  for (let e = first; e < limit; e++) total += starts[machine.words[e] + 1] - starts[machine.words[e]];
  const cursors = machine.allocate(4 * lists);
  const listEnds = machine.allocate(4 * lists);
  let place = machine.allocate(4 * total) / 4;
  const { words } = machine;
  for (let j = 0, e = first; j < lists; j++) {
    const start = place;
    for (const end = ends === null ? e + degree : words[ends / 4 + j] / 4; e < end; e++) {
      const k = words[e];
      for (let m = starts[k]; m < starts[k + 1]; m++) words[place++] = members[m];
    }
    sortIfNeeded(words, start, place);
    words[cursors / 4 + j] = 4 * start;
    words[listEnds / 4 + j] = 4 * place;
  }
  return { cursors, ends: listEnds };
}

/** Where every neuron is a window, the neighbour lists are the window lists. */
function unmapped(machine: ScatterKernels, { address, lists, degree, ends }: NeighbourLists): WindowLists {
  const cursors = machine.allocate(4 * lists);
  if (ends !== null) {
    machine.words[cursors / 4] = address;
    machine.words.copyWithin(cursors / 4 + 1, ends / 4, ends / 4 + lists - 1);
    return { cursors, ends };
  }
  const listEnds = machine.allocate(4 * lists);
  for (let j = 0; j < lists; j++) {
    machine.words[cursors / 4 + j] = address + 4 * degree * j;
    machine.words[listEnds / 4 + j] = address + 4 * degree * (j + 1);
  }
  return { cursors, ends: listEnds };
}

export function windowLists(machine: ScatterKernels, lists: NeighbourLists, windows: Windows): WindowLists {
  return isIdentity(windows) ? unmapped(machine, lists) : mapped(machine, lists, windows);
}
