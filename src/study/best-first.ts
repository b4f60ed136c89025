import { byRank, type Ranked } from '../search/ranking.ts';
import type { ShownCandidate } from './events.ts';
import type { StudySettings } from './settings.ts';

/** As the search compares it. */
export const ranked = ({
  number,
  scatter,
  otherScatter,
  ties,
}: Pick<ShownCandidate, 'number' | 'scatter' | 'otherScatter' | 'ties'>): Ranked => ({
  ...{ number, ties, score: { scatter } },
  other: otherScatter === null ? null : { scatter: otherScatter },
});

/**
 * Compares candidates as the search does, best first: by S, nearest to the target where one is wanted, then by the study's order,
 * then the earlier one. For leaderboards, results and screens alike.
 */
export function bestFirst({
  target,
  order,
}: Pick<StudySettings, 'target' | 'order'>): (a: ShownCandidate, b: ShownCandidate) => number {
  const compare = byRank(target, order);
  return (a, b) => compare(ranked(a), ranked(b));
}
