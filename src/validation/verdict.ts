import type { Random } from '../base/random.ts';
import { precisionAt, regretOfMean, topRegret } from './choice.ts';
import { spearman, spearmanOver } from './correlation.ts';
import { type Effort, kendallLink, LEAST_CANDIDATES, partialLink, spearmanLink, undefinedCorrelation } from './link.ts';
import { conclude } from './meaning.ts';
import { noiseCeiling } from './noise-ceiling.ts';
import { bootstrapInterval } from './resampling.ts';
import type {
  Choice,
  Control,
  FamilyVerdict,
  Findings,
  Observation,
  ProxyVerdict,
  Spread,
  Verdict,
} from './verdict-record.ts';

export interface VerdictOptions {
  readonly random: Random;
  readonly entryKeys: readonly string[];
  readonly otherMetric: string;
  /** the family that is the level of chance; default 'uniform-random' */
  readonly randomFamily?: string;
  /** default 2000 bootstrap resamples and 9999 permutations */
  readonly effort?: Effort;
}

const DEFAULT_EFFORT: Effort = { resamples: 2000, permutations: 9999 };
const RANDOM_FAMILY = 'uniform-random';

const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

function spreadOf(values: readonly number[]): Spread {
  return { mean: meanOf(values), low: Math.min(...values), high: Math.max(...values) };
}

interface Trained extends Observation {
  readonly accuracy: number;
}

const accuraciesOf = (trained: readonly Trained[]) => trained.map(({ accuracy }) => accuracy);
const scattersOf = (trained: readonly Trained[]) => trained.map(({ scatter }) => scatter);

function familyVerdicts(trained: readonly Trained[], random: Random, effort: Effort): FamilyVerdict[] {
  const names = [...new Set(trained.map(({ family }) => family))].sort();
  return names.map((family, index) => {
    const members = trained.filter((candidate) => candidate.family === family);
    const link = spearmanLink(scattersOf(members), accuraciesOf(members), random.fork(index), effort);
    const { value, ...rest } = link;
    const scatter = spreadOf(scattersOf(members));
    return {
      family,
      candidates: members.length,
      scatter,
      accuracy: spreadOf(accuraciesOf(members)),
      spearman: value,
      ...rest,
    };
  });
}

function aboveRandom(
  trained: readonly Trained[],
  family: string,
  random: Random,
  effort: Effort,
): Verdict['aboveRandom'] {
  const level = trained.filter((candidate) => candidate.family === family);
  if (level.length === 0) return { ...undefinedCorrelation(`no candidate is of ${family}`), candidates: 0 };
  const mean = meanOf(scattersOf(level));
  const above = trained.filter((candidate) => candidate.family !== family && candidate.scatter > mean);
  return { ...spearmanLink(scattersOf(above), accuraciesOf(above), random, effort), candidates: above.length };
}

type Controlled = Trained & { readonly control: number };

function controlVerdict(trained: readonly Trained[], random: Random, effort: Effort): Control | null {
  const controlled = trained.filter((candidate): candidate is Controlled => candidate.control !== null);
  if (controlled.length === 0) return null;
  const accuracies = accuraciesOf(controlled);
  const scatters = scattersOf(controlled);
  const controls = controlled.map(({ control }) => control);
  const link = spearmanLink(controls, accuracies, random.fork(1), effort);
  const own = spearman(scatters, accuracies);
  if (own === null) return { spearman: link, advantage: null, predictsAsWell: null };
  // A control that sees no difference between candidates predicts nothing.
  if (link.value === null)
    return { spearman: link, advantage: null, predictsAsWell: controlled.length < LEAST_CANDIDATES ? null : false };
  const sign = Math.sign(own);
  const scatterOver = spearmanOver(scatters, accuracies);
  const controlOver = spearmanOver(controls, accuracies);
  const difference = (items: readonly number[]) => {
    const scatter = scatterOver(items);
    return scatter === null ? null : sign * (scatter - (controlOver(items) ?? 0)) + 0;
  };
  const interval = bootstrapInterval(controlled.length, difference, random.fork(2), effort);
  if (interval === null) return { spearman: link, advantage: null, predictsAsWell: null };
  const alike = sign * link.value > 0 && link.p !== null && link.p < 0.05;
  const predictsAsWell = interval.low > 0 ? false : alike ? true : null;
  return { spearman: link, advantage: { value: sign * (own - link.value) + 0, ...interval }, predictsAsWell };
}

/** The rivals on the same candidates: every entry, their mean, the other metric's S, and whatever was measured besides. */
function rivals(trained: readonly Trained[], options: VerdictOptions): [string, (number | null)[]][] {
  const named = [...new Set(trained.flatMap(({ proxies }) => Object.keys(proxies ?? {})))];
  return [
    ...options.entryKeys.map((key, entry): [string, number[]] => [key, trained.map(({ vector }) => vector[entry])]),
    ['mean of the vector', trained.map(({ vector }) => meanOf(vector))],
    [`S in ${options.otherMetric}`, trained.map(({ otherScatter }) => otherScatter)],
    ...named.map((name): [string, (number | null)[]] => [name, trained.map(({ proxies }) => proxies?.[name] ?? null)]),
  ];
}

function proxyVerdicts(
  trained: readonly Trained[],
  options: VerdictOptions,
  random: Random,
  effort: Effort,
): ProxyVerdict[] {
  return rivals(trained, options).map(([name, values], index) => {
    const known = trained.flatMap(({ accuracy }, place) => {
      const value = values[place];
      return value === null ? [] : [{ value, accuracy }];
    });
    const link = spearmanLink(
      known.map(({ value }) => value),
      known.map(({ accuracy }) => accuracy),
      random.fork(index),
      effort,
    );
    const { value, ...rest } = link;
    return { name, spearman: value, ...rest };
  });
}

function choiceOf(trained: readonly Trained[], randomFamily: string): Choice | null {
  if (trained.length === 0) return null;
  const scatters = scattersOf(trained);
  const accuracies = accuraciesOf(trained);
  const k = Math.max(1, Math.round(trained.length / 4));
  const level = accuraciesOf(trained.filter(({ family }) => family === randomFamily));
  return {
    k,
    precision: precisionAt(k, scatters, accuracies),
    precisionByChance: k / trained.length,
    regret: topRegret(scatters, accuracies),
    regretOfRandom: regretOfMean(level.length > 0 ? level : accuracies, accuracies),
  };
}

/**
 * Whether scatter predicted accuracy. What was not trained to the end by any seed is left out. See `conclude` for the criteria.
 * The same observations, options and random source give the same verdict, bit for bit.
 */
export function decide(observations: readonly Observation[], options: VerdictOptions): Verdict {
  const { random, effort = DEFAULT_EFFORT, randomFamily = RANDOM_FAMILY } = options;
  const trained = observations
    .filter(({ accuracies }) => accuracies.length > 0)
    .map((observation) => ({ ...observation, accuracy: meanOf(observation.accuracies) }));
  const scatters = scattersOf(trained);
  const accuracies = accuraciesOf(trained);
  const families = trained.map(({ family }) => family);
  const findings: Findings = {
    candidates: trained.length,
    seeds: trained.length === 0 ? 0 : Math.min(...trained.map((candidate) => candidate.accuracies.length)),
    spearman: spearmanLink(scatters, accuracies, random.fork(1), effort),
    kendall: kendallLink(scatters, accuracies, random.fork(2), effort),
    noiseCeiling: noiseCeiling(trained.map((candidate) => candidate.accuracies)),
    withinFamilies: partialLink(scatters, accuracies, families, random.fork(3), effort),
    aboveRandom: aboveRandom(trained, randomFamily, random.fork(4), effort),
    families: familyVerdicts(trained, random.fork(5), effort),
    control: controlVerdict(trained, random.fork(6), effort),
    proxies: proxyVerdicts(trained, options, random.fork(7), effort),
    choice: choiceOf(trained, randomFamily),
  };
  return { ...findings, ...conclude(findings) };
}
