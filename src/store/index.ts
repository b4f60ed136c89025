export type { AccuracyTraining } from './accuracies.ts';
export type {
  Board,
  BoardQuery,
  BoardRow,
} from './board/board.ts';
export { type BoardColumn, findColumn } from './board/columns.ts';
export { filterTermsFault } from './board/conditions.ts';
export { type FilterTerm, parseFilter } from './board/filter-terms.ts';
export type { BoardSnapshot } from './board/snapshot.ts';
export { parseSort, type SortKey } from './board/sort-keys.ts';
export type { RankingKey } from './candidates.ts';
export type { StoreFault } from './check.ts';
export type { EvaluationEnd, NewEvaluation } from './evaluations.ts';
export type { KeptCandidate, StudyOwner } from './live-studies.ts';
export type {} from './open.ts';
export type {
  CandidateRecord,
  DamagedRow,
  EvaluationKey,
  EvaluationRecord,
  StudyRecord,
} from './records.ts';
export type { Checkpoint } from './search-state.ts';
export { openStore, Store } from './store.ts';
export type { DamagedStudy, NewStudy } from './studies.ts';
