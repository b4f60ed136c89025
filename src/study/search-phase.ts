import { otherMetric } from '../scatter/metric.ts';
import type { KeptCandidate, SearchCheckpoint, SearchResume } from '../search/events.ts';
import { runSearch } from '../search/search.ts';
import type { NewCandidate, Store, StudyRecord } from '../store/index.ts';
import type { CandidateSummary } from './events.ts';
import type { StudyHost, StudyNews } from './host.ts';
import { orderOf } from './leaderboard.ts';
import type { SearchEnd } from './search-end.ts';
import { problemOf, type StudySettings } from './settings.ts';

function storedCandidate(kept: KeptCandidate): NewCandidate {
  const { number, fingerprint, strategy, island, round, pattern, score, other, ties, audit } = kept;
  return {
    ...{ number, fingerprint, strategy, island, round, pattern, ties, audit },
    scatter: score.scatter,
    vector: score.vector,
    otherScatter: other?.scatter ?? null,
    otherVector: other?.vector ?? null,
  };
}

function summary({ number, fingerprint, strategy, score }: KeptCandidate): CandidateSummary {
  return { number, fingerprint, strategy, scatter: score.scatter, vector: score.vector };
}

/** Where the store says that the search stopped; null before its first round. */
function resumeFrom(store: Store, study: StudyRecord, { metric }: StudySettings): SearchResume | null {
  const checkpoint = store.loadCheckpoint<SearchCheckpoint>(study.id);
  if (checkpoint === null) return null;
  const kept = store.candidates(study, { sort: 'number' }).map((candidate) => {
    const { number, fingerprint, strategy, island, scatter, vector, otherScatter, otherVector, ties } = candidate;
    const hasOther = otherScatter !== null && otherVector !== null;
    const other = hasOther ? { metric: otherMetric(metric), scatter: otherScatter, vector: otherVector } : null;
    const pattern = store.loadPattern(study.id, number);
    return { number, fingerprint, strategy, island, pattern, score: { metric, scatter, vector }, other, ties };
  });
  return { checkpoint, kept };
}

/** Searches from the study's checkpoint, or from the start, and stores every round. @returns why it ended */
export async function searchPhase(
  study: StudyRecord,
  settings: StudySettings,
  host: StudyHost,
  say: (news: StudyNews) => void,
): Promise<SearchEnd> {
  const resume = resumeFrom(host.store, study, settings);
  const request = {
    problem: problemOf(settings),
    islands: settings.islands,
    seed: settings.seed,
    budget: settings.budget,
    keep: settings.keep,
    order: orderOf(study),
    workers: host.workers,
    untilOptimal: settings.untilOptimal,
    ...(settings.patience === undefined ? {} : { patience: settings.patience }),
    ...(resume === null ? {} : { resume }),
  };
  const said = new Set<string>();
  /** Islands of one strategy often have the same to say. */
  const once = (text: string, news: StudyNews) => {
    if (!said.has(text)) say(news);
    said.add(text);
  };
  for await (const event of runSearch(request, host.signal)) {
    switch (event.kind) {
      case 'refused':
        once(`${event.strategy} ${event.reason}`, {
          kind: 'strategy-refused',
          strategy: event.strategy,
          reason: event.reason,
        });
        break;
      case 'failed':
        once(event.reason, {
          kind: 'warning',
          message: `island ${event.island} ended: ${event.reason}`,
        });
        break;
      case 'round': {
        const { evaluated, seconds } = event.progress;
        const added = event.added.map(storedCandidate);
        host.store.recordRound(study.id, { added, evaluated, seconds, checkpoint: event.checkpoint });
        if (added.length > 0) say({ kind: 'candidates-kept', candidates: event.added.map(summary) });
        say({ kind: 'search-progress', progress: event.progress });
        break;
      }
      case 'ended':
        return event.why;
    }
  }
  throw new Error('the search stopped without saying why');
}
