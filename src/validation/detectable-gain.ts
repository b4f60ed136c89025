import { sum } from 'simple-statistics';
import { Random } from '../base/random.ts';
import { judgeLink } from './link-verdict.ts';
import type { LinkPlan } from './question.ts';

/** Accuracy points, standard deviations on Morse (64-1024-64): of patterns of one family, and of trainings of one pattern. */
const MORSE_SPREADS = { pattern: 0.34, training: 0.57 } as const;

/** Share of studies that are to find the gain. */
const POWER = 0.8;

/** Accuracy points between which the gain is looked for, and halvings of what is between them: to 5 %. */
const LEAST = 0.05;
const MOST = 20;
const HALVINGS = 7;

/** Made-up studies of each gain: fewer where a study has so many pairs that they would take seconds. */
const STUDIES = { least: 24, most: 100 } as const;
const PAIRS = 400_000;

const pairsOf = (scatters: readonly (readonly number[])[]) =>
  sum(scatters.map(({ length }) => (length * (length - 1)) / 2));

/**
 * The gain, in accuracy points, that a plan finds in four of five studies, if accuracies spread as on Morse: by the rule itself, on
 * made-up accuracies of the plan's own scatters. Null where no gain is found so often: too few candidates or families, or too narrow
 * a range. The same for the same plan.
 * @param scatters of the candidates, by family. @param seeds trainings of a candidate, on average
 */
export function detectableGain(
  scatters: readonly (readonly number[])[],
  plan: LinkPlan,
  seeds: number,
  spreads: { readonly pattern: number; readonly training: number } = MORSE_SPREADS,
): number | null {
  const members = scatters.flatMap((own, family) => own.map((scatter) => ({ family: String(family), scatter })));
  const studies = Math.round(Math.max(STUDIES.least, Math.min(STUDIES.most, PAIRS / Math.max(1, pairsOf(scatters)))));
  const deviation = Math.sqrt(spreads.pattern ** 2 + spreads.training ** 2 / seeds);
  const random = Random.fromSeed(1);
  const noise = Array.from({ length: studies }, (_, study) => {
    const draws = random.fork(study);
    return members.map(() => deviation * draws.normal());
  });
  const isFound = (gain: number) => (points: readonly number[]) => {
    const slope = gain / (plan.top - plan.randomLevel);
    const observations = members.map(({ family, scatter }, candidate) => {
      return { candidate, family, scatter, accuracies: [(slope * scatter + points[candidate]) / 100] };
    });
    return judgeLink(observations, plan, true, { random, mostPermuted: 0 }).verdict === 'predicts';
  };
  const isEnough = (gain: number) => noise.filter(isFound(gain)).length >= POWER * studies;
  if (!isEnough(MOST)) return null;
  let [low, high] = [LEAST, MOST];
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = Math.sqrt(low * high);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}
