import type { DispatchListener } from './assignment.ts';
import type { ToStudy } from './wire.ts';

/** Refusals that are kept. */
const MOST_REFUSALS = 1_000;

type ToldRefusal = Extract<ToStudy, { kind: 'refused' }>;

/** Which workers do not do a study's jobs: kept for those who have jobs later than it was said. */
export class Refusals {
  /** by worker: of those that have not come since */
  readonly #refusals = new Map<string, ToldRefusal>();
  readonly #informed = new WeakSet<DispatchListener>();

  /** Tells them of one, unless it is nothing new. */
  add(refusal: ToldRefusal, listeners: Iterable<DispatchListener>): void {
    const { worker, why } = refusal;
    if (this.#refusals.get(worker)?.why === why) return;
    this.#refusals.set(worker, refusal);
    for (const oldest of this.#refusals.keys()) {
      if (this.#refusals.size <= MOST_REFUSALS) break;
      this.#refusals.delete(oldest);
    }
    for (const { refused } of listeners) refused?.(refusal);
  }

  /** Tells one of all, once: it may be there for many jobs, one by one. */
  tell(listener: DispatchListener): void {
    if (this.#informed.has(listener)) return;
    this.#informed.add(listener);
    for (const refusal of this.#refusals.values()) listener.refused?.(refusal);
  }

  /** A worker has come all the same. */
  forget(worker: string): void {
    this.#refusals.delete(worker);
  }
}
