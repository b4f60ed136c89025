import { InvalidValueError } from '../base/caller-errors.ts';
import { familyOf, type NumberedCandidate, type ScoredCandidate } from './candidate.ts';
import type { IslandSpec } from './events.ts';
import { FingerprintSet } from './fingerprint-set.ts';
import type { IslandRunner, IslandRunnerFactory, StrategyPrint } from './island-runner.ts';
import { SearchPool } from './pool.ts';
import { AuditMismatchError } from './search.ts';
import { allFailed, requireOwn } from './search-faults.ts';
import type { Problem } from './strategy.ts';

/** One candidate that is wanted: who makes it, from which start, and of what scatter. */
interface SampleSpec extends Pick<IslandSpec, 'strategy' | 'file' | 'start'> {
  /** S wanted; null: as the strategy draws it */
  readonly target: number | null;
}

export interface SampleRequest {
  readonly problem: Problem;
  /** one a candidate; its place decides its random numbers, so that it is the same whatever else is asked for */
  readonly samples: readonly SampleSpec[];
  readonly seed: number;
  /** worker threads */
  readonly workers: number;
  /** fingerprints that were made before: samples of these places are not made again. By place; null for one that is to be made */
  readonly made?: readonly (string | null)[];
  /** makes them in place of this process's own threads */
  readonly runner?: IslandRunnerFactory;
  /** hears what strategies print, as it is printed */
  readonly onPrint?: (print: StrategyPrint) => void;
}

/** What became of one wanted candidate. Its number is its place, from 1. */
export type Sample =
  | { readonly kind: 'made'; readonly candidate: NumberedCandidate; readonly swaps: number }
  | { readonly kind: 'not-made'; readonly place: number; readonly reason: string };

/** |S − wanted| that is near enough. */
export const LEVEL_TOLERANCE = 0.006;

/** Steps of its strategy that one candidate may take; what is nearest then has to do. A step takes about a tenth of a second. */
const MOST_STEPS = 48;

/** Steps without anything nearer, once there is something: a level that cannot be reached shows itself. */
const PATIENCE = 12;

const awayFrom = (target: number | null, { score }: ScoredCandidate) =>
  target === null ? 0 : Math.abs(score.scatter - target);

/** Makes one candidate after another of the same place until one is near enough, or nothing nearer comes. */
class SampleRun {
  readonly #runner: IslandRunner;
  readonly #place: number;
  readonly #target: number | null;
  #state: unknown = null;
  #steps = 0;
  #swaps = 0;
  #since = 0;
  #nearest: ScoredCandidate | null = null;
  reason: string | null = null;

  constructor(runner: IslandRunner, place: number, target: number | null) {
    this.#runner = runner;
    this.#place = place;
    this.#target = target;
  }

  get swaps(): number {
    return this.#swaps;
  }

  /** @param taken fingerprints of candidates of earlier places: never made twice */
  async next(taken: ReadonlySet<string>): Promise<ScoredCandidate | null> {
    if (this.#nearest !== null && taken.has(this.#nearest.fingerprint)) this.#nearest = null;
    while (!this.#isDone() && (await this.#step(taken)));
    return this.#nearest;
  }

  #isDone(): boolean {
    if (this.#steps >= MOST_STEPS) return true;
    if (this.#nearest === null) return false;
    return awayFrom(this.#target, this.#nearest) <= LEVEL_TOLERANCE || this.#since >= PATIENCE;
  }

  /** @returns false where the strategy failed */
  async #step(taken: ReadonlySet<string>): Promise<boolean> {
    const task = { island: this.#place, round: ++this.#steps, state: this.#state, elites: [], toBeat: null };
    const outcome = await this.#runner.step({ ...task, known: new FingerprintSet().shared });
    if ('failed' in outcome) {
      requireOwn(outcome);
      this.reason = outcome.failed;
      return false;
    }
    this.#state = outcome.state;
    this.#swaps += outcome.swaps;
    this.#since++;
    for (const candidate of outcome.candidates) {
      const nearest = this.#nearest;
      if (taken.has(candidate.fingerprint)) continue;
      if (nearest !== null && awayFrom(this.#target, candidate) >= awayFrom(this.#target, nearest)) continue;
      this.#nearest = candidate;
      this.#since = 0;
    }
    return true;
  }
}

function numbered(
  found: ScoredCandidate,
  place: number,
  { strategy }: SampleSpec,
  audit: 'whole' | 'sampled',
): NumberedCandidate {
  const { fingerprint, pattern, kind, score, other, ties } = found;
  return {
    ...{
      number: place + 1,
      fingerprint,
      strategy,
      family: familyOf(strategy, kind),
      island: place,
      round: 1,
      pattern,
      ties,
      audit,
    },
    ...{ scatter: score.scatter, vector: score.vector },
    ...{ otherScatter: other?.scatter ?? null, otherVector: other?.vector ?? null },
  };
}

/**
 * Makes the candidates of a plan, in the order of their places: each by its own strategy, start and wanted scatter, the same on any
 * number of threads. Scores are audited by the reference. No two are the same pattern: where a place makes one that an earlier place
 * has, it goes on to its next.
 * @throws RangeError for a strategy that is not known; ScattershotError for a lost worker, or where nothing could be made at all
 */
export async function* samplePatterns(request: SampleRequest, signal: AbortSignal): AsyncGenerator<Sample> {
  const { problem, samples, seed, workers, made = [], onPrint } = request;
  if (samples.length === 0) throw new InvalidValueError('expected at least one wanted candidate; got none');
  const islands = samples.map((sample): IslandSpec => ({ ...sample, target: sample.target }));
  const setup = { problem, seed, islands, order: [] };
  const threads = Math.min(workers, islands.length);
  const runner = request.runner?.(setup, { threads, onPrint }) ?? new SearchPool(setup, threads, { onPrint });
  const stop = () => void runner.destroy();
  signal.addEventListener('abort', stop);
  try {
    signal.throwIfAborted();
    await runner.start();
    const taken = new Set(made.flatMap((fingerprint) => fingerprint ?? []));
    const runs = samples.map(({ target }, place) => new SampleRun(runner, place, target));
    // Looked for ahead of its turn, and again where an earlier place has the same pattern.
    const ahead = runs.map((run, place) => ((made[place] ?? null) === null ? run.next(new Set()) : null));
    for (const pending of ahead) pending?.catch(() => {});
    const reasons: string[] = [];
    let count = taken.size;
    for (const [place, run] of runs.entries()) {
      if (ahead[place] === null) continue;
      await ahead[place];
      const found = await run.next(taken);
      if (found === null) {
        const reason = run.reason ?? 'every pattern that it made was there already';
        reasons.push(reason);
        yield { kind: 'not-made', place, reason };
        continue;
      }
      taken.add(found.fingerprint);
      const { audit, message } = await runner.audit({ number: place + 1, pattern: found.pattern, score: found.score });
      const candidate = numbered(found, place, samples[place], audit);
      if (message !== null) throw new AuditMismatchError(candidate, message);
      count++;
      yield { kind: 'made', candidate, swaps: run.swaps };
    }
    if (count === 0) throw allFailed(reasons);
  } catch (error) {
    if (signal.aborted && !(error instanceof AuditMismatchError)) return;
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    await runner.destroy();
  }
}
