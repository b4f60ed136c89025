import { failure, ScattershotError } from '../base/failure.ts';
import { queueIslands } from '../remote/queue-islands.ts';
import type { NumberedCandidate } from '../search/candidate.ts';
import type { SearchCheckpoint, SearchEnding, SearchEvent, SearchRequest, SearchResume } from '../search/events.ts';
import { withHashes } from '../search/fingerprint-set.ts';
import type { IslandRunnerFactory, StrategyPrint } from '../search/island-runner.ts';
import { runSearch } from '../search/search.ts';
import type { StepLimits } from '../search/step-limits.ts';
import type { DamagedRow, Store, StudyRecord } from '../store/index.ts';
import type { ShownCandidate } from './events.ts';
import type { Emit, StudyHost, UntimedEvent } from './host.ts';
import { rankingKeyOf } from './leaderboard.ts';
import { SearchPaceMeter } from './progress.ts';
import { problemOf, type StudySettings } from './settings.ts';
import type { StudyControl } from './study-control.ts';

export function shown(kept: NumberedCandidate): ShownCandidate {
  const { number, fingerprint, strategy, scatter, vector, otherScatter, ties } = kept;
  return { number, fingerprint, strategy, scatter, vector, otherScatter, ties };
}

const cannotGoOn = ({ name }: StudyRecord, { row, why }: DamagedRow) =>
  failure(
    'damaged-study',
    `study "${name}" cannot go on: ${row} is damaged (${why})`,
    'Restore a copy of the database, or begin a new study; see: scattershot studies check',
  );

/** Where the store says that the search stopped; null before its first round. */
function resumeFrom(store: Store, study: StudyRecord): SearchResume | null {
  const stored = store.loadCheckpoint<SearchCheckpoint>(study.id);
  if (stored === null) return null;
  // Without one of its candidates the search would find another best, and not say so.
  const [damage] = store.damagedRows(study);
  if (damage !== undefined) throw new ScattershotError(cannotGoOn(study, damage));
  const kept = store
    .candidates(study)
    .map((candidate) => ({ ...candidate, pattern: store.loadPattern(study.id, candidate.number) }));
  const checkpoint = withHashes(stored);
  if (checkpoint !== stored) store.replaceCheckpoint(study.id, checkpoint);
  return { checkpoint, kept };
}

/** What the settings ask of a search. @param workers threads */
export function searchRequest(settings: StudySettings, workers: number): SearchRequest {
  const { islands, seed, budget, keep, order, untilOptimal, patience, goOn = false } = settings;
  return {
    problem: problemOf(settings),
    ...{ islands, seed, budget, keep, order, workers, untilOptimal, goOn },
    ...(patience === undefined ? {} : { patience }),
  };
}

type Refused = Extract<SearchEvent, { kind: 'refused' }>;

/** An event for each reason why strategies cannot do the problem, naming all that share it. */
function refusalEvents(refused: readonly Refused[]): UntimedEvent[] {
  const strategies = new Map<string, Set<string>>();
  for (const { reason, strategy } of refused) {
    strategies.set(reason, (strategies.get(reason) ?? new Set()).add(strategy));
  }
  return [...strategies].map(([reason, names]) => ({ kind: 'strategy-refused', strategies: [...names], reason }));
}

/** Emits what happens to islands. Several of one strategy often fail for the same reason, which is emitted once. */
class IslandEvents {
  readonly #emit: Emit;
  readonly #failures = new Set<string>();
  #refused: Refused[] = [];

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  add(event: SearchEvent): void {
    if (event.kind === 'refused') {
      this.#refused.push(event);
      return;
    }
    this.emitRefused();
    if (event.kind === 'failed') this.#emitFailed(event);
    if (event.kind === 'forgetting') this.#emit({ kind: 'search-forgets', remembers: event.remembers });
    if (event.kind !== 'slow') return;
    const { island, strategy, seconds } = event;
    this.#emit({ kind: 'island-slow', island, strategy, seconds });
  }

  /** Refusals come together, before any other event of the search. */
  emitRefused(): void {
    for (const event of refusalEvents(this.#refused)) this.#emit(event);
    this.#refused = [];
  }

  #emitFailed({ island, strategy, reason }: Extract<SearchEvent, { kind: 'failed' }>): void {
    if (!this.#failures.has(reason)) this.#emit({ kind: 'island-failed', island, strategy, reason });
    this.#failures.add(reason);
  }
}

/** Tells of what strategies print. */
export const printsTo =
  (emit: Emit) =>
  ({ strategy, island, text }: StrategyPrint): void =>
    emit({ kind: 'strategy-print', module: 'strategy', name: strategy, island, text });

type Round = Extract<SearchEvent, { kind: 'round' }>;

export interface WatchedSearch {
  readonly request: SearchRequest;
  readonly signal: AbortSignal;
  readonly control?: StudyControl;
  readonly emit: Emit;
  readonly limits?: StepLimits;
  /** steps in place of this process's own threads */
  readonly runner?: IslandRunnerFactory;
  /** gets every round before its events are emitted */
  readonly keep: (round: Round) => void;
}

/** Searches, and emits what happens. @returns the last event. @throws as `runSearch` */
export async function runSearchWithEvents({
  request,
  signal,
  emit,
  control,
  limits,
  runner,
  keep,
}: WatchedSearch): Promise<Extract<SearchEvent, { kind: 'ended' }>> {
  const islands = new IslandEvents(emit);
  const onPrint = printsTo(emit);
  const pace = new SearchPaceMeter(request.budget);
  try {
    for await (const event of runSearch(request, signal, { limits, runner, onPrint, clock: control?.clock })) {
      islands.add(event);
      if (event.kind === 'round') {
        keep(event);
        if (event.added.length > 0) emit({ kind: 'candidates-kept', candidates: event.added.map(shown) });
        emit({ kind: 'search-progress', progress: event.progress, pace: pace.of(event.progress) });
        await control?.going(signal);
      }
      if (event.kind !== 'ended') continue;
      emit({ kind: 'search-ended', why: event.why });
      return event;
    }
  } finally {
    islands.emitRefused();
  }
  throw new Error('the search stopped without saying why');
}

/** Who steps: the machines that work for the study's queue, where it has one. */
export const runnerOf = (
  settings: Pick<StudySettings, 'entries'>,
  { queue }: Pick<StudyHost, 'queue'>,
): IslandRunnerFactory | undefined => (queue === undefined ? undefined : queueIslands(queue, settings.entries));

/**
 * Searches from the study's checkpoint, or from the start, and stores every round. @returns why it ended
 * @throws as `runSearch`
 */
export async function searchPhase(
  study: StudyRecord,
  settings: StudySettings,
  host: StudyHost,
  emit: Emit,
): Promise<SearchEnding> {
  const resume = resumeFrom(host.store, study);
  const request = { ...searchRequest(settings, host.workers), ...(resume === null ? {} : { resume }) };
  const rankingKey = rankingKeyOf(study);
  const ended = await runSearchWithEvents({
    ...{ request, signal: host.signal, control: host.control, emit, limits: host.limits },
    runner: runnerOf(settings, host),
    keep: ({ progress: { evaluated, seconds }, added, checkpoint }) =>
      host.store.recordRound(study.id, { added, evaluated, seconds, checkpoint, rankingKey }),
  });
  return ended.why;
}
