import { EXIT } from './errors.ts';

const END_SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Ctrl-C and SIGTERM: the first asks for an orderly end (everything is stored, the result printed, exit 130), the second
 * leaves at once (what was stored stays stored). A terminal that hangs up (SIGHUP) counts as the first.
 */
export class Interrupt {
  readonly #controller = new AbortController();
  readonly #onFirst: () => void;

  constructor(onFirst: () => void) {
    this.#onFirst = onFirst;
    for (const signal of END_SIGNALS) process.on(signal, this.trigger);
    process.on('SIGHUP', this.#hangUp);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  readonly trigger = (): void => {
    if (this.#controller.signal.aborted) process.exit(EXIT.interrupted);
    this.#onFirst();
    this.#controller.abort();
  };

  /** A session that ends sends this signal twice, which is not a second request. */
  readonly #hangUp = (): void => {
    if (!this.#controller.signal.aborted) this.trigger();
  };

  release(): void {
    for (const signal of END_SIGNALS) process.off(signal, this.trigger);
    process.off('SIGHUP', this.#hangUp);
  }
}
