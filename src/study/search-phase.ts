import { failure, ScattershotError } from '../base/failure.ts';
import type { NumberedCandidate } from '../search/candidate.ts';
import type { SearchCheckpoint, SearchEvent, SearchRequest, SearchResume } from '../search/events.ts';
import { runSearch } from '../search/search.ts';
import type { DamagedRow, Store, StudyRecord } from '../store/index.ts';
import type { ShownCandidate } from './events.ts';
import type { Say, StudyHost, StudyNews } from './host.ts';
import type { SearchEnd } from './search-end.ts';
import { problemOf, type StudySettings } from './settings.ts';

function shown(kept: NumberedCandidate): ShownCandidate {
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
  const checkpoint = store.loadCheckpoint<SearchCheckpoint>(study.id);
  if (checkpoint === null) return null;
  // Without one of its candidates the search would find another best, and not say so.
  const [damage] = store.damagedRows(study);
  if (damage !== undefined) throw new ScattershotError(cannotGoOn(study, damage));
  const kept = store
    .candidates(study, { sort: 'number' })
    .map((candidate) => ({ ...candidate, pattern: store.loadPattern(study.id, candidate.number) }));
  return { checkpoint, kept };
}

function requestOf(study: StudyRecord, settings: StudySettings, host: StudyHost): SearchRequest {
  const resume = resumeFrom(host.store, study);
  return {
    problem: problemOf(settings),
    islands: settings.islands,
    seed: settings.seed,
    budget: settings.budget,
    keep: settings.keep,
    order: settings.order,
    workers: host.workers,
    untilOptimal: settings.untilOptimal,
    ...(settings.patience === undefined ? {} : { patience: settings.patience }),
    ...(resume === null ? {} : { resume }),
  };
}

type Refused = Extract<SearchEvent, { kind: 'refused' }>;

/** Strategies that cannot do the problem, those with the same reason together: one line of news each. */
function refusalNews(refused: readonly Refused[]): StudyNews[] {
  const strategies = new Map<string, Set<string>>();
  for (const { reason, strategy } of refused) {
    strategies.set(reason, (strategies.get(reason) ?? new Set()).add(strategy));
  }
  return [...strategies].map(([reason, names]) => ({ kind: 'strategy-refused', strategies: [...names], reason }));
}

/** Says what happens to islands, each thing once: several of one strategy often fail for the same reason. */
class IslandNews {
  readonly #say: Say;
  readonly #failures = new Set<string>();
  #refused: Refused[] = [];

  constructor(say: Say) {
    this.#say = say;
  }

  hear(event: SearchEvent): void {
    if (event.kind === 'refused') {
      this.#refused.push(event);
      return;
    }
    this.tellRefused();
    if (event.kind === 'failed') this.#tellFailed(event);
    if (event.kind !== 'slow') return;
    const { island, strategy, seconds } = event;
    this.#say({ kind: 'island-slow', island, strategy, seconds });
  }

  /** They come together, before anything else. */
  tellRefused(): void {
    for (const news of refusalNews(this.#refused)) this.#say(news);
    this.#refused = [];
  }

  #tellFailed({ island, strategy, reason }: Extract<SearchEvent, { kind: 'failed' }>): void {
    if (!this.#failures.has(reason)) this.#say({ kind: 'island-failed', island, strategy, reason });
    this.#failures.add(reason);
  }
}

/** Stores a round, then says what it brought. */
function recordRound(
  study: StudyRecord,
  { progress, added, checkpoint }: Extract<SearchEvent, { kind: 'round' }>,
  { store }: StudyHost,
  say: Say,
): void {
  const { evaluated, seconds } = progress;
  store.recordRound(study.id, { added, evaluated, seconds, checkpoint });
  if (added.length > 0) say({ kind: 'candidates-kept', candidates: added.map(shown) });
  say({ kind: 'search-progress', progress });
}

/**
 * Searches from the study's checkpoint, or from the start, and stores every round. @returns why it ended
 * @throws as `runSearch`
 */
export async function searchPhase(
  study: StudyRecord,
  settings: StudySettings,
  host: StudyHost,
  say: Say,
): Promise<SearchEnd> {
  const news = new IslandNews(say);
  try {
    for await (const event of runSearch(requestOf(study, settings, host), host.signal)) {
      news.hear(event);
      if (event.kind === 'round') recordRound(study, event, host, say);
      if (event.kind !== 'ended') continue;
      say({ kind: 'search-ended', why: event.why });
      return event.why;
    }
  } finally {
    news.tellRefused();
  }
  throw new Error('the search stopped without saying why');
}
