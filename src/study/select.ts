import type { NumberedCandidate } from '../search/candidate.ts';

/**
 * Candidates to train, spread out instead of the best alone: training only the top cuts the range of S off and would hide any
 * link between scatter and accuracy. Strategies share the places evenly; within one, places are evenly spaced over its
 * candidates ordered by scatter, lowest and highest included.
 * @returns at most `count` of them, ordered by number; all of them where there are not more
 */
export function selectSpread<T extends Pick<NumberedCandidate, 'number' | 'strategy' | 'scatter'>>(
  candidates: readonly T[],
  count: number,
): T[] {
  const families = new Map<string, T[]>();
  for (const candidate of candidates) {
    const family = families.get(candidate.strategy);
    if (family === undefined) families.set(candidate.strategy, [candidate]);
    else family.push(candidate);
  }
  const groups = [...families.values()].map((group) =>
    [...group].sort((a, b) => a.scatter - b.scatter || a.number - b.number),
  );
  const quotas = evenShares(
    groups.map((group) => group.length),
    count,
  );
  return groups.flatMap((group, index) => spaced(group, quotas[index])).sort((a, b) => a.number - b.number);
}

/** How many places each gets when `total` are dealt out one by one and none gets more than it has. */
function evenShares(sizes: readonly number[], total: number): number[] {
  const shares = sizes.map(() => 0);
  let left = Math.min(
    total,
    sizes.reduce((a, b) => a + b, 0),
  );
  while (left > 0) {
    for (let index = 0; index < sizes.length && left > 0; index++) {
      if (shares[index] < sizes[index]) {
        shares[index]++;
        left--;
      }
    }
  }
  return shares;
}

function spaced<T>(ordered: readonly T[], count: number): T[] {
  if (count <= 1) return ordered.slice(ordered.length - count);
  return Array.from({ length: count }, (_, i) => ordered[Math.round((i * (ordered.length - 1)) / (count - 1))]);
}
