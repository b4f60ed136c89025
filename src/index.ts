/** The public API: what a program that imports Scattershot may rely on. */

export type { Failure, Outcome } from './base/failure.ts';
export { ScattershotError, unwrap } from './base/failure.ts';
export { Random } from './base/random.ts';
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
export type { Constraints, NmStructure } from './pattern/constraints/constraints.ts';
export { constraintFault } from './pattern/constraints/fault.ts';
export type { Entry, EntryOptions, ExplicitWindows } from './pattern/entries.ts';
export { scatterEntries } from './pattern/entries.ts';
export type { PatternFile } from './pattern/formats/index.ts';
export { readPatternFile, writePatternFile } from './pattern/formats/index.ts';
export type { Pattern, PatternFault } from './pattern/pattern.ts';
export { fingerprint, makePattern, patternFault } from './pattern/pattern.ts';
export { presets } from './pattern/presets.ts';
export { certificate, entryBound, scoreBound } from './scatter/bound.ts';
export { IncrementalScorer } from './scatter/incremental.ts';
export { scoreBoth, scorePattern } from './scatter/kernel.ts';
export type { Metric, ScatterScore } from './scatter/metric.ts';
export { referenceScore } from './scatter/reference.ts';
export type { NumberedCandidate } from './search/candidate.ts';
export type { Budget, IslandSpec, SearchEvent, SearchRequest, StrategyFile } from './search/events.ts';
export { inspectStrategyFile } from './search/inspect-strategy-file.ts';
export { runSearch } from './search/search.ts';
export type { Elite, Problem, Step, Strategy } from './search/strategy.ts';
export { openStore, type Store } from './store/index.ts';
export type { StudyEvent, StudyListener } from './study/events.ts';
export { type ResumeChanges, resumeStudy, runStudy, type StudyOutcome } from './study/run-study.ts';
export type { StudySettings, StudyTraining } from './study/settings.ts';
export type { Dataset } from './training/datasets/dataset.ts';
export { findDataset } from './training/datasets/index.ts';
export { createTrainer, detectBackends } from './training/engines.ts';
export { trainingSettings } from './training/settings.ts';
export type { Trainer, TrainingEvent, TrainingJob, TrainingSettings } from './training/trainer.ts';
export { decide } from './validation/verdict.ts';
export type { Verdict } from './validation/verdict-record.ts';
