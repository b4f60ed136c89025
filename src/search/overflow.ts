import { packPattern, unpackPattern } from '../pattern/formats/packed.ts';
import type { OverflowCandidate } from './events.ts';
import type { ScoredPattern, StepResult } from './tasks.ts';

/** A candidate that waits for its number, and the island that found it. */
export interface Waiting {
  readonly island: number;
  readonly candidate: ScoredPattern;
}

/**
 * A round's candidates in the order in which they are numbered: the first of every island, then the second, …, so that a budget
 * that ends within a round is spread over the islands.
 * @param results by island; null for one that did not step
 */
export function inTurn(results: readonly (StepResult | null)[]): Waiting[] {
  const longest = Math.max(...results.map((result) => result?.candidates.length ?? 0));
  const waiting: Waiting[] = [];
  for (let turn = 0; turn < longest; turn++) {
    for (const [island, result] of results.entries()) {
      const candidate = result?.candidates[turn];
      if (candidate !== undefined) waiting.push({ island, candidate });
    }
  }
  return waiting;
}

/** As a checkpoint holds them: a packed pattern takes about a tenth of the memory. */
export const packWaiting = (waiting: readonly Waiting[]): OverflowCandidate[] =>
  waiting.map(({ island, candidate: { pattern, ...rest } }) => ({ island, ...rest, packed: packPattern(pattern) }));

/** @throws RangeError for anything but what `packWaiting` made */
export const unpackWaiting = (overflow: readonly OverflowCandidate[]): Waiting[] =>
  overflow.map(({ island, packed, ...rest }) => ({
    island,
    candidate: { ...rest, pattern: unpackPattern(packed) },
  }));
