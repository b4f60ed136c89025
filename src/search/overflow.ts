import { packPattern, unpackPattern } from '../pattern/formats/packed.ts';
import type { ScoredCandidate } from './candidate.ts';
import type { PackedCandidate } from './events.ts';
import type { StepResult } from './tasks.ts';

/** A scored candidate and the island that found it. */
export type FromIsland = ScoredCandidate & Pick<PackedCandidate, 'island'>;

/**
 * A round's candidates in the order in which they are numbered: the first of every island, then the second of every island, and so
 * on. So a budget that ends within a round is spread over the islands.
 * @param results by island; null for one that did not step
 */
export function interleaveIslands(results: readonly (StepResult | null)[]): FromIsland[] {
  const longest = Math.max(...results.map((result) => result?.candidates.length ?? 0));
  const interleaved: FromIsland[] = [];
  for (let turn = 0; turn < longest; turn++) {
    for (const [island, result] of results.entries()) {
      const candidate = result?.candidates[turn];
      if (candidate !== undefined) interleaved.push({ ...candidate, island });
    }
  }
  return interleaved;
}

/** As a checkpoint holds them. */
export const packCandidates = (candidates: readonly FromIsland[]): PackedCandidate[] =>
  candidates.map(({ pattern, ...rest }) => ({ ...rest, packed: packPattern(pattern) }));

/** @throws RangeError for anything except what `packCandidates` made */
export const unpackCandidates = (overflow: readonly PackedCandidate[]): FromIsland[] =>
  overflow.map(({ packed, ...rest }) => ({ ...rest, pattern: unpackPattern(packed) }));
