import type { AuditResult } from '../scatter/audit.ts';
import type { StepLimits } from './step-limits.ts';
import type { AuditTask, StepFailure, StepOutcome, StepTask, WorkerSetup } from './tasks.ts';

/** What a strategy printed: clean lines. */
export interface StrategyPrint {
  readonly island: number;
  readonly strategy: string;
  readonly text: string;
}

/** Whoever does the islands' steps: threads of this process, or other machines. What a step comes to does not depend on it. */
export interface IslandRunner {
  /** Resolves once steps can be done, or will be as soon as somebody joins. @throws ScattershotError where they never can */
  start(): Promise<void>;
  accepts(island: number): Promise<true | string | StepFailure>;
  step(task: StepTask): Promise<StepOutcome>;
  /** Steps that nobody has begun never will be; their promises stay open. */
  dropWaiting(): void;
  /** Islands whose task was begun at least `ms` ago and goes on. */
  islandsBusyFor(ms: number): number[];
  /** A score against the reference, always by this process. */
  audit(task: AuditTask): Promise<AuditResult>;
  /** Ends everything, in the middle of a task too; tasks under way are rejected. Again and again does no harm. */
  destroy(): Promise<void>;
}

export interface IslandRunnerOptions {
  /** of this machine */
  readonly threads: number;
  readonly limits?: StepLimits;
  /** hears what strategies print, as it is printed: part of no result */
  readonly onPrint?: (print: StrategyPrint) => void;
}

/** Makes the runner of a search's islands. */
export type IslandRunnerFactory = (setup: Omit<WorkerSetup, 'timed'>, options: IslandRunnerOptions) => IslandRunner;
