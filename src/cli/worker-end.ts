import { EXIT } from './errors.ts';

/** After SIGTERM, what is begun may go on for so long: Slurm kills 30 seconds after it unless told otherwise, systemd after 90. */
export const DEFAULT_GRACE_SECONDS = 20;

/** What cannot be given back in order by then is left as it lies: others take it once its lease is over. */
const GIVE_BACK_MS = 5000;

export interface WorkerEndTold {
  /** @param graceMs null: what is begun may take as long as it does */
  onDrain(graceMs: number | null): void;
  onGiveBack(): void;
}

/**
 * How a worker ends: Ctrl-C finishes what is begun, again gives it back, once more leaves at once. SIGTERM finishes what it can within a
 * time. SIGHUP ends nothing.
 */
export class WorkerEnd {
  readonly #drain = new AbortController();
  readonly #stop = new AbortController();
  readonly #graceMs: number;
  readonly #told: WorkerEndTold;
  #timer: NodeJS.Timeout | undefined;
  #wasAsked = false;

  constructor(graceMs: number, told: WorkerEndTold) {
    this.#graceMs = graceMs;
    this.#told = told;
    process.on('SIGINT', this.#onSignal);
    process.on('SIGTERM', this.#onSignal);
    process.on('SIGHUP', ignore);
  }

  /** aborted: take no more */
  get drain(): AbortSignal {
    return this.#drain.signal;
  }

  /** aborted: give back what is begun */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** a signal asked for the end */
  get wasAsked(): boolean {
    return this.#wasAsked;
  }

  /** Nothing is left to do. */
  leave(): void {
    this.#drain.abort();
  }

  release(): void {
    clearTimeout(this.#timer);
    process.off('SIGINT', this.#onSignal);
    process.off('SIGTERM', this.#onSignal);
    process.off('SIGHUP', ignore);
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    if (this.#stop.signal.aborted) process.exit(EXIT.interrupted);
    if (this.#wasAsked) {
      this.#giveBack();
      return;
    }
    this.#wasAsked = true;
    const graceMs = signal === 'SIGTERM' ? this.#graceMs : null;
    this.#told.onDrain(graceMs);
    this.#drain.abort();
    if (graceMs !== null) this.#timer = setTimeout(() => this.#giveBack(), graceMs);
  };

  #giveBack(): void {
    if (this.#stop.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#told.onGiveBack();
    this.#stop.abort();
    this.#timer = setTimeout(() => process.exit(EXIT.interrupted), GIVE_BACK_MS);
  }
}

const ignore = () => undefined;
