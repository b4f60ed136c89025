import { mean } from 'simple-statistics';
import { uniformRandomPattern } from '../../strategies/uniform-random.ts';
import { unwrap } from '../base/failure.ts';
import { isRecord } from '../base/json.ts';
import { Random } from '../base/random.ts';
import type { TrainingScore } from '../base/score.ts';
import { junctionSizes } from '../pattern/architecture.ts';
import { type Entry, type EntryOptions, scatterEntries } from '../pattern/entries.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { entryBound, scoreBound } from '../scatter/bound.ts';
import type { Metric } from '../scatter/metric.ts';
import { randomLevels } from '../scatter/random-level.ts';
import type { CandidateRecord, EvaluationRecord, Store, StudyRecord } from '../store/index.ts';
import { repeatability } from '../validation/ceiling.ts';
import type { Accuracy, Observation } from '../validation/observation.ts';
import { outcomesOf } from '../validation/paired-seeds.ts';
import type { Rival } from '../validation/rivals.ts';
import { rankedCandidates } from './leaderboard.ts';
import { observationsBySeed } from './observations.ts';
import { randomSamples } from './pattern-report.ts';
import { type StudySettings, storedSettings } from './settings.ts';
import { planSeeds } from './validation-plan.ts';
import { type MeasuredProxies, storedValidation, type ValidationResult } from './validation-result.ts';

/** A candidate with what was trained of it. */
export interface ReportedCandidate {
  readonly record: CandidateRecord;
  /** scatter that the plan wanted of it; null where it wanted none */
  readonly level: number | null;
  /** by seed, in the report's order of them */
  readonly accuracies: readonly Accuracy[];
  /** mean over its seeds, what seeds have in common taken off, a fraction; null without a finished training */
  readonly accuracy: number | null;
}

/** One entry of the scatter vector with what there is to hold it against. */
export interface ReportedEntry {
  readonly key: string;
  readonly windows: number;
  readonly windowSize: number | null;
  /** every pattern scores 1 */
  readonly vacuous: boolean;
  readonly bound: number;
  readonly random: number;
}

/** A candidate whose pattern is drawn, and why this one. */
interface DrawnCandidate {
  readonly why: string;
  readonly number: number;
  readonly family: string;
  readonly scatter: number;
  readonly pattern: Pattern;
}

/** Everything that a report of a study tells, as plain values. */
export interface StudyReport {
  readonly study: StudyRecord;
  /** null for a study of one pattern from a file */
  readonly settings: StudySettings | null;
  /** null for a study that validated nothing, or has not come to its verdict */
  readonly result: ValidationResult | null;
  /** of the plan, in its order; of a study without one, best first */
  readonly candidates: readonly ReportedCandidate[];
  /** seeds of the trainings, in the order of the candidates' accuracies */
  readonly seeds: readonly number[];
  /** every proxy that was measured, by candidate in the same order; scatter first */
  readonly proxies: readonly Rival[];
  readonly entries: readonly ReportedEntry[];
  readonly randomLevel: number;
  readonly top: number;
  /** under one set of settings; twins' too */
  readonly evaluations: readonly EvaluationRecord[];
  /** accuracy points, or in the score's unit: between trainings of one candidate, between patterns of one family; null where too few seeds tell */
  readonly spread: { readonly trainingSd: number; readonly patternSd: number } | null;
  readonly drawn: readonly DrawnCandidate[];
  /** what stands for accuracy, and its values as they were told; null or absent: accuracy */
  readonly score?: TrainingScore | null;
}

function entriesOf(study: StudyRecord, settings: StudySettings | null): readonly Entry[] {
  const { architecture, metric } = study;
  const stored = isRecord(study.settings) && isRecord(study.settings.entries) ? study.settings.entries : {};
  return scatterEntries(architecture, (settings?.entries ?? stored) as EntryOptions, metric as Metric);
}

interface Levels {
  readonly entries: readonly ReportedEntry[];
  readonly randomLevel: number;
  readonly top: number;
}

/** Bounds and random levels; those that a plan was made with, where there is one. */
function levelsOf(study: StudyRecord, settings: StudySettings | null): Levels {
  const { architecture, seed } = study;
  const metric = study.metric as Metric;
  const entries = entriesOf(study, settings);
  const sample = (random: Random) => uniformRandomPattern({ architecture, entries, metric, target: null }, random);
  const edges = junctionSizes(architecture).reduce((total, junction) => total + junction.edges, 0);
  const random = Random.fromSeed(seed);
  const levels = randomLevels(entries, architecture, metric, sample, random, randomSamples(edges));
  const reported = entries.map((entry, index) => ({
    key: entry.key,
    windows: entry.windows.count,
    windowSize: entry.windowSize,
    vacuous: entry.vacuousUnder[metric],
    bound: entryBound(entry, architecture, metric),
    random: levels.vector[index].value,
  }));
  const { randomLevel = levels.scatter.value, top = scoreBound(entries, architecture, metric) } =
    settings?.validation ?? {};
  return { entries: reported, randomLevel, top };
}

/** Rows under the settings that most trainings share. */
function evaluationsOf(store: Store, { id }: StudyRecord): EvaluationRecord[] {
  const all = store.evaluations(id);
  const digest = store.accuracyTraining(id)?.settingsDigest ?? all[0]?.settingsDigest;
  return all.filter(({ settingsDigest }) => settingsDigest === digest);
}

/** Seeds of some candidates' trainings; of a plan those that it wanted. */
function seedsOf(
  evaluations: readonly EvaluationRecord[],
  settings: StudySettings | null,
  records: readonly CandidateRecord[],
): number[] {
  const own = new Set(records.map(({ number }) => number));
  const planned = settings === null ? [] : [...planSeeds(settings).values()].flat();
  const used = evaluations.flatMap(({ candidate, seed }) => (own.has(candidate) ? [seed] : []));
  const wanted = planned.length === 0 ? used : used.filter((seed) => planned.includes(seed));
  return [...new Set(wanted)].sort((a, b) => a - b);
}

function reportedCandidates(
  observations: readonly Observation[],
  settings: StudySettings | null,
  records: readonly CandidateRecord[],
): ReportedCandidate[] {
  const outcomes = new Map(outcomesOf(observations, 'missing').map((outcome) => [outcome.candidate, outcome]));
  const finished = observations.flatMap(({ accuracies }) => accuracies.filter((value) => typeof value === 'number'));
  const common = finished.length === 0 ? 0 : mean(finished);
  return records.map((record, index) => {
    const outcome = outcomes.get(record.number);
    return {
      record,
      level: settings?.validation?.planned[record.number - 1]?.target ?? null,
      accuracies: observations[index].accuracies,
      accuracy: outcome === undefined ? null : common + outcome.accuracy,
    };
  });
}

/** What the store knows of its candidates without measuring anything. */
function knownProxies({ entryKeys }: StudyRecord, records: readonly CandidateRecord[]): Rival[] {
  const ties = [...new Set(records.flatMap((record) => Object.keys(record.ties)))];
  return [
    { name: 'scatter', values: records.map(({ scatter }) => scatter) },
    ...entryKeys.map((name, entry) => ({ name, values: records.map(({ vector }) => vector[entry]) })),
    ...ties.map((name) => ({ name, values: records.map((record) => record.ties[name] ?? null) })),
  ];
}

/** What is known of all candidates, then what a validation measured on those that it judged. */
function proxiesOf(
  study: StudyRecord,
  records: readonly CandidateRecord[],
  { candidates, proxies }: MeasuredProxies = { candidates: [], proxies: [] },
): Rival[] {
  const known = knownProxies(study, records);
  const names = new Set(known.map(({ name }) => name));
  const places = new Map(candidates.map((number, place) => [number, place]));
  const valueFor = (values: Rival['values'], { number }: CandidateRecord) => values[places.get(number) ?? -1] ?? null;
  const measured = proxies
    .filter(({ name }) => !names.has(name))
    .map(({ name, values }) => ({ name, values: records.map((record) => valueFor(values, record)) }));
  return [...known, ...measured];
}

function drawnCandidates(
  store: Store,
  study: StudyRecord,
  { randomLevel }: Levels,
  ranked: readonly CandidateRecord[],
) {
  const byScatter = ranked.toSorted((a, b) => b.scatter - a.scatter);
  const nearRandom = byScatter.toSorted(
    (a, b) => Math.abs(a.scatter - randomLevel) - Math.abs(b.scatter - randomLevel),
  );
  const wanted: readonly (readonly [string, CandidateRecord | undefined])[] = [
    ['highest scatter', byScatter[0]],
    ['nearest to the random level', nearRandom[0]],
    ['lowest scatter', byScatter.at(-1)],
  ];
  const drawn = new Map<number, DrawnCandidate>();
  for (const [why, candidate] of wanted) {
    if (candidate === undefined || drawn.has(candidate.number)) continue;
    const { number, family, scatter } = candidate;
    drawn.set(number, { why, number, family, scatter, pattern: store.loadPattern(study.id, number) });
  }
  return [...drawn.values()];
}

/**
 * All that a study's report tells, from the store alone; nothing is measured again.
 * @throws ScattershotError 'unreadable-document' for settings or a result that another version stored
 */
export function studyReport(store: Store, study: StudyRecord): StudyReport {
  const settings = study.kind === 'train' ? null : unwrap(storedSettings(study));
  const verdict = study.result !== null && settings?.validation !== undefined ? unwrap(storedValidation(study)) : null;
  const planned = settings?.validation?.planned.length;
  const ranked = rankedCandidates(store, study);
  const records =
    planned === undefined
      ? ranked
      : ranked.filter(({ number }) => number <= planned).toSorted((a, b) => a.number - b.number);
  const evaluations = evaluationsOf(store, study);
  const levels = levelsOf(study, settings);
  const seeds = seedsOf(evaluations, settings, records);
  const told = observationsBySeed(evaluations, records, seeds, 'told');
  return {
    ...{ study, settings, result: verdict },
    candidates: reportedCandidates(told, settings, records),
    seeds,
    proxies: proxiesOf(study, records, verdict?.measured),
    ...levels,
    evaluations,
    spread: repeatability(observationsBySeed(evaluations, records, seeds)),
    score: evaluations[0]?.score ?? settings?.validation?.score ?? null,
    drawn: drawnCandidates(store, study, levels, records),
  };
}
