/**
 * The public API: what a program that imports Scattershot may rely on. Public functions throw: `RangeError` or `TypeError` for what
 * the caller did wrong, else a `ScattershotError` with `reason` and `nextStep`. Densities, accuracies and scatter are fractions from
 * 0 to 1, margins and gains accuracy points (hundredths).
 */

import { resolve } from 'node:path';
import { unwrap } from './base/failure.ts';
import { readInput } from './base/input-file.ts';
import { Random } from './base/random.ts';
import { provenance } from './base/version.ts';
import type { Architecture } from './pattern/architecture.ts';
import type { PatternWithContext } from './pattern/context.ts';
import * as files from './pattern/formats/index.ts';
import type { OwnProxySpec } from './proxies/own/own-proxy.ts';
import type { StepLimits } from './search/step-limits.ts';
import * as stores from './store/index.ts';
import { ownProxies as proxiesOfFiles } from './study/own-proxies.ts';
import type { SearchChoices } from './study/search-defaults.ts';
import * as searches from './study/search-settings.ts';
import type { StudySettings } from './study/settings.ts';
import * as strategyReports from './study/strategy-report.ts';
import type { ValidationChoices } from './study/validation-defaults.ts';
import * as validations from './study/validation-settings.ts';
import * as datasets from './training/datasets/dataset-states.ts';
import * as tables from './validation/judge-table.ts';
import { readTrainedTable } from './validation/table.ts';
import type { TableRequest } from './validation/table-rows.ts';

export { type Failure, ScattershotError } from './base/failure.ts';
export { Random } from './base/random.ts';
export type { ModuleKind, UserModule } from './base/user-module.ts';
export { version } from './base/version.ts';
export type { PaperPlot, PlotPoint } from './paper/figure.ts';
export type { ClaimUnit, PaperClaim } from './paper/paper-claim.ts';
export { type ReproduceOptions, type Reproduction, reproduce } from './paper/reproduce.ts';
export type { PaperScale } from './paper/scale.ts';
export type { Target } from './paper/targets.ts';
export {
  type Allocation,
  type AllocationChoice,
  type AllocationOptions,
  allocateDensity,
} from './pattern/allocation.ts';
export type { Architecture, ArchitectureRequest, JunctionSize, LayerShape } from './pattern/architecture.ts';
export {
  defineArchitecture,
  feasibleFanOuts,
  junctionSizes,
  overallDensity,
} from './pattern/architecture.ts';
export { type ClashFault, clashFreeFault, clashFreeOrder, parallelismFault } from './pattern/clash-free.ts';
export { constraintConflict } from './pattern/constraints/conflict.ts';
export type { Constraints, NeuronPair, NmStructure } from './pattern/constraints/constraints.ts';
export { constraintFault } from './pattern/constraints/fault.ts';
export type { PatternContext, PatternWithContext } from './pattern/context.ts';
export { type DegreeKind, fanOutsForDensities, fanOutsForFanIns } from './pattern/degree-choice.ts';
export type { Direction, Entry, EntryOptions, ExplicitWindows, Rate } from './pattern/entries.ts';
export { scatterEntries } from './pattern/entries.ts';
export { type FeasibleDegrees, feasibleDegrees } from './pattern/feasible-degrees.ts';
export type { ArrayChoice, PatternFile } from './pattern/formats/index.ts';
export type { Metric } from './pattern/metric.ts';
export type { Pattern, PatternFault } from './pattern/pattern.ts';
export { fingerprint, makePattern, patternFault } from './pattern/pattern.ts';
export { presets } from './pattern/presets.ts';
export type { JunctionStructure } from './pattern/structure.ts';
export type { Windows } from './pattern/windows.ts';
export type { OwnProxy, OwnProxySpec } from './proxies/own/own-proxy.ts';
export type { Better } from './proxies/proxy.ts';
export type { HostEvent, HostRunner } from './remote/host-events.ts';
export { type WrittenReproduction, writeReproduction } from './report/reproduction.ts';
export { type WrittenReport, writeReport } from './report/write-report.ts';
export { certificate, entryBound, scoreBound } from './scatter/bound.ts';
export { IncrementalScorer, type SurplusChoices } from './scatter/incremental.ts';
export { type BothScores, scoreBoth, scorePattern } from './scatter/kernel.ts';
export type { ScatterScore } from './scatter/metric.ts';
export { referenceScore } from './scatter/reference.ts';
export type { NumberedCandidate, Ties } from './search/candidate.ts';
export type { Budget, IslandSpec, IslandTotal, SearchEnding, SearchProgress } from './search/events.ts';
export type { StepLimits } from './search/step-limits.ts';
export type { Elite, Problem, Step, Strategy } from './search/strategy.ts';
export type { ProblemCheck } from './search/strategy-check.ts';
export type { Store } from './store/index.ts';
export type {
  CandidateRecord,
  EpochRecord,
  EvaluationKey,
  EvaluationRecord,
  EvaluationSetup,
  EvaluationStatus,
  Provenance,
  StudyRecord,
  StudyStatus,
} from './store/records.ts';
export type { DataReport } from './study/data-report.ts';
export { type DemoChoices, demoSettings } from './study/demo.ts';
export type { EntryLevels } from './study/entry-levels.ts';
export type { PhaseName, ShownCandidate, StudyEvent, StudyListener, StudyPhase } from './study/events.ts';
export type { FoundCandidate } from './study/found-candidate.ts';
export type { LabelShare } from './study/label-share.ts';
export { type CandidateList, listCandidates } from './study/list-candidates.ts';
export {
  type ChosenDegrees,
  type NetworkPlan,
  type NetworkPlanRequest,
  type PlannedJunction,
  planNetwork,
} from './study/network-plan.ts';
export type { Range } from './study/pace.ts';
export type { ParameterSavings, Saving } from './study/parameter-savings.ts';
export type { EntryReport, PatternReport } from './study/pattern-report.ts';
export type { SearchPace, TrainingPace } from './study/progress.ts';
export { continueStudy, type RanStudy, type RunStudyOptions, runStudy } from './study/run-study.ts';
export { type ScoreOptions, score } from './study/score.ts';
export { type FoundPattern, type SearchFound, type SearchOptions, search } from './study/search.ts';
export { type SearchChoices, searchDefaults } from './study/search-defaults.ts';
export type { SearchResult, TargetResult } from './study/search-result.ts';
export type { StudySettings, StudyTraining } from './study/settings.ts';
export type { ResumeChanges, StudyOutcome } from './study/start-study.ts';
export type { CheckedProblem, StrategyReport } from './study/strategy-report.ts';
export { StudyControl } from './study/study-control.ts';
export { type TrainedPattern, type TrainOptions, train } from './study/train.ts';
export type { RunsReport, TrainOneRun } from './study/train-one.ts';
export type { FreezeFront, TrainingPlanRequest } from './study/training-plan.ts';
export { type ValidationChoices, validationDefaults } from './study/validation-defaults.ts';
export type { StudyValidation } from './study/validation-design.ts';
export type { ValidationPlan } from './study/validation-plan.ts';
export type {
  MeasuredProxies,
  PooledCorrelation,
  QuestionResult,
  ValidationResult,
} from './study/validation-result.ts';
export type { ValidationTraining } from './study/validation-settings.ts';
export type { OwnTrainer } from './training/command/own-trainer.ts';
export {
  type DatasetFetch,
  type DatasetProgress,
  type DatasetState,
  datasetState,
  listDatasets,
} from './training/datasets/dataset-states.ts';
export { type BackendReport, detectBackends } from './training/engines.ts';
export type { FrontFacts } from './training/frozen-front/feature-file.ts';
export type { FrontEvent } from './training/frozen-front/features.ts';
export type { SharedFront } from './training/frozen-front/shared-front.ts';
export { trainingSettings } from './training/settings.ts';
export type {
  BackendName,
  BestEpoch,
  EngineName,
  EpochResult,
  FrontName,
  FrontNetwork,
  FrozenFront,
  InitName,
  JunctionWeights,
  ResumedTraining,
  RunsOn,
  TrainingEvent,
  TrainingResult,
  TrainingScore,
  TrainingSettings,
} from './training/trainer.ts';
export type { Agreement } from './validation/agreement.ts';
export type { Ceiling } from './validation/ceiling.ts';
export type { FamilySpec, PlannedCandidate } from './validation/design.ts';
export type { Estimate } from './validation/gain.ts';
export type { StratumFinding, TableFinding } from './validation/judge-table.ts';
export type { Answer, FamilyFinding, QuestionFinding } from './validation/question.ts';
export type { RivalFinding } from './validation/rivals.ts';
export type { TableRequest } from './validation/table-rows.ts';
export type { ControlFinding, TwinsFinding, WindowsAnswer } from './validation/windows-or-not.ts';

/**
 * Reads a pattern file: .json, .npz, .npy or .safetensors, told by its content, then by its ending.
 *
 * ```ts
 * const { pattern } = await readPatternFile('best.npz');
 * ```
 *
 * @param choice which arrays are the junctions, where they are not junction1, junction2, …
 * @returns the pattern, with the context that its score depends on where the file says any
 * @throws ScattershotError for whatever is wrong with the file, faulty edges named by junction (from 1) and right neuron (from 0)
 */
export async function readPatternFile(path: string, choice: files.ArrayChoice = {}): Promise<files.PatternFile> {
  return unwrap(await files.readPatternFile(path, choice));
}

/**
 * Writes a pattern in the format of the path's ending, whole or not at all: .json, .npz, .npy, .safetensors or .csv.
 *
 * ```ts
 * const found = await search({ layers: [64, 1024, 64], fanOuts: [128, 8] });
 * await writePatternFile('best.npz', found.best.pattern);
 * ```
 *
 * @param written a pattern (its context goes with it into .json, .npz and .safetensors), or what `readPatternFile` gave
 * @throws RangeError for a broken pattern; ScattershotError where the file cannot be written
 */
export async function writePatternFile(path: string, written: PatternWithContext | files.PatternFile): Promise<void> {
  unwrap(await files.writePatternFile(path, written));
}

/**
 * Opens a database of studies, and makes it where it is to be written and is not there. `close()` it at the end.
 *
 * ```ts
 * const store = openStore('cache/scattershot.db', 'read');
 * for (const { name, status } of store.listStudies()) console.log(name, status);
 * store.close();
 * ```
 *
 * @param mode 'write' for `runStudy`, `continueStudy` and `train`
 * @throws ScattershotError for a file that is no database of ours, is missing or cannot be opened
 */
export function openStore(path: string, mode: 'read' | 'write' = 'write'): stores.Store {
  return unwrap(stores.openStore(path, mode === 'read' ? { mode } : { mode, madeBy: provenance }));
}

/**
 * The settings of a search, for `runStudy`: what was chosen, and `searchDefaults` for what was not. Nothing is stored or started.
 *
 * ```ts
 * const settings = await searchSettings(defineArchitecture(presets.morse), { budget: { kind: 'candidates', candidates: 200 } });
 * const { found } = await runStudy(settings);
 * ```
 *
 * @param baseName what a study of these settings is named after; default: the layers
 * @throws RangeError or TypeError for what cannot be; ScattershotError for a strategy file that cannot be used
 */
export async function searchSettings(
  architecture: Architecture,
  choices: SearchChoices = {},
  baseName?: string,
): Promise<StudySettings> {
  return unwrap(await searches.searchSettings(architecture, choices, baseName));
}

/**
 * The settings of a validation, for `runStudy`: its families, levels and seeds. Nothing is stored or trained.
 *
 * ```ts
 * const training = { dataset: 'morse', settings: trainingSettings({ epochs: 10 }), engine: 'auto', backend: 'auto' };
 * const { result } = await runStudy(validationSettings(defineArchitecture(presets.morse), training, { candidates: 30 }));
 * console.log(result?.verdict, result?.gain, result?.meaning);
 * ```
 *
 * @throws RangeError for numbers that cannot be; ScattershotError 'scatter-says-nothing' where every pattern scores the same,
 *   'no-families' where scatter cannot be varied
 */
export function validationSettings(
  architecture: Architecture,
  training: validations.ValidationTraining,
  choices: ValidationChoices = {},
  baseName?: string,
): StudySettings {
  return unwrap(validations.validationSettings(architecture, training, choices, baseName));
}

/**
 * The proxies that files of your own hold, for `validationSettings`: as its `proxies` they stand beside scatter among the rivals.
 * Each module is run once, in a thread of its own.
 *
 * ```ts
 * const proxies = await ownProxies(['./mine.mjs']);
 * ```
 *
 * @param paths relative ones are from the working directory
 * @throws RangeError for what is no path of a module; ScattershotError 'no-proxy-file', 'bad-proxy-file', 'proxy-name-taken'
 */
export async function ownProxies(paths: readonly string[]): Promise<readonly OwnProxySpec[]> {
  return unwrap(await proxiesOfFiles(paths));
}

/**
 * Judges a table of patterns that others trained, as `validate --table` does: whether a column of numbers predicts accuracy.
 *
 * ```ts
 * const { verdict, meaning } = await judgeTable('trained.csv', { proxy: 'scatter', family: 'strategy' });
 * ```
 *
 * @param path a .csv with columns accuracy1, accuracy2, …: one a seed, empty where a training diverged
 * @param seed of the permutations; default 1
 * @throws RangeError for columns that do not go together; ScattershotError 'no-such-file', 'bad-table'
 */
export async function judgeTable(path: string, request: TableRequest = {}, seed = 1): Promise<tables.TableFinding> {
  const bytes = unwrap(await readInput(path));
  const table = unwrap(readTrainedTable(bytes.toString('utf8')));
  return unwrap(tables.judgeTable(table, request, { random: Random.fromSeed(seed) }));
}

/**
 * Tries a strategy of your own on small problems of every kind: whether it keeps the contract of strategies.
 *
 * ```ts
 * const { ok, problems } = await checkStrategyFile('./mine.mjs');
 * ```
 *
 * @param path relative ones are from the working directory
 * @param limits when a step that hangs, or eats memory, is ended
 * @throws ScattershotError 'no-strategy-file', 'bad-strategy-file', 'strategy-name-taken'
 */
export async function checkStrategyFile(
  path: string,
  limits: StepLimits = {},
): Promise<strategyReports.StrategyReport> {
  return unwrap(await strategyReports.strategyReport(resolve(path), strategyReports.standardProblems(), limits));
}

/**
 * Brings a data set into the cache, each file checked by its digest; what is there and whole stays.
 *
 * ```ts
 * await fetchDataset('mnist', 'cache', { onProgress: ({ what, doneBytes }) => console.log(what, doneBytes) });
 * ```
 *
 * @param cacheFolder where the program keeps what it fetched: cache, unless SCATTERSHOT_HOME is set
 * @throws RangeError for a name that is none; ScattershotError for what keeps it from being fetched, 'aborted' by the signal
 */
export async function fetchDataset(
  name: string,
  cacheFolder: string,
  options: datasets.DatasetFetch = {},
): Promise<datasets.DatasetState> {
  return unwrap(await datasets.fetchDataset(name, cacheFolder, options));
}
