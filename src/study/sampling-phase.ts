import type { NumberedCandidate } from '../search/candidate.ts';
import type { SearchProgress } from '../search/events.ts';
import { samplePatterns } from '../search/sampling.ts';
import type { StudyRecord } from '../store/index.ts';
import type { Emit, StudyHost } from './host.ts';
import { rankingKeyOf } from './leaderboard.ts';
import { SearchPaceMeter } from './progress.ts';
import { printsTo, runnerOf, shown } from './search-phase.ts';
import { problemOf, type StudySettings } from './settings.ts';
import type { StudyValidation } from './validation-design.ts';

/** What the candidates made so far come to, as a search would tell it. */
class SamplingProgress {
  readonly #began = performance.now();
  readonly #before: number;
  readonly #totals = new Map<string, { evaluated: number; best: number | null }>();
  #evaluated = 0;
  #swaps = 0;
  #best: SearchProgress['best'] = null;

  constructor(secondsBefore: number, names: readonly string[]) {
    this.#before = secondsBefore;
    for (const name of names) this.#totals.set(name, { evaluated: 0, best: null });
  }

  add({ number, strategy, scatter }: Pick<NumberedCandidate, 'number' | 'strategy' | 'scatter'>, swaps: number): void {
    this.#evaluated++;
    this.#swaps += swaps;
    const total = this.#totals.get(strategy) ?? { evaluated: 0, best: null };
    this.#totals.set(strategy, { evaluated: total.evaluated + 1, best: Math.max(total.best ?? 0, scatter) });
    if (this.#best === null || scatter > this.#best.scatter) this.#best = { number, strategy, scatter };
  }

  get seconds(): number {
    return this.#before + (performance.now() - this.#began) / 1000;
  }

  progress(): SearchProgress {
    return {
      ...{
        round: 1,
        evaluated: this.#evaluated,
        duplicates: 0,
        swaps: this.#swaps,
        seconds: this.seconds,
        best: this.#best,
      },
      strategies: [...this.#totals].map(([name, total]) => ({ name, ...total })),
    };
  }
}

/** Makes the planned candidates that are not there yet, and stores each as it comes. */
export async function samplingPhase(
  study: StudyRecord,
  settings: StudySettings,
  { planned }: StudyValidation,
  host: StudyHost,
  emit: Emit,
): Promise<void> {
  const { store, workers, signal, control } = host;
  const there = store.candidates(study);
  const made = planned.map((_, place) => there.find(({ number }) => number === place + 1)?.fingerprint ?? null);
  if (made.every((fingerprint) => fingerprint !== null)) return;
  const rankingKey = rankingKeyOf(study);
  const progress = new SamplingProgress(study.searchSeconds, [...new Set(planned.map(({ strategy }) => strategy))]);
  for (const candidate of there) progress.add(candidate, 0);
  const request = {
    problem: problemOf(settings),
    samples: planned,
    seed: settings.seed,
    workers,
    made,
    runner: runnerOf(settings, host),
    onPrint: printsTo(emit),
  };
  const pace = new SearchPaceMeter({ kind: 'candidates', candidates: planned.length });
  for await (const sample of samplePatterns(request, signal)) {
    if (sample.kind === 'not-made') {
      emit({
        kind: 'warning',
        message: `candidate ${sample.place + 1} of the plan could not be made: ${sample.reason}`,
      });
      continue;
    }
    progress.add(sample.candidate, sample.swaps);
    const { evaluated, seconds } = progress.progress();
    store.recordRound(study.id, { added: [sample.candidate], evaluated, seconds, checkpoint: null, rankingKey });
    emit({ kind: 'candidates-kept', candidates: [shown(sample.candidate)] });
    const told = progress.progress();
    emit({ kind: 'search-progress', progress: told, pace: pace.of(told) });
    await control?.going(signal);
  }
}
