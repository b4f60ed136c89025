import type { Pieces } from './pieces.ts';

const TELL_AGAIN_MS = 10_000;

/** A result that its study has not said to have. */
interface KeptResult {
  readonly text: string;
  readonly blobs: readonly string[];
  toldMs: number;
}

/** What a worker came to for one study, with its blobs, until the study has it. */
export class KeptResults {
  readonly #pieces: Pick<Pieces, 'drop'>;
  /** by run */
  readonly #kept = new Map<string, KeptResult>();

  constructor(pieces: Pick<Pieces, 'drop'>) {
    this.#pieces = pieces;
  }

  get count(): number {
    return this.#kept.size;
  }

  /** @param text a message, which is told now. @param blobs digests of what it names */
  keep(run: string, text: string, blobs: readonly string[], nowMs: number): void {
    this.#kept.set(run, { text, blobs, toldMs: nowMs });
  }

  /** Messages that were told long ago, each taken for told now. */
  *due(nowMs: number): Generator<string> {
    for (const kept of this.#kept.values()) {
      if (nowMs - kept.toldMs < TELL_AGAIN_MS) continue;
      kept.toldMs = nowMs;
      yield kept.text;
    }
  }

  /** @param runs absent: all */
  forget(runs: Iterable<string> = [...this.#kept.keys()]): void {
    for (const run of runs) {
      for (const digest of this.#kept.get(run)?.blobs ?? []) this.#pieces.drop(digest);
      this.#kept.delete(run);
    }
  }
}
