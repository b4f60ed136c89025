import type { Clock, Transport } from './transport.ts';
import { isToken, queueOf, STUDIES, studyMailbox, WORKERS, workerMailbox } from './wire.ts';

/** The boards are looked through so often. */
export const SWEEP_MS = 300_000;
/** Who has not renewed its notice for so long has left what lies there for it. */
const LEFT_MS = 900_000;
/** Those removed at a time: many look at once. */
const MOST_REMOVED = 50;

interface Sighting {
  /** null: it is not on the board any more */
  readonly text: string | null;
  /** since when it was found like this */
  sinceMs: number;
}

/**
 * What killed studies and workers left on the queue's server: notices, jobs, mail. They are known by notices that stay as they are, not
 * by the times in them: hosts' clocks may differ. One that comes back loses nothing by it: what is not there is offered again.
 */
export class Leftovers {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #seen = { [STUDIES]: new Map<string, Sighting>(), [WORKERS]: new Map<string, Sighting>() };
  #sweptMs: number;

  constructor(transport: Transport, clock: Clock) {
    this.#transport = transport;
    this.#clock = clock;
    this.#sweptMs = clock.now();
  }

  /** A study that was worked for: something may be told it after it has left. */
  expect(token: string): void {
    this.#seen[STUDIES].set(token, { text: null, sinceMs: this.#clock.now() });
  }

  /** Looks through the boards, and removes what has been left for long. Rejects as `Transport` does. */
  async sweep(): Promise<void> {
    const studies = await this.#transport.notices(STUDIES);
    const workers = await this.#transport.notices(WORKERS);
    const now = this.#clock.now();
    const seen = [...this.#seen[STUDIES].values(), ...this.#seen[WORKERS].values()];
    // Who has not looked for long does not know who renewed meanwhile.
    if (now - this.#sweptMs > 2 * SWEEP_MS) for (const sighting of seen) sighting.sinceMs = now;
    this.#sweptMs = now;
    this.#see(STUDIES, studies, now);
    this.#see(WORKERS, workers, now);
    await this.#remove(STUDIES, (token) => [queueOf(token), studyMailbox(token)], now);
    await this.#remove(WORKERS, (token) => [workerMailbox(token)], now);
  }

  #see(board: typeof STUDIES | typeof WORKERS, notices: readonly { id: string; text: string }[], nowMs: number): void {
    const seen = this.#seen[board];
    const texts = new Map(notices.filter(({ id }) => isToken(id)).map(({ id, text }) => [id, text]));
    for (const [id, text] of texts) if (seen.get(id)?.text !== text) seen.set(id, { text, sinceMs: nowMs });
    for (const [id, { text }] of seen) {
      if (text === null || texts.has(id)) continue;
      // One that left by itself has removed what was its own; only workers may tell a study something later.
      if (board === WORKERS) seen.delete(id);
      else seen.set(id, { text: null, sinceMs: nowMs });
    }
  }

  async #remove(board: typeof STUDIES | typeof WORKERS, namesOf: (token: string) => string[], nowMs: number) {
    const seen = this.#seen[board];
    const left = [...seen].filter(([, { sinceMs }]) => nowMs - sinceMs >= LEFT_MS);
    for (const [token, { text }] of left.slice(0, MOST_REMOVED)) {
      for (const name of namesOf(token)) await this.#transport.remove(name);
      // Last: while it is there, others find the rest.
      if (text !== null) await this.#transport.retract(board, token);
      seen.delete(token);
    }
  }
}
