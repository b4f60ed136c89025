import type { Clock } from '../../src/queue/transport.ts';

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** Time that goes only when told, from one sleeper's hour to the next; everything due at once happens in the order it was asked for. */
export class FalseClock implements Clock {
  #now = 0;
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const abort = () => {
        this.#sleepers.delete(sleeper);
        resolve();
      };
      const wake = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const sleeper: Sleeper = { atMs: this.#now + Math.max(0, ms), wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Lets time go until `until` says to stop or nobody sleeps. @returns whether `until` did */
  async goUntil(until: () => boolean, latestMs: number): Promise<boolean> {
    for (;;) {
      await settled();
      if (until()) return true;
      let next: Sleeper | null = null;
      for (const sleeper of this.#sleepers) {
        // Of those due at once the first asked comes first: sets keep that order.
        if (next === null || sleeper.atMs < next.atMs) next = sleeper;
      }
      if (next === null || next.atMs > latestMs) return false;
      this.#sleepers.delete(next);
      this.#now = Math.max(this.#now, next.atMs);
      next.wake();
    }
  }
}

/** Everything that can go on without time going has. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
