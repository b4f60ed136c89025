import { max, min, sum } from 'simple-statistics';
import { plural } from '../base/plural.ts';
import type { Random } from '../base/random.ts';
import { gainUnit, type MaybeScore } from '../base/score.ts';
import { type Agreement, familyAgreement, LEAST_FAMILIES } from './agreement.ts';
import { concordance, concordanceVariance, normalConcordanceP, permutedConcordanceP } from './concordance.ts';
import { normalQuantile } from './distributions.ts';
import { type FamilyPairs, familyPairs } from './family-pairs.ts';
import { type Estimate, type IntervalRule, scaled, senSlope, sortedSlopes } from './gain.ts';
import type { PairedOutcome } from './observation.ts';

/** The answer to a question: scatter predicts accuracy, misleads, has no link with it that is worth anything, or it cannot be told. */
export type Answer = 'predicts' | 'misleads' | 'no-link' | 'cannot-tell';

/** Whether an answer claims a link, of either sign. */
export const isClaim = (answer: Answer): boolean => answer === 'predicts' || answer === 'misleads';

/** What is fixed about a link before the first training. */
export interface LinkPlan {
  /** mean scatter of random patterns, and the highest scatter: the gain is the accuracy between the two */
  readonly randomLevel: number;
  readonly top: number;
  /** accuracy points, or in the unit of another score: a gain within ±margin is worth nothing */
  readonly margin: number;
  /** what stands for accuracy, for words alone: outcomes are `scoreAsFraction`; absent: accuracy */
  readonly score?: MaybeScore;
  /** pairs of one family closer than this are not compared */
  readonly leastDifference: number;
  /** false where candidates count as exchangeable: families need neither agree nor be wide */
  readonly familiesCount: boolean;
  /** what is judged; default scatter */
  readonly proxy?: string;
  /**
   * how often the rule may look at growing evidence and stop; default 1. Every look has its share of the errors that one look may
   * make (Bonferroni), so that all looks together make no more
   */
  readonly looks?: number;
}

export interface QuestionPlan extends LinkPlan {
  readonly name: string;
  /** candidates of lower scatter are left out; absent: all are asked about */
  readonly from?: number;
}

export interface QuestionOptions {
  readonly random: Random;
  /** default 9999 */
  readonly permutations?: number;
  /** with more candidates than this, p is taken from the normal law with its exact variance; default 200 */
  readonly mostPermuted?: number;
}

/** What one family of patterns says to a question. */
export interface FamilyFinding {
  readonly family: string;
  readonly candidates: number;
  /** lowest and highest scatter */
  readonly low: number;
  readonly high: number;
  /** share of its compared pairs in which the higher scatter was the more accurate, ties half; null without a pair */
  readonly inOrder: number | null;
}

/** What all families together say to a question. */
export interface QuestionFinding {
  readonly name: string;
  /** candidates asked about */
  readonly candidates: number;
  readonly families: readonly FamilyFinding[];
  /** compared pairs: of one family, apart in scatter */
  readonly pairs: number;
  /** share of them in order, ties half; null without a pair */
  readonly inOrder: number | null;
  /** two-sided; null without a pair */
  readonly p: number | null;
  /** accuracy points between the random level and the top, with the 95 % interval; null without a pair */
  readonly gain: Estimate | null;
  /** with the interval on which "no link" rests: 90 %, or more where there are several looks */
  readonly gain90: Estimate | null;
  readonly agreement: Agreement | null;
  readonly answer: Answer;
  /** in a few words, what the answer rests on or what it lacks */
  readonly why: string;
}

/** Each of two questions at this level, so that both together claim in at most 5 % of studies without a link. */
const ALPHA = 0.025;

/** "No link" rests on an interval of 90 %. */
const NO_LINK_ERROR = 0.1;

/** Fewer candidates in families with a range of scatter decide nothing. */
const LEAST_CANDIDATES = 15;

const shareInOrder = (total: number, pairs: number) => (pairs === 0 ? null : (1 + total / pairs) / 2);

function familyFinding(pairs: FamilyPairs): FamilyFinding {
  const scatters = Array.from(pairs.scatter);
  return {
    family: pairs.family,
    candidates: scatters.length,
    low: min(scatters),
    high: max(scatters),
    inOrder: shareInOrder(concordance(pairs), pairs.first.length),
  };
}

/** What the compared pairs say, before anything is decided. */
interface Evidence extends Omit<QuestionFinding, 'answer' | 'why'> {
  /** pairs in order less pairs out of order */
  readonly total: number;
}

function evidenceOf(outcomes: readonly PairedOutcome[], plan: QuestionPlan, options: QuestionOptions): Evidence {
  const { random, permutations = 9999, mostPermuted = 200 } = options;
  const { from = Number.NEGATIVE_INFINITY, looks = 1 } = plan;
  const asked = outcomes.filter(({ scatter }) => scatter >= from);
  const all = familyPairs(asked, plan.leastDifference);
  const ranged = all.filter(({ first }) => first.length > 0);
  const total = sum(ranged.map(concordance));
  const variance = sum(ranged.map(concordanceVariance));
  const pairs = sum(ranged.map(({ first }) => first.length));
  const slopes = sortedSlopes(ranged);
  const gainAt = (level: number, rule: IntervalRule) => {
    const slope = senSlope(slopes, Math.sqrt(variance), normalQuantile((1 + level) / 2), rule);
    return slope === null ? null : scaled(slope, 100 * (plan.top - plan.randomLevel));
  };
  const permuted = asked.length <= mostPermuted;
  return {
    name: plan.name,
    candidates: asked.length,
    families: all.map(familyFinding),
    pairs,
    total,
    inOrder: shareInOrder(total, pairs),
    p:
      pairs === 0
        ? null
        : permuted
          ? permutedConcordanceP(ranged, random, permutations)
          : normalConcordanceP(total, variance),
    gain: gainAt(0.95, 'exact'),
    gain90: gainAt(1 - NO_LINK_ERROR / looks, 'careful'),
    agreement: plan.familiesCount ? familyAgreement(ranged) : null,
  };
}

/** What is missing from the design, whatever the accuracies are; null where nothing is. */
function designLack({ families }: Evidence, plan: QuestionPlan): string | null {
  const { proxy = 'scatter' } = plan;
  const ranged = families.filter(({ inOrder }) => inOrder !== null);
  const candidates = sum(ranged.map((family) => family.candidates));
  if (candidates < LEAST_CANDIDATES) {
    const where = plan.familiesCount ? `lie in families whose ${proxy} varies` : `differ in ${proxy}`;
    return `too few: ${plural(candidates, 'candidate')} ${where}; ${LEAST_CANDIDATES} are needed`;
  }
  if (!plan.familiesCount) return null;
  if (ranged.length < LEAST_FAMILIES) {
    return `too few families whose ${proxy} varies: ${ranged.length}; ${LEAST_FAMILIES} are needed`;
  }
  const widths = ranged.map(({ low, high }) => high - low).sort((a, b) => b - a);
  const needed = (plan.top - plan.randomLevel) / 2;
  if (widths[1] >= needed) return null;
  return `too narrow a range: only ${widths[0] >= needed ? 'one family spans' : 'no family spans'} half of the way from the random level to the top`;
}

const isInside = (gain: Estimate | null, margin: number) =>
  gain?.low != null && gain.high != null && gain.low > -margin && gain.high < margin;

const points = (value: number | null, sign: '−' | '+', score: MaybeScore) =>
  value === null ? `${sign}∞` : `${value < 0 ? '−' : '+'}${gainDigits(Math.abs(value), score)}`;

/** Hundredths of a point; other scores may be of any size. */
const gainDigits = (size: number, score: MaybeScore) =>
  score == null || size === 0 || (size >= 0.1 && size < 1e5) ? size.toFixed(2) : size.toPrecision(2);

/** "+0.12 (−0.40 to +0.66) points"; of another score in its unit, positive where it gets better */
export const describeGain = ({ value, low, high }: Estimate, score: MaybeScore): string =>
  `${points(value, '+', score)} (${points(low, '−', score)} to ${points(high, '+', score)})${gainUnit(score)}`;

const describeP = (p: number) => (p < 0.0001 ? 'p below 0.0001' : `p ${p.toFixed(4)}`);

function decide(evidence: Evidence, plan: QuestionPlan): Pick<QuestionFinding, 'answer' | 'why'> {
  const { p, total, gain, gain90, agreement, pairs } = evidence;
  const lack = designLack(evidence, plan);
  if (lack !== null || gain === null || p === null) {
    return {
      answer: 'cannot-tell',
      why: lack ?? `no two candidates of one family differ in ${plan.proxy ?? 'scatter'}`,
    };
  }
  if (isInside(gain90, plan.margin)) {
    return {
      answer: 'no-link',
      why: `the gain lies within ±${plan.margin}${gainUnit(plan.score)}: ${describeGain(gain90 ?? gain, plan.score)}, ${100 * (1 - NO_LINK_ERROR / (plan.looks ?? 1))} %`,
    };
  }
  if (p >= ALPHA / (plan.looks ?? 1)) {
    return {
      answer: 'cannot-tell',
      why: `noise: the gain is ${describeGain(gain, plan.score)}, 95 %, ${describeP(p)}: neither clear of 0 at p ${ALPHA / (plan.looks ?? 1)} nor within ±${plan.margin}`,
    };
  }
  const claim = { answer: total > 0 ? 'predicts' : 'misleads', why: `${describeP(p)} over ${pairs} pairs` } as const;
  if (!plan.familiesCount) return claim;
  if (agreement?.agree === true && Math.sign(agreement.slope) === Math.sign(total)) return claim;
  return {
    answer: 'cannot-tell',
    why: 'families disagree: the link differs so much between them that another family may show none',
  };
}

/**
 * Answers one question from outcomes: whether, of two patterns of one family, the one of higher scatter is the more accurate
 * (definitions §4, verdict-rule). Cost: the pairs of each family, times the permutations where there are up to `mostPermuted`.
 */
export function answerQuestion(
  outcomes: readonly PairedOutcome[],
  plan: QuestionPlan,
  options: QuestionOptions,
): QuestionFinding {
  const evidence = evidenceOf(outcomes, plan, options);
  const { total: _, ...finding } = evidence;
  return { ...finding, ...decide(evidence, plan) };
}

/** The question that a verdict rests on: the last that makes a claim, else the first. */
export const decisiveQuestion = (questions: readonly QuestionFinding[]): QuestionFinding =>
  questions.findLast(({ answer }) => isClaim(answer)) ?? questions[0];
