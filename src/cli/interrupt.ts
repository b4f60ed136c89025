import { EXIT } from './errors.ts';

const END_SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export interface InterruptTold {
  /** an orderly end was asked for */
  onFirst(): void;
  /** asked again: the user wants to know what it waits for; once more leaves at once */
  onSecond(): void;
}

/**
 * Ctrl-C and SIGTERM: the first asks for an orderly end (everything is stored, the result printed, exit 130), the second has it told
 * what that waits for, the third leaves at once (what was stored stays stored). SIGHUP ends nothing: a terminal that goes away takes
 * the view along, not the work.
 */
export class Interrupt {
  readonly #controller = new AbortController();
  readonly #told: InterruptTold;
  #asked = 0;

  constructor(told: InterruptTold) {
    this.#told = told;
    for (const signal of END_SIGNALS) process.on(signal, this.trigger);
    process.on('SIGHUP', ignore);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  readonly trigger = (): void => {
    this.#asked += 1;
    if (this.#asked === 1) {
      this.#told.onFirst();
      this.#controller.abort();
    } else if (this.#asked === 2) this.#told.onSecond();
    // Threads end with the process, whatever they do; what a view has changed is set back by its exit handler.
    else process.exit(EXIT.interrupted);
  };

  release(): void {
    for (const signal of END_SIGNALS) process.off(signal, this.trigger);
    process.off('SIGHUP', ignore);
  }
}

const ignore = () => undefined;
