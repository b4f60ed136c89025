/**
 * What a user asks of a running study beside its end: to pause, to go on, and to begin no more trainings. None of it changes what is found:
 * a search waits between two rounds, a training stops with its state stored and goes on from there bit for bit.
 */
export class StudyControl {
  readonly #end = new AbortController();
  readonly #changed = new Set<() => void>();
  #pausedAt: number | null = null;
  #lostMs = 0;
  #beginsTrainings = true;

  get isPaused(): boolean {
    return this.#pausedAt !== null;
  }

  /** false once the study is to end after the trainings that run */
  get beginsTrainings(): boolean {
    return this.#beginsTrainings;
  }

  /** aborts when the last of those trainings has ended */
  get ended(): AbortSignal {
    return this.#end.signal;
  }

  /** Milliseconds without the pauses: a budget by time is time at work. */
  readonly clock = (): number => {
    const now = performance.now();
    return now - this.#lostMs - (this.#pausedAt === null ? 0 : now - this.#pausedAt);
  };

  pause(): void {
    this.#pausedAt ??= performance.now();
    this.#tell();
  }

  goOn(): void {
    if (this.#pausedAt !== null) this.#lostMs += performance.now() - this.#pausedAt;
    this.#pausedAt = null;
    this.#tell();
  }

  /** The process itself stood still for so long, as after Ctrl-Z. */
  stoodStill(durationMs: number): void {
    if (this.#pausedAt === null) this.#lostMs += durationMs;
  }

  endAfterTrainings(): void {
    this.#beginsTrainings = false;
    this.goOn();
  }

  /** The trainings that ran have ended. */
  trainingsEnded(): void {
    if (!this.#beginsTrainings) this.#end.abort();
  }

  /** @returns what ends the listening */
  onChange(listener: () => void): () => void {
    this.#changed.add(listener);
    return () => void this.#changed.delete(listener);
  }

  /** Waits while the study is paused, or until the signal. */
  async going(signal: AbortSignal): Promise<void> {
    while (this.isPaused && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          forget();
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const forget = this.onChange(wake);
        signal.addEventListener('abort', wake);
      });
    }
  }

  #tell(): void {
    for (const listener of [...this.#changed]) listener();
  }
}
