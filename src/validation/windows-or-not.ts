import { sum } from 'simple-statistics';
import { ROUNDING } from '../base/numbers.ts';
import { plural } from '../base/plural.ts';
import type { Random } from '../base/random.ts';
import { gainUnit, type MaybeScore, scoreName } from '../base/score.ts';
import { withoutFamilyMeans } from './ceiling.ts';
import { centredCorrelation, midRanks } from './correlation.ts';
import { normalQuantile, normalTwoSidedP, studentQuantile } from './distributions.ts';
import type { Estimate } from './gain.ts';

/** Whether a link is about the windows: "unsaid" where neither could be shown. A test not passed never overturns a claim. */
export type WindowsAnswer = 'windows' | 'not-windows' | 'unsaid';

/** One training of a twin: a base pattern whose inputs were renumbered. */
export interface Twin {
  readonly base: number;
  /** scatter of the entry whose windows lie on the inputs */
  readonly scatter: number;
  /** fraction; null where the training did not finish */
  readonly accuracy: number | null;
}

/** What twins with renumbered inputs show: whether the windows are what matters. */
export interface TwinsFinding {
  /** trained to the end */
  readonly twins: number;
  /** that diverged or failed */
  readonly lost: number;
  /** accuracy points from the random level to the top, with its 90 % interval */
  readonly gain: Estimate | null;
  readonly p: number | null;
  readonly answer: WindowsAnswer;
  readonly why: string;
}

/** What the twins are to explain. */
export interface TwinsClaim {
  /** of the claim */
  readonly sign: number;
  /** of scatter, from the random level to the top */
  readonly range: number;
  /** accuracy points, or in the unit of another score */
  readonly margin: number;
  /** for words alone; absent: accuracy */
  readonly score?: MaybeScore;
}

/** Fewer twins say nothing. */
const LEAST_TWINS = 6;

/** Values with the mean of their base pattern taken off. */
function withinBases(twins: readonly Twin[], value: (twin: Twin) => number): number[] {
  return withoutFamilyMeans(
    twins.map(value),
    twins.map(({ base }) => String(base)),
  );
}

const slopeOf = (x: readonly number[], y: readonly number[], spread: number) =>
  sum(x.map((value, i) => value * y[i])) / spread;

/**
 * Twins are one network to everything except the data: only which inputs are neighbours differs. The slope of accuracy on the input
 * entry within base patterns, by least squares, its p by permutation within base patterns.
 */
export function judgeTwins(
  all: readonly Twin[],
  { sign, range, margin, score }: TwinsClaim,
  random: Random,
  permutations = 9999,
): TwinsFinding {
  const twins = all.filter(({ accuracy }) => accuracy !== null);
  const lost = all.length - twins.length;
  const none = (why: string): TwinsFinding => ({
    twins: twins.length,
    lost,
    gain: null,
    p: null,
    answer: 'unsaid',
    why,
  });
  if (twins.length < LEAST_TWINS) {
    return none(`${twins.length} of ${plural(all.length, 'twin')} were trained to the end; ${LEAST_TWINS} are needed`);
  }
  const x = withinBases(twins, ({ scatter }) => scatter);
  const y = withinBases(twins, ({ accuracy }) => accuracy ?? 0);
  const spread = sum(x.map((value) => value ** 2));
  if (spread < 1e-9) return none('the twins do not differ in scatter on the inputs');
  const slope = slopeOf(x, y, spread);
  const bases = new Set(twins.map(({ base }) => base)).size;
  const degrees = Math.max(1, twins.length - bases - 1);
  const residual = sum(y.map((value, i) => (value - slope * x[i]) ** 2)) / degrees;
  const error = Math.sqrt(residual / spread);
  const scale = 100 * range;
  const reach = studentQuantile(0.95, degrees) * error;
  const gain: Estimate = { value: slope * scale, low: (slope - reach) * scale, high: (slope + reach) * scale };
  const p = permutedSlopeP(twins, x, spread, Math.abs(slope), random, permutations);
  const found = { twins: twins.length, lost, gain, p };
  const unfinished = lost === 0 ? '' : `; ${lost} of ${plural(all.length, 'twin')} diverged or failed`;
  if (p < 0.05 && Math.sign(slope) === sign) {
    return {
      ...found,
      answer: 'windows',
      why: `renumbering the inputs alone changes ${scoreName(score)} the same way${unfinished}`,
    };
  }
  const isWithin = gain.low !== null && gain.high !== null && gain.low > -margin && gain.high < margin;
  if (isWithin)
    return {
      ...found,
      answer: 'not-windows',
      why: `renumbering the inputs alone changes ${scoreName(score)} by less than ${margin}${gainUnit(score)} (90 %)${unfinished}`,
    };
  if (p < 0.05)
    return {
      ...found,
      answer: 'unsaid',
      why: `renumbering the inputs alone changes ${scoreName(score)} the other way`,
    };
  return { ...found, answer: 'unsaid', why: `the twins are too few or too noisy to tell${unfinished}` };
}

function permutedSlopeP(
  twins: readonly Twin[],
  x: readonly number[],
  spread: number,
  observed: number,
  random: Random,
  permutations: number,
): number {
  const places = new Map<number, number[]>();
  for (const [place, { base }] of twins.entries()) places.set(base, [...(places.get(base) ?? []), place]);
  const y = withinBases(twins, ({ accuracy }) => accuracy ?? 0);
  const moved = [...y];
  let extreme = 1;
  for (let draw = 0; draw < permutations; draw++) {
    for (const own of places.values()) {
      const shuffled = random.shuffle([...own]);
      for (const [index, place] of own.entries()) moved[place] = y[shuffled[index]];
    }
    if (Math.abs(slopeOf(x, moved, spread)) >= observed - ROUNDING) extreme++;
  }
  return extreme / (1 + permutations);
}

/** One candidate with its scatter under relabelled windows. */
export interface Controlled {
  readonly family: string;
  readonly scatter: number;
  readonly control: number;
  readonly accuracy: number;
}

/** Whether scatter under the windows, or under relabelled ones, goes with accuracy: what is known without twins. */
export interface ControlFinding {
  readonly candidates: number;
  /** partial rank correlation of scatter and accuracy given the control, within families; and of the control given scatter */
  readonly scatterGivenControl: Estimate | null;
  readonly controlGivenScatter: Estimate | null;
  readonly answer: WindowsAnswer;
  readonly why: string;
}

/** A partial correlation this weak is none worth having. */
const NEGLIGIBLE = 0.3;

/**
 * Partial correlation of x and y given z, with the interval of Fisher's transformation.
 * @param degrees of freedom of its t: candidates less families less 2. @param level of the interval
 */
function partial(
  x: readonly number[],
  y: readonly number[],
  z: readonly number[],
  degrees: number,
  level: number,
): (Estimate & { readonly p: number }) | null {
  const xy = centredCorrelation(x, y);
  const xz = centredCorrelation(x, z);
  const yz = centredCorrelation(y, z);
  if (xy === null || xz === null || yz === null || degrees < 3 || Math.abs(xz) > 0.999 || Math.abs(yz) > 0.999)
    return null;
  const value = Math.max(-0.9999, Math.min(0.9999, (xy - xz * yz) / Math.sqrt((1 - xz * xz) * (1 - yz * yz))));
  const error = 1 / Math.sqrt(degrees - 1);
  const reach = normalQuantile((1 + level) / 2) * error;
  const at = Math.atanh(value);
  return { value, low: Math.tanh(at - reach), high: Math.tanh(at + reach), p: normalTwoSidedP(at / error) };
}

const plain = (estimate: (Estimate & { readonly p: number }) | null): Estimate | null =>
  estimate === null ? null : { value: estimate.value, low: estimate.low, high: estimate.high };

/**
 * Without twins: whether scatter says anything that scatter with relabelled windows does not (verdict-rule, "After a claim").
 * Ranks within families. The windows matter if scatter given the control is clear of 0; they do not if it lies within ±.3 while the
 * control given scatter is clear of 0.
 * @param sign of the claim that it follows: what goes the other way does not explain it; null where nothing was claimed
 */
export function judgeControl(
  all: readonly Controlled[],
  sign: number | null = null,
  score: MaybeScore = null,
): ControlFinding {
  const families = all.map(({ family }) => family);
  const ranked = (values: readonly number[]) => withoutFamilyMeans(midRanks(values), families);
  const degrees = all.length - new Set(families).size - 2;
  const s = ranked(all.map(({ scatter }) => scatter));
  const c = ranked(all.map(({ control }) => control));
  const a = ranked(all.map(({ accuracy }) => accuracy));
  const own = all.length === 0 ? null : partial(s, a, c, degrees, 0.9);
  const other = all.length === 0 ? null : partial(c, a, s, degrees, 0.9);
  const found = { candidates: all.length, scatterGivenControl: plain(own), controlGivenScatter: plain(other) };
  if (own === null || other === null)
    return { ...found, answer: 'unsaid', why: 'scatter and control cannot be told apart here' };
  if (own.p < 0.05 && sign !== null && Math.sign(own.value) !== sign)
    return {
      ...found,
      answer: 'unsaid',
      why: `given the relabelled windows, scatter goes with ${scoreName(score)} the other way`,
    };
  if (own.p < 0.05)
    return { ...found, answer: 'windows', why: 'scatter says something that relabelled windows do not' };
  const weak = own.low !== null && own.high !== null && own.low > -NEGLIGIBLE && own.high < NEGLIGIBLE;
  if (other.p < 0.05 && weak)
    return { ...found, answer: 'not-windows', why: 'relabelled windows say as much, and scatter adds nothing to them' };
  return { ...found, answer: 'unsaid', why: 'the control is too like scatter, or the candidates are too few, to tell' };
}
