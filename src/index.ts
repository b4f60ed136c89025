/** The public API: what a program that imports Scattershot may rely on. */

export type { Failure, Outcome } from './base/failure.ts';
export { ScattershotError, unwrap } from './base/failure.ts';
export { Random } from './base/random.ts';
export type { UserModule } from './base/user-module.ts';
export { version } from './base/version.ts';
export type { Architecture, ArchitectureRequest, JunctionSize, LayerShape } from './pattern/architecture.ts';
export {
  defineArchitecture,
  fanOutsForDensity,
  feasibleFanOuts,
  junctionSizes,
  overallDensity,
} from './pattern/architecture.ts';
export { clashFreeFault, clashFreeOrder, parallelismFault } from './pattern/clash-free.ts';
export { constraintConflict } from './pattern/constraints/conflict.ts';
export type { Constraints, NeuronPair, NmStructure } from './pattern/constraints/constraints.ts';
export { constraintFault } from './pattern/constraints/fault.ts';
export type { PatternContext, PatternWithContext } from './pattern/context.ts';
export type { Direction, Entry, EntryOptions, ExplicitWindows } from './pattern/entries.ts';
export { scatterEntries } from './pattern/entries.ts';
export type { PatternFile } from './pattern/formats/index.ts';
export { readPatternFile, writePatternFile } from './pattern/formats/index.ts';
export type { Pattern, PatternFault } from './pattern/pattern.ts';
export { fingerprint, makePattern, patternFault } from './pattern/pattern.ts';
export { presets } from './pattern/presets.ts';
export { type WrittenReport, writeReport } from './report/write-report.ts';
export { certificate, entryBound, scoreBound } from './scatter/bound.ts';
export { IncrementalScorer } from './scatter/incremental.ts';
export { scoreBoth, scorePattern } from './scatter/kernel.ts';
export type { Metric, ScatterScore } from './scatter/metric.ts';
export { referenceScore } from './scatter/reference.ts';
export type { NumberedCandidate, Ties } from './search/candidate.ts';
export type { Budget, IslandSpec, SearchEvent, SearchProgress, SearchRequest } from './search/events.ts';
export { inspectStrategyFile } from './search/inspect-strategy-file.ts';
export { runSearch } from './search/search.ts';
export type { Elite, Problem, Step, Strategy } from './search/strategy.ts';
export type { CandidateRecord, EvaluationRecord, StudyRecord, StudyStatus } from './store/index.ts';
export { openStore, type Store } from './store/index.ts';
export type { DataReport } from './study/data-report.ts';
export { type DemoChoices, demoSettings } from './study/demo.ts';
export type { PhaseName, ShownCandidate, StudyEvent, StudyListener, StudyPhase } from './study/events.ts';
export type { FoundCandidate } from './study/found-candidate.ts';
export type { StudyHost } from './study/host.ts';
export type { EntryReport, PatternReport } from './study/pattern-report.ts';
export { type RanStudy, type RunStudyOptions, runStudy } from './study/run-study.ts';
export { type ScoreOptions, score } from './study/score.ts';
export { type FoundPattern, type SearchFound, type SearchOptions, search } from './study/search.ts';
export type { SearchEnd } from './study/search-end.ts';
export type { SearchResult, TargetResult } from './study/search-result.ts';
export { type SearchChoices, searchDefaults, searchSettings } from './study/search-settings.ts';
export type { StudySettings, StudyTraining } from './study/settings.ts';
export { type ResumeChanges, resumeStudy, type StudyOutcome } from './study/start-study.ts';
export { type TrainedPattern, type TrainOptions, train } from './study/train.ts';
export type { RunsReport, TrainOneRun } from './study/train-one.ts';
export type { TrainingPlanRequest } from './study/training-plan.ts';
export type { ValidationPlan } from './study/validation-plan.ts';
export type { ValidationResult } from './study/validation-result.ts';
export { type ValidationChoices, type ValidationTraining, validationSettings } from './study/validation-settings.ts';
export type { Dataset } from './training/datasets/dataset.ts';
export { findDataset } from './training/datasets/index.ts';
export { createTrainer, detectBackends } from './training/engines.ts';
export { trainingSettings } from './training/settings.ts';
export type {
  BackendName,
  BestEpoch,
  EngineName,
  FrontName,
  InitName,
  RunsOn,
  Trainer,
  TrainingEvent,
  TrainingJob,
  TrainingSettings,
} from './training/trainer.ts';
export { judgeLink, type LinkFinding } from './validation/link-verdict.ts';
