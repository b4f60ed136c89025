import type { Budget } from '../search/events.ts';
import type { StudyEvent } from '../study/events.ts';
import type { SearchPace } from '../study/progress.ts';

type ProgressEvent = Extract<StudyEvent, { kind: 'search-progress' }>;
type SearchTotals = ProgressEvent['progress'];

interface ProgressSample {
  readonly atMs: number;
  readonly evaluated: number;
  readonly swaps: number;
}

export interface SearchState {
  /** null before the first event of the search */
  readonly progress: SearchTotals | null;
  /** as the study tells it; null before the first event */
  readonly pace: SearchPace | null;
  /** over the last seconds; null until two events lie far enough apart */
  readonly swapsPerSecond: number | null;
  /** what the rates are taken from, oldest first */
  readonly samples: readonly ProgressSample[];
}

export const initialSearchState: SearchState = {
  progress: null,
  pace: null,
  swapsPerSecond: null,
  samples: [],
};

/** Rates look back this far: long enough to be steady, short enough to show a change. */
const RATE_WINDOW_MS = 10_000;
const SAMPLE_EVERY_MS = 250;

/** The latest sample always counts; earlier ones are thinned, so that a thousand rounds a second cost nothing. */
function addSample(samples: readonly ProgressSample[], sample: ProgressSample): readonly ProgressSample[] {
  const last = samples.at(-1);
  if (last !== undefined && (sample.atMs < last.atMs || sample.evaluated < last.evaluated)) return [sample];
  const previous = samples.at(-2);
  const thinned =
    last !== undefined && previous !== undefined && last.atMs - previous.atMs < SAMPLE_EVERY_MS
      ? samples.slice(0, -1)
      : samples;
  const recent = thinned.filter(({ atMs }) => sample.atMs - atMs <= RATE_WINDOW_MS);
  // A single round may take longer than the whole window: its start is still needed.
  const base = recent.length === 0 ? thinned.slice(-1) : recent;
  return [...base, sample];
}

export function reduceSearch(state: SearchState, { atMs, progress, pace }: ProgressEvent): SearchState {
  const samples = addSample(state.samples, { atMs, evaluated: progress.evaluated, swaps: progress.swaps });
  const first = samples[0];
  const last = samples[samples.length - 1];
  const seconds = (last.atMs - first.atMs) / 1000;
  const rate = (amount: number) => (seconds > 0 ? Math.max(0, amount) / seconds : null);
  return {
    progress,
    pace,
    swapsPerSecond: rate(last.swaps - first.swaps),
    samples,
  };
}

/** Share of the budget used, 0 to 1; null where the budget is unknown. */
export function progressShare(progress: SearchTotals, budget: Budget | null): number | null {
  if (budget === null) return null;
  const share =
    budget.kind === 'candidates' ? progress.evaluated / budget.candidates : progress.seconds / budget.seconds;
  return Math.min(1, Math.max(0, share));
}
