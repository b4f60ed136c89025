import { availableParallelism } from 'node:os';
import { InvalidTypeError } from '../base/caller-errors.ts';
import { failure, messageOf, ScattershotError, unwrap } from '../base/failure.ts';
import { type Architecture, type ArchitectureRequest, defineArchitecture } from '../pattern/architecture.ts';
import { contextOf, type PatternWithContext, withContext } from '../pattern/context.ts';
import type { NumberedCandidate } from '../search/candidate.ts';
import type { SearchEnding } from '../search/events.ts';
import type { IslandRunnerFactory } from '../search/island-runner.ts';
import { BestOf } from '../search/ranking.ts';
import type { StepLimits } from '../search/step-limits.ts';
import type { StudyListener } from './events.ts';
import { type FoundCandidate, judgeOf } from './found-candidate.ts';
import { type Emit, emitterTo } from './host.ts';
import { rankingOf } from './leaderboard.ts';
import type { SearchChoices } from './search-defaults.ts';
import { searchMemoryLack } from './search-memory.ts';
import { runnerOf, runSearchWithEvents, searchRequest } from './search-phase.ts';
import { type TargetResult, targetResult } from './search-result.ts';
import { searchSettings } from './search-settings.ts';
import { problemOf, type StudySettings } from './settings.ts';
import { type WorkPlace, withMachines } from './study-machines.ts';

/** What is searched for, and how; everything may be left out. */
export interface SearchOptions extends SearchChoices {
  /** threads; default: one a core. Their number does not change what a budget by candidates finds */
  readonly workers?: number;
  /** when a step that hangs, or eats memory, is ended: its strategy's island ends, and nothing else */
  readonly limits?: StepLimits;
  /** ends the search early; it then resolves with what was found, `ended` being 'aborted' */
  readonly signal?: AbortSignal;
  /** hears everything that happens, as it happens; what it throws ends the search and is thrown on */
  readonly onEvent?: StudyListener;
  /** other machines do the work: a queue's URL, as `runStudy` takes it */
  readonly queue?: string;
}

/** A pattern that a search found, scored and audited. */
export interface FoundPattern extends FoundCandidate {
  /** with the context that its score depends on: written to a file and read back it scores the same */
  readonly pattern: PatternWithContext;
}

/** What a search came to. @typeParam Best null where the search may have been stopped before it found anything */
export interface SearchFound<Best extends FoundPattern | null = FoundPattern> {
  /** first in the order */
  readonly best: Best;
  /** best first, the best included: at most as many as `top` asked for */
  readonly top: readonly FoundPattern[];
  /** candidates scored in the rounds that ended */
  readonly evaluated: number;
  /** seconds until the last of these rounds ended */
  readonly seconds: number;
  /** why the search was over */
  readonly ended: SearchEnding;
  /** how near it came to a wanted scatter; null where the highest was wanted */
  readonly target: TargetResult | null;
  /** keys of the entries that are 1 for every pattern of these degrees; where all are, scatter tells nothing */
  readonly vacuous: readonly string[];
  /** what patterns are ranked by, in words */
  readonly order: string;
}

/**
 * Finds patterns of high scatter. Needs no database, stores nothing, and leaves no thread behind.
 *
 * ```ts
 * const architecture = defineArchitecture({ layers: [64, 1024, 64], fanOuts: [128, 8] });
 * const found = await search(architecture, { budget: { kind: 'candidates', candidates: 200 }, seed: 7 });
 * console.log(found.best.scatter, found.best.certificate, found.evaluated);
 * ```
 *
 * @param network from `defineArchitecture`, or what that takes
 * @throws RangeError or TypeError for what cannot be; ScattershotError for what the world does: reasons 'strategies-refused',
 *   'strategies-failed', 'nothing-found', and those of a strategy file that cannot be used
 */
export function search(
  network: Architecture | ArchitectureRequest,
  options?: SearchOptions & { readonly signal?: undefined },
): Promise<SearchFound>;
export function search(
  network: Architecture | ArchitectureRequest,
  options: SearchOptions,
): Promise<SearchFound<FoundPattern | null>>;
export async function search(
  network: Architecture | ArchitectureRequest,
  options: SearchOptions = {},
): Promise<SearchFound<FoundPattern | null>> {
  const {
    workers = availableParallelism(),
    signal = new AbortController().signal,
    limits,
    onEvent = () => {},
    queue,
    ...choices
  } = options;
  if (typeof network !== 'object' || network === null) {
    throw new InvalidTypeError(`a search needs an architecture, as defineArchitecture gives it; got ${typeof network}`);
  }
  const settings = unwrap(await searchSettings(defineArchitecture(network), choices, undefined, workers));
  return withMachines(queue, { listener: onEvent, signal }, (place) => searchOn(place, settings, { workers, limits }));
}

async function searchOn(
  { listener, signal, queue }: WorkPlace,
  settings: StudySettings,
  { workers, limits }: Omit<RunHost, 'signal'>,
): Promise<SearchFound<FoundPattern | null>> {
  const emit = emitterTo(listener);
  const threads = Math.min(workers, settings.islands.length);
  const lack = searchMemoryLack(settings.architecture, threads);
  if (lack !== null) throw new ScattershotError(lack);
  const entryKeys = problemOf(settings).entries.map((entry) => entry.key);
  emit({
    ...{ kind: 'study-started', study: settings.baseName, id: null, resumed: false, settings },
    ...{ entryKeys, workers: threads, database: null },
  });
  try {
    const found = await foundBy(settings, { workers, signal, limits }, emit, runnerOf(settings, { queue }));
    emit({ kind: 'study-ended', status: found.ended === 'aborted' ? 'interrupted' : 'finished', failure: null });
    return found;
  } catch (error) {
    emit({ kind: 'study-ended', status: 'failed', failure: messageOf(error) });
    throw error;
  }
}

interface RunHost {
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly limits: StepLimits | undefined;
}

async function foundBy(
  settings: StudySettings,
  { workers, signal, limits }: RunHost,
  emit: Emit,
  runner: IslandRunnerFactory | undefined,
): Promise<SearchFound<FoundPattern | null>> {
  const { islands, budget, patience = null, target, order, keep: top } = settings;
  emit({ kind: 'phase', phase: 'search', islands, budget, patience });
  const kept = new BestOf<NumberedCandidate>(top, target, order);
  const { why, progress } = await runSearchWithEvents({
    ...{ request: searchRequest(settings, workers), signal, emit, limits, runner },
    keep: ({ added }) => {
      for (const candidate of added) kept.offer(candidate);
    },
  });
  const best = kept.members.map(patternsOf(settings));
  if (best.length === 0 && why !== 'aborted') throw nothingFound();
  return {
    ...{ best: best[0] ?? null, top: best, evaluated: progress.evaluated, seconds: progress.seconds, ended: why },
    target: targetResult(target, best[0]?.scatter ?? null),
    vacuous: judgeOf(settings).vacuous,
    order: rankingOf(settings).description,
  };
}

function patternsOf(settings: StudySettings): (candidate: NumberedCandidate) => FoundPattern {
  const { architecture, metric, entries } = settings;
  const judge = judgeOf(settings);
  const context = contextOf(architecture, { ...entries, metric });
  return (candidate) => ({ ...judge.found(candidate), pattern: withContext(candidate.pattern, context) });
}

const nothingFound = () =>
  new ScattershotError(
    failure(
      'nothing-found',
      'the search ended without a candidate',
      'Give it a larger budget, or name other strategies.',
    ),
  );
