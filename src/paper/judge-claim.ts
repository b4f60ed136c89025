import type { MeanInterval } from './mean-interval.ts';
import type { PaperClaim } from './paper-claim.ts';

/** Accuracy points that count for nothing: "negligible", "no loss". */
const NEGLIGIBLE = 1;

type ClaimJudgement = Pick<PaperClaim, 'measured' | 'low' | 'high' | 'holds' | 'note'>;

const unknown = (note: string): ClaimJudgement => ({ measured: null, low: null, high: null, holds: null, note });

function judged(interval: MeanInterval | null, holds: (interval: Bounded) => boolean | null): ClaimJudgement {
  if (interval === null) return unknown('no training finished');
  const { value, low, high } = interval;
  const measured = { measured: value, low, high };
  if (low === null || high === null) return { ...measured, holds: null, note: 'one seed alone has no interval' };
  const answer = holds({ value, low, high });
  return { ...measured, holds: answer, note: answer === null ? 'the interval leaves it open' : null };
}

interface Bounded {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Loses no more than `NEGLIGIBLE`: `difference` is sparse less dense, in points. */
export const judgeNoLoss = (difference: MeanInterval | null): ClaimJudgement =>
  judged(difference, ({ low, high }) => (low > -NEGLIGIBLE ? true : high < -NEGLIGIBLE ? false : null));

/** Is the more accurate: `difference` is it less the other, in points. */
export const judgeBetter = (difference: MeanInterval | null): ClaimJudgement =>
  judged(difference, ({ low, high }) => (low > 0 ? true : high < 0 ? false : null));

/** Loses more than `NEGLIGIBLE`: `difference` is sparse less dense, in points. */
export const judgeLoss = (difference: MeanInterval | null): ClaimJudgement =>
  judged(difference, ({ low, high }) => (high < -NEGLIGIBLE ? true : low > -NEGLIGIBLE ? false : null));

/** Is about a printed number: their distance is within `within`. */
export const judgeAbout = (accuracy: MeanInterval | null, printed: number, within: number): ClaimJudgement =>
  judged(accuracy, ({ low, high }) => {
    if (low >= printed - within && high <= printed + within) return true;
    return high < printed - within || low > printed + within ? false : null;
  });
