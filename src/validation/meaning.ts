import { plural } from '../base/plural.ts';
import type { Correlation } from './link.ts';
import type { Findings, Verdict } from './verdict-record.ts';

/** Fewer candidates than this never decide anything. */
export const LEAST_TO_TELL = 8;
/** A link weaker than this (a quarter of the variance of ranks) would be of little use for choosing patterns. */
export const RELEVANT = 0.5;
const SIGNIFICANT = 0.05;

type Conclusion = Pick<Verdict, 'verdict' | 'meaning'>;

/** A correlation that is defined, with its interval. */
interface Known {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly p: number;
}

function known({ value, low, high, p }: Correlation): Known | null {
  return value === null || low === null || high === null || p === null ? null : { value, low, high, p };
}

/** +1 or −1 where the link is told from nothing by both the interval and the permutations, else 0. */
function direction({ value, low, high, p }: Known): number {
  return p < SIGNIFICANT && (low > 0 || high < 0) ? Math.sign(value) : 0;
}

export const signed = (value: number) => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(2)}`;

function measured({ value, low, high }: Known, { candidates, seeds }: Findings): string {
  const sample = `${plural(candidates, 'candidate')} with ${plural(seeds, 'training seed')}${seeds === 1 ? '' : ' each'}`;
  return `Spearman ${signed(value)}, 95 % interval ${signed(low)} to ${signed(high)}, over ${sample}`;
}

/** How much of what training noise leaves to be predicted; a ceiling that the link itself exceeds was measured too low. */
function strength(value: number, ceiling: number | null): string {
  const share = Math.abs(value) / (ceiling !== null && ceiling > Math.abs(value) ? ceiling : 1);
  if (share < 0.3) return 'weakly';
  return share < 0.6 ? 'moderately' : 'strongly';
}

/** What a reader must know before trusting a link, at most one thing: the gravest. */
function caveat(findings: Findings, sign: number): string {
  const within = known(findings.withinFamilies);
  if (findings.control?.predictsAsWell === null) {
    return ' Scatter over randomly relabelled windows could not be told apart from it, so it may not be the windows that matter.';
  }
  if (within === null || direction(within) !== sign) {
    return ' Within the families of patterns this was not found, so it may be what sets families apart rather than scatter.';
  }
  return findings.seeds < 2 ? ' With one seed each, how much of this is training noise is not known.' : '';
}

function linked(findings: Findings, link: Known, sign: number): Conclusion {
  const found = measured(link, findings);
  const within = known(findings.withinFamilies);
  if (findings.control?.predictsAsWell === true) {
    const control = signed(findings.control.spearman.value ?? 0);
    return {
      verdict: 'no-link-found',
      meaning: `Scatter and accuracy went together (${found}), but scatter over randomly relabelled windows does as well (${control}): whatever predicts here, it is not the windows.`,
    };
  }
  if (within !== null && direction(within) === -sign) {
    return {
      verdict: 'no-link-found',
      meaning: `Between families accuracy went ${sign > 0 ? 'up' : 'down'} with scatter (${found}), but within them the other way (${signed(within.value)}): that is a difference between families, not a link with scatter.`,
    };
  }
  const how = strength(link.value, findings.noiseCeiling);
  return sign > 0
    ? {
        verdict: 'scatter-predicts',
        meaning: `Patterns of higher scatter were ${how} the more accurate ones: ${found}.${caveat(findings, sign)}`,
      }
    : {
        verdict: 'scatter-misleads',
        meaning: `Patterns of higher scatter were ${how} the less accurate ones: ${found}; choosing by scatter favours the worse ones.${caveat(findings, sign)}`,
      };
}

/**
 * Candidates after which, four times in five, the interval leaves out either 0 or a relevant link, if the true one is what was
 * found: n = 3 + ((1.96 + 0.84)·1.06 / distance)², distances in Fisher's z (error of ρ: Fieller, Hartley & Pearson 1957).
 */
function candidatesWanted(value: number): number {
  const z = Math.atanh(Math.min(0.99, Math.abs(value)));
  const distance = Math.max(z, Math.atanh(RELEVANT) - z);
  return Math.ceil(3 + ((2.8 * 1.06) / distance) ** 2);
}

/** Searching works above the random level: what is shown there alone must not be lost in a pooled correlation that shows nothing. */
function asideAboveRandom({ aboveRandom }: Findings): string {
  const above = known(aboveRandom);
  if (above === null || direction(above) === 0) return '';
  const which = above.value < 0 ? 'less' : 'more';
  return ` Among the ${aboveRandom.candidates} candidates above the level of random patterns, though, those of higher scatter were the ${which} accurate ones (Spearman ${signed(above.value)}, 95 % interval ${signed(above.low)} to ${signed(above.high)}).`;
}

function unlinked(findings: Findings, link: Known): Conclusion {
  const found = measured(link, findings);
  const widest = Math.max(Math.abs(link.low), Math.abs(link.high));
  if (widest < RELEVANT) {
    const noisy = findings.noiseCeiling !== null && findings.noiseCeiling < RELEVANT;
    const aside = noisy
      ? ` Trainings of one pattern differ about as much as patterns do (noise ceiling ${findings.noiseCeiling?.toFixed(2)}), so no proxy could do much better.`
      : '';
    return {
      verdict: 'no-link-found',
      meaning: `Scatter did not tell more accurate patterns from less accurate ones: ${found}, so a link stronger than ${widest.toFixed(2)} either way is unlikely. That is a result: here scatter is no guide to accuracy.${aside}${asideAboveRandom(findings)}`,
    };
  }
  return tooFew(
    `${found}: anything in that interval fits, from no link to a strong one. It takes about ${Math.max(candidatesWanted(link.value), findings.candidates + 4)} candidates to tell.${asideAboveRandom(findings)}`,
  );
}

const tooFew = (why: string): Conclusion => ({
  verdict: 'too-few-to-tell',
  meaning: `This cannot be told yet: ${why}`,
});

/**
 * The verdict, by these criteria, ρ being Spearman's between S and mean accuracy over all candidates:
 * - **too-few-to-tell**: fewer than 8 candidates; or ρ undefined (all S, or all accuracies, equal); or no link is shown, yet the
 *   interval reaches ±0.5, so that a relevant one is not excluded either.
 * - **scatter-predicts** (ρ > 0) and **scatter-misleads** (ρ < 0): the 95 % interval leaves out 0 *and* the permutation p is
 *   below 0.05; *and* the control does not predict as well (its own p below 0.05 in the same direction, and S not better than it
 *   over the same resamples); *and* no opposite link is shown within families (Simpson's paradox).
 * - **no-link-found**: the interval lies inside ±0.5 and no link is shown; or one is shown that the control or the families undo.
 * Size is read against the noise ceiling: the words weakly, moderately, strongly stand for |ρ|/ceiling below .3, below .6, above.
 */
export function conclude(findings: Findings): Conclusion {
  const { spearman, candidates } = findings;
  const link = known(spearman);
  if (candidates < LEAST_TO_TELL) {
    return tooFew(`${plural(candidates, 'trained candidate')} cannot show a link; it takes at least ${LEAST_TO_TELL}.`);
  }
  if (link === null) {
    const why = spearman.reason ?? 'too many resamples leave it undefined';
    return tooFew(`over ${candidates} candidates there is no correlation to speak of (${why}).`);
  }
  const sign = direction(link);
  return sign === 0 ? unlinked(findings, link) : linked(findings, link, sign);
}
