import type { JunctionStructure } from '../pattern/structure.ts';

const gridWords = {
  grid: 'a grid of permutation matrices along the windows',
  complement: 'the complement of a permutation grid along the windows',
} as const;

/** "Junction 1: 1:4 along its inputs, transposable 1:4, …", one sentence a junction; of complete ones nothing. */
export function structureSentences(
  structure: readonly JunctionStructure[],
  isComplete: (junction: number) => boolean,
): string[] {
  return structure.flatMap(({ junction, nm, transposable, permutationGrid, clashFree }) => {
    if (isComplete(junction)) return [];
    const kinds = [
      ...(nm === null ? [] : [`N:M sparse along its inputs (${nm})`]),
      ...(transposable === null ? [] : [`transposable N:M (${transposable})`]),
      ...(permutationGrid === null ? [] : [gridWords[permutationGrid]]),
      ...(clashFree.length === 0 ? [] : [`clash-free for ${clashFree.join(', ')} memories`]),
    ];
    const none = 'neither N:M sparse nor a permutation grid nor clash-free';
    return [`Junction ${junction} is ${kinds.length === 0 ? none : kinds.join(', ')}.`];
  });
}
