import { Random } from '../../src/base/random.ts';
import { judgeLink } from '../../src/validation/link-verdict.ts';
import type { Observation } from '../../src/validation/observation.ts';
import type { Answer, LinkPlan } from '../../src/validation/question.ts';
import { type Design, RANDOM_LEVEL, study, TOP, type World } from './world.ts';

/** What came of many studies of one world and one design. */
export interface AnswerShares {
  readonly world: string;
  readonly design: string;
  readonly studies: number;
  /** shares */
  readonly answers: Readonly<Record<Answer, number>>;
  /** bounded 95 % intervals of the first question's gain, and the share of them that hold the true gain; null where it differs by family */
  readonly bounded: number;
  readonly coverage: number | null;
  /** mean number of trainings of a study */
  readonly trainings: number;
}

const plan: LinkPlan = { randomLevel: RANDOM_LEVEL, top: TOP, margin: 0.5, leastDifference: 0.01, familiesCount: true };

export const describeDesign = ({ candidates, seeds, everyThird, isAdaptive }: Design): string =>
  `${candidates} × ${isAdaptive ? `up to ${seeds}` : seeds}${everyThird > seeds ? `, every third × ${everyThird}` : ''}`;

/** A study's answer, with the trainings that it took. */
function judge(
  observations: readonly Observation[],
  { seeds, isAdaptive }: Design,
  random: Random,
  permutations: number,
) {
  const trainingsOf = (some: readonly Observation[]) =>
    some.reduce((total, { accuracies }) => total + accuracies.filter((accuracy) => accuracy !== null).length, 0);
  const looks = isAdaptive ? seeds : 1;
  for (let look = 1; ; look++) {
    const seen =
      look < looks ? observations.map((one) => ({ ...one, accuracies: one.accuracies.slice(0, look) })) : observations;
    const found = judgeLink(seen, { ...plan, looks }, true, { random, permutations });
    if (look >= looks || found.verdict !== 'cannot-tell') return { ...found, trainings: trainingsOf(seen) };
  }
}

/** The gain of every family, where it is one and the same. */
function trueGain(world: World, design: Design): number | null {
  if (world.shape !== undefined || world.isRandomGain) return null;
  const gains = new Set(world.gains(design.families + 1, Random.fromSeed(0)));
  return gains.size === 1 ? [...gains][0] : null;
}

/** @param permutations of each question's p: fewer than the program's 9999 make p coarser, not wrong */
export function simulate(
  world: World,
  design: Design,
  studies: number,
  seed: number,
  permutations: number,
): AnswerShares {
  const counts: Record<Answer, number> = { predicts: 0, misleads: 0, 'no-link': 0, 'cannot-tell': 0 };
  const truth = trueGain(world, design);
  let bounded = 0;
  let covered = 0;
  let spent = 0;
  for (let number = 0; number < studies; number++) {
    const random = Random.fromSeed(seed).fork(number);
    const observations = study(world, design, random.fork(1));
    const { verdict, questions, trainings } = judge(observations, design, random.fork(2), permutations);
    counts[verdict]++;
    spent += trainings;
    const gain = questions[0].gain;
    if (truth === null || gain === null || gain.low === null || gain.high === null) continue;
    bounded++;
    if (gain.low <= truth && truth <= gain.high) covered++;
  }
  const share = (count: number) => count / studies;
  return {
    world: world.name,
    design: describeDesign(design),
    studies,
    answers: {
      predicts: share(counts.predicts),
      misleads: share(counts.misleads),
      'no-link': share(counts['no-link']),
      'cannot-tell': share(counts['cannot-tell']),
    },
    trainings: spent / studies,
    bounded,
    coverage: truth === null || bounded === 0 ? null : covered / bounded,
  };
}
