import { failure, type Outcome, success } from '../base/failure.ts';
import type { Budget } from '../search/events.ts';
import { forecastSeconds } from './forecast.ts';
import type { TrainingPlan } from './training-plan.ts';

/** Trainings of a plan of this number of candidates. */
const trainingsOf = (candidates: number, seeds: number | undefined): number =>
  seeds === undefined ? candidates + Math.ceil(candidates / 3) : candidates * seeds;

/** What a candidate costs besides its trainings: making it and measuring its rivals, as seen on 64-1024-64. */
const MAKING_SECONDS = 0.3;

/** Beyond this a plan gains nothing that a time would be the measure of. */
const MOST_CANDIDATES = 2000;

/**
 * How many candidates can be trained within a budget: as many as it says, or as many as a forecast of their time allows. The data are
 * loaded to count their examples. Failures of loading; 'no-forecast' where the engine's speed is not known, 'budget-too-short'
 * @param seeds of every candidate; absent: one, and a second for every third
 */
export async function candidatesWithin(
  budget: Budget,
  plan: TrainingPlan,
  seeds: number | undefined,
  host: { readonly cacheFolder: string; readonly workers: number },
): Promise<Outcome<number>> {
  if (budget.kind === 'candidates') return success(budget.candidates);
  const loaded = await plan.source.load(host.cacheFolder, { signal: new AbortController().signal, onNote: () => {} });
  if (!loaded.ok) return loaded;
  const { architecture, settings, engine, backend, threads } = plan;
  const each = forecastSeconds(
    { architecture, settings, engine, backend },
    { trainings: 1, threads: 1, trainingExamples: loaded.value.train.examples },
  );
  if (each === null) {
    return failure(
      'no-forecast',
      'how long a training takes on this engine is not known beforehand',
      'Give --candidates instead of a time.',
    );
  }
  const affordable = budget.seconds * threads;
  const costs = (count: number) => trainingsOf(count, seeds) * each + count * MAKING_SECONDS;
  let candidates = Math.min(MOST_CANDIDATES, Math.floor(affordable / MAKING_SECONDS));
  while (candidates >= 2 && costs(candidates) > affordable) candidates--;
  if (candidates >= 2) return success(candidates);
  return failure(
    'budget-too-short',
    `one training takes about ${Math.ceil(each)} s, so two candidates cannot be trained in ${budget.seconds} s`,
    'Give a longer time, fewer epochs, or a part of the data.',
  );
}
