import { max, min, sum } from 'simple-statistics';
import type { Random } from '../base/random.ts';
import { withoutFamilyMeans } from './ceiling.ts';
import { concordance, concordanceVariance, normalConcordanceP, permutedConcordanceP } from './concordance.ts';
import { centredCorrelation, midRanks } from './correlation.ts';
import { normalTwoSidedP } from './distributions.ts';
import { familyPairs } from './family-pairs.ts';
import { type Estimate, scaled, senSlope, sortedSlopes } from './gain.ts';
import { holm } from './holm.ts';
import type { PairedOutcome } from './observation.ts';
import { residuals } from './residuals.ts';

/** A proxy's values, one for each outcome; null where it has none. */
export interface Rival {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** why values are missing: one sentence, where it is known */
  readonly reason?: string;
}

/** How one proxy does on the same candidates as all others. */
export interface RivalFinding {
  readonly name: string;
  /** candidates that have a value */
  readonly candidates: number;
  /** why others have none: one sentence; null where all have one, or nothing is known */
  readonly reason: string | null;
  /** share of compared pairs of one family in order, ties half; null where it does not vary within families */
  readonly inOrder: number | null;
  readonly p: number | null;
  /** Holm over the table */
  readonly pHolm: number | null;
  /** accuracy points over the range of the proxy, with its 95 % interval */
  readonly gain: Estimate | null;
  /** partial rank correlation within families given all other proxies, and its p; null where there are too few candidates */
  readonly givenOthers: number | null;
  readonly pGivenOthers: number | null;
  readonly pGivenOthersHolm: number | null;
}

/** Pairs closer than a hundredth of a proxy's range are not compared. */
const LEAST_SHARE = 0.01;
const MOST_PERMUTED = 200;

type Alone = Pick<RivalFinding, 'name' | 'candidates' | 'reason' | 'inOrder' | 'p' | 'gain'>;

function alone(rival: Rival, outcomes: readonly PairedOutcome[], random: Random, permutations: number): Alone {
  const { name, values, reason = null } = rival;
  const known = outcomes.flatMap((outcome, index) => {
    const scatter = values[index];
    return scatter === null || !Number.isFinite(scatter) ? [] : [{ ...outcome, scatter }];
  });
  const none = { name, candidates: known.length, reason, inOrder: null, p: null, gain: null };
  if (known.length < 2) return none;
  const range = max(known.map(({ scatter }) => scatter)) - min(known.map(({ scatter }) => scatter));
  if (range === 0) return none;
  const families = familyPairs(known, LEAST_SHARE * range).filter(({ first }) => first.length > 0);
  const pairs = sum(families.map(({ first }) => first.length));
  if (pairs === 0) return none;
  const total = sum(families.map(concordance));
  const variance = sum(families.map(concordanceVariance));
  const slope = senSlope(sortedSlopes(families), Math.sqrt(variance), 1.959963984540054, 'exact');
  const few = known.length <= MOST_PERMUTED;
  return {
    name,
    candidates: known.length,
    reason,
    inOrder: (1 + total / pairs) / 2,
    p: few ? permutedConcordanceP(families, random, permutations) : normalConcordanceP(total, variance),
    gain: slope === null ? null : scaled(slope, 100 * range),
  };
}

/** Degrees of freedom below which "given the others" says nothing. */
const LEAST_DEGREES = 5;

type GivenOthers = Pick<RivalFinding, 'givenOthers' | 'pGivenOthers'>;

/**
 * What a proxy adds to the others: correlation of what is left of its ranks and of accuracy's, within families, when the
 * least-squares line on the others' ranks is taken off; p by Fisher's transformation. Proxies without a value for every candidate, and
 * those that say the same as one before, count for nothing here.
 */
function givenOthers(rivals: readonly Rival[], outcomes: readonly PairedOutcome[]): GivenOthers[] {
  const families = outcomes.map(({ family }) => family);
  const ranked = (values: readonly number[]) => withoutFamilyMeans(midRanks(values), families);
  const accuracy = ranked(outcomes.map((outcome) => outcome.accuracy));
  const columns = rivals.map(({ values }) => {
    const whole = values.flatMap((value) => (value === null || !Number.isFinite(value) ? [] : [value]));
    if (whole.length < outcomes.length) return null;
    const column = ranked(whole);
    return column.some((value) => Math.abs(value) > 1e-9) ? column : null;
  });
  const varying = columns.filter((column) => column !== null).length;
  const degrees = outcomes.length - new Set(families).size - varying;
  return columns.map((column, index): GivenOthers => {
    const others = columns.flatMap((other, place) => (other === null || place === index ? [] : [other]));
    if (column === null || degrees < LEAST_DEGREES) return { givenOthers: null, pGivenOthers: null };
    const own = residuals(column, others);
    // What the others explain whole is not to be told from rounding.
    if (sum(own.map((value) => value ** 2)) < 1e-6 * sum(column.map((value) => value ** 2))) {
      return { givenOthers: null, pGivenOthers: null };
    }
    const value = centredCorrelation(own, residuals(accuracy, others));
    if (value === null) return { givenOthers: null, pGivenOthers: null };
    const bounded = Math.max(-0.999999, Math.min(0.999999, value));
    return { givenOthers: value, pGivenOthers: normalTwoSidedP(Math.atanh(bounded) * Math.sqrt(degrees - 1)) };
  });
}

/**
 * All proxies on the same candidates: each alone, by pairs within families as scatter itself is judged, and given the others, with Holm
 * over the table. Every proxy that was measured stands in it: none is picked afterwards.
 */
export function compareRivals(
  rivals: readonly Rival[],
  outcomes: readonly PairedOutcome[],
  random: Random,
  permutations = 9999,
): RivalFinding[] {
  const each = rivals.map((rival, index) => alone(rival, outcomes, random.fork(index), permutations));
  const given =
    outcomes.length === 0
      ? rivals.map(() => ({ givenOthers: null, pGivenOthers: null }))
      : givenOthers(rivals, outcomes);
  const adjusted = holm(each.map(({ p }) => p));
  const adjustedGiven = holm(given.map(({ pGivenOthers }) => pGivenOthers));
  return each.map((own, index) => ({
    ...own,
    pHolm: adjusted[index],
    ...given[index],
    pGivenOthersHolm: adjustedGiven[index],
  }));
}
