import { createHash } from 'node:crypto';
import type { TrainingScore } from '../base/score.ts';
import { familyOf } from '../search/candidate.ts';
import type { CandidateRecord } from '../store/index.ts';
import { type SharedFront, sharedFront } from '../training/frozen-front/shared-front.ts';
import { levelsOf, type PlannedCandidate, seedsOf } from '../validation/design.ts';
import { detectableGain } from '../validation/detectable-gain.ts';
import { byFamily } from '../validation/family-pairs.ts';
import type { LinkPlan } from '../validation/question.ts';
import { forecastSeconds } from './forecast.ts';
import type { StudySettings } from './settings.ts';
import type { StudyValidation } from './validation-design.ts';

/** The questions of every plan, by name. */
const QUESTIONS = ['all candidates', 'from the random level up'] as const;

/** Pairs of one family closer in scatter than this are not compared. */
const LEAST_DIFFERENCE = 0.01;

/** @param seeds of every candidate: an adaptive study looks after each */
export const linkPlan = ({ randomLevel, top, margin, score, adaptive }: StudyValidation, seeds: number): LinkPlan => ({
  ...{ randomLevel, top, margin, leastDifference: LEAST_DIFFERENCE, familiesCount: true },
  ...(score === undefined ? {} : { score }),
  ...(adaptive === true ? { looks: seeds } : {}),
});

/** A plan as it is shown, before training and in the result. */
export interface ValidationPlan {
  /** null until the patterns are made */
  readonly digest: string | null;
  readonly candidates: number;
  readonly families: readonly { readonly family: string; readonly candidates: number }[];
  readonly levels: readonly number[];
  readonly randomLevel: number;
  readonly top: number;
  readonly seeds: number;
  readonly everyThird: number;
  readonly epochs: number;
  /** trained beforehand and shared by all candidates; absent: every network is trained as a whole */
  readonly sharedFront?: SharedFront;
  readonly dataset: string;
  readonly margin: number;
  /** what is measured and margins are told in; absent: accuracy */
  readonly score?: TrainingScore;
  readonly topOnly: boolean;
  readonly questions: readonly string[];
  readonly trainings: number;
  /** names of the user's own proxies among the rivals */
  readonly proxies: readonly string[];
  /** trainings of twins, if a claim is made */
  readonly twins: number;
  /** seeds are trained one after another, and no more once the answer is there: `trainings` is then the most */
  readonly adaptive: boolean;
  readonly look: number;
  readonly exploratory: boolean;
  /** of all trainings, on this machine; null where nothing is known of the engine's speed */
  readonly forecastSeconds: number | null;
  /** accuracy points that four of five such studies find, if accuracies spread as on Morse; null where none is, and of another score */
  readonly detectableGain: number | null;
}

/** Seeds of every candidate, by its number. */
export function planSeeds(settings: StudySettings): ReadonlyMap<number, readonly number[]> {
  const { training, validation } = settings;
  if (training === null || validation === undefined) return new Map();
  const { planned, everyThird } = validation;
  const families = new Set(planned.map(plannedFamily)).size;
  return new Map(planned.map((_, place) => [place + 1, seedsOf(place, training.seeds, everyThird, families)]));
}

const plannedFamily = ({ strategy, start }: PlannedCandidate) => familyOf(strategy, start);

/**
 * The plan of a study that validates. @param made its candidates so far; before there are any, what is planned stands for them
 * @param trainingExamples of the data; null where it is not known
 */
export function validationPlan(
  settings: StudySettings,
  made: readonly Pick<CandidateRecord, 'number' | 'family' | 'scatter'>[],
  machine: { readonly threads: number; readonly trainingExamples: number | null },
): ValidationPlan {
  const { training, validation, architecture } = settings;
  if (training === null || validation === undefined) throw new TypeError('expected the settings of a validation');
  const { planned, randomLevel, top } = validation;
  const rows =
    made.length > 0
      ? made
      : planned.map((one, place) => ({
          number: place + 1,
          family: plannedFamily(one),
          scatter: one.target ?? randomLevel,
        }));
  const families = byFamily(
    rows.map(({ number, family, scatter }) => ({ candidate: number, family, scatter, accuracy: 0 })),
  );
  const shared = sharedFront(training.settings);
  const trainings = [...planSeeds(settings).values()].reduce((total, seeds) => total + seeds.length, 0);
  return {
    digest: validation.digest ?? null,
    candidates: planned.length,
    families: [...families].map(([family, members]) => ({ family, candidates: members.length })),
    levels: [...new Set(levelsOf(validation))],
    ...{ randomLevel, top },
    seeds: training.seeds,
    everyThird: validation.everyThird,
    epochs: training.settings.epochs,
    ...(shared === null ? {} : { sharedFront: shared }),
    dataset: training.dataset,
    margin: validation.margin,
    ...(validation.score === undefined ? {} : { score: validation.score }),
    topOnly: validation.topOnly,
    questions: QUESTIONS,
    trainings,
    proxies: (validation.proxies ?? []).map(({ name }) => name),
    twins: validation.twins,
    adaptive: validation.adaptive === true,
    look: validation.look,
    exploratory: validation.exploratory,
    forecastSeconds: forecastSeconds(
      { architecture, settings: training.settings, engine: training.engine, backend: training.backend },
      { trainings, ...machine },
    ),
    // How other scores spread is not known.
    detectableGain:
      validation.score !== undefined
        ? null
        : detectableGain(
            [...families.values()].map((members) => members.map(({ scatter }) => scatter)),
            linkPlan(validation, training.seeds),
            trainings / planned.length,
          ),
  };
}

/** Keys in alphabetical order: settings that were stored and read again digest as they did before. */
const sortedKeys = (_: string, value: unknown): unknown =>
  value === null || typeof value !== 'object' || Array.isArray(value)
    ? value
    : Object.fromEntries(Object.entries(value).sort(([a], [b]) => Number(a > b) - Number(a < b)));

/** Digest of everything that a verdict depends on: settings, design and the patterns themselves. */
export function planDigest(settings: StudySettings, fingerprints: readonly string[]): string {
  const { digest: _, ...validation } = settings.validation ?? {};
  const { architecture, metric, entries, constraints, seed, training } = settings;
  const plan = {
    architecture,
    metric,
    entries,
    constraints,
    seed,
    training,
    validation,
    questions: QUESTIONS,
    fingerprints,
  };
  return createHash('sha256').update(JSON.stringify(plan, sortedKeys)).digest('hex');
}
