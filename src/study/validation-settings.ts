import { strategies } from '../../strategies/index.ts';
import { scoreFloor } from '../../strategies/target/entry-floor.ts';
import { startKinds } from '../../strategies/target/target-starts.ts';
import { uniformRandomPattern } from '../../strategies/uniform-random.ts';
import { InvalidValueError } from '../base/caller-errors.ts';
import { failure, type Outcome, success } from '../base/failure.ts';
import { Random } from '../base/random.ts';
import type { Architecture } from '../pattern/architecture.ts';
import { isPointless, scoreBound } from '../scatter/bound.ts';
import { randomLevels } from '../scatter/random-level.ts';
import { defaultSearchOrder } from '../search/default-order.ts';
import type { Problem } from '../search/strategy.ts';
import type { OwnTrainer } from '../training/command/own-trainer.ts';
import type { TrainingSettings } from '../training/trainer.ts';
import { type FamilySpec, type PlannedCandidate, planCandidates } from '../validation/design.ts';
import { type EarlierStudy, earlierLooks, withLooks } from './earlier-looks.ts';
import { problemOf, type StudySettings } from './settings.ts';
import { type ValidationChoices, validationDefaults } from './validation-defaults.ts';

/** Seeds that an adaptive study may go up to. */
const ADAPTIVE_SEEDS = 3;

/** What is trained, as a plan of training has worked it out. */
export interface ValidationTraining {
  readonly dataset: string;
  readonly settings: TrainingSettings;
  readonly engine: string;
  readonly backend: string;
  /** of the engine 'command' */
  readonly trainer?: OwnTrainer;
}

const RANDOM_FAMILY: FamilySpec = { strategy: 'uniform-random' };

/** Random patterns whose mean scatter is the random level. */
const RANDOM_DRAWS = 64;

/** Stream of a study's seed for the draws of the random level; patterns do not use it. */
const LEVEL_STREAM = 201;

/** Families that can be moved to a wanted scatter here, in the order in which a small plan takes them. */
function movableFamilies(problem: Problem, target: number): FamilySpec[] {
  const accepts = (family: FamilySpec) =>
    strategies
      .get(family.strategy)
      ?.accepts({ ...problem, target, ...(family.start === undefined ? {} : { start: family.start }) }) === true;
  const kinds = startKinds(problem);
  const starts = (['concentrated', 'grid', 'exact', 'local'] as const).filter((kind) => kinds.includes(kind));
  const families: FamilySpec[] = [{ strategy: 'anneal' }, ...starts.map((start) => ({ strategy: 'target', start }))];
  const possible = families.filter(accepts);
  // A claim needs three families that agree: where fewer are possible, one more is added, although it is much like another.
  const more: FamilySpec = { strategy: 'target', start: 'random' };
  return possible.length < 3 && accepts(more) ? [...possible, more] : possible;
}

/** Every family of the planned candidates once. */
function familiesOf(planned: readonly PlannedCandidate[]): FamilySpec[] {
  const families = planned.map(({ strategy, start }): [string, FamilySpec] => [
    `${strategy}/${start}`,
    { strategy, ...(start === undefined ? {} : { start }) },
  ]);
  return [...new Map(families).values()];
}

/** @throws RangeError for anything except a whole number from `least` */
const requireWhole = (value: number, least: number, what: string) => {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new InvalidValueError(`${what} must be a whole number from ${least}; got ${value}`);
  }
};

/**
 * The settings of a validation, its design included: families, levels, seeds. Nothing is stored or trained.
 * @param earlier studies of the database: looks at the same question are counted, and a changed design makes this one exploratory
 * @returns Failure 'scatter-says-nothing' where every pattern scores the same, 'no-families' where none can be moved to a wanted scatter
 * @throws RangeError for numbers that cannot be
 */
export function validationSettings(
  architecture: Architecture,
  training: ValidationTraining,
  choices: ValidationChoices = {},
  baseName: string = architecture.layers.join('-'),
  earlier: readonly EarlierStudy[] = [],
): Outcome<StudySettings> {
  const said = Object.fromEntries(Object.entries(choices).filter(([, value]) => value !== undefined));
  const chosen: ValidationChoices & typeof validationDefaults = { ...validationDefaults, ...said };
  const { metric, windows, spans, constraints, candidates, margin, topOnly, twins, seed } = chosen;
  const { adaptive = false, proxies = [] } = choices;
  const seeds = choices.seeds ?? (adaptive ? ADAPTIVE_SEEDS : undefined);
  if (adaptive && seeds === 1) throw new InvalidValueError('an adaptive study needs at least 2 seeds; got 1');
  requireWhole(candidates, 2, 'the number of candidates');
  requireWhole(seeds ?? 1, 1, 'the number of seeds');
  requireWhole(twins, 0, 'the number of twins');
  if (!(margin > 0)) throw new InvalidValueError(`the margin must be above 0; got ${margin}`);
  const base: StudySettings = {
    ...{ kind: 'validate', baseName, architecture, metric, entries: { windows, spans } },
    ...(constraints === undefined ? {} : { constraints }),
    ...{ islands: [RANDOM_FAMILY], seed, budget: { kind: 'candidates', candidates }, keep: candidates },
    ...{ order: defaultSearchOrder, target: null, untilOptimal: false },
    training: { ...training, candidates, seeds: seeds ?? 1 },
  };
  const problem = problemOf(base);
  if (isPointless(problem.entries, metric)) {
    return failure(
      'scatter-says-nothing',
      'every pattern of this network has a scatter of 1, so there is no link to validate',
      'Choose sparser degrees, other windows, or the metric fair-share.',
    );
  }
  const top = scoreBound(problem.entries, architecture, metric);
  const floor = scoreFloor(problem.entries, architecture, metric);
  const random = Random.fromSeed(seed).fork(LEVEL_STREAM);
  const sample = (source: Random) => uniformRandomPattern(problem, source);
  const randomLevel = randomLevels(problem.entries, architecture, metric, sample, random, RANDOM_DRAWS).scatter.value;
  const movable = movableFamilies(problem, (randomLevel + top) / 2);
  if (movable.length === 0) {
    return failure(
      'no-families',
      'no family of patterns can be moved to a wanted scatter here, so scatter cannot be varied within families',
      'Validate a smaller network of the same kind, or fewer constraints.',
    );
  }
  const planned = planCandidates({ candidates, movable, random: RANDOM_FAMILY, randomLevel, top, floor, topOnly });
  const everyThird = seeds === undefined ? 2 : seeds;
  const designed: StudySettings = {
    ...base,
    islands: familiesOf(planned),
    validation: {
      ...{ margin, topOnly, everyThird, randomLevel, top, floor, planned, twins, look: 1, exploratory: false },
      ...(choices.margin === undefined || training.engine !== 'command' ? {} : { marginAsked: true as const }),
      ...(adaptive ? { adaptive: true as const } : {}),
      ...(proxies.length === 0 ? {} : { proxies }),
    },
  };
  return success(withLooks(designed, earlierLooks(earlier, designed)));
}
