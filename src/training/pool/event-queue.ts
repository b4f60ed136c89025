/** Events from many writers for one reader, in the order they came. */
export class EventQueue<T> {
  readonly #events: T[] = [];
  #wake: (() => void) | null = null;
  #closed = false;

  push(event: T): void {
    this.#events.push(event);
    this.#wake?.();
  }

  /** No more events will come; the reader ends after those that are there. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      while (this.#events.length > 0) yield this.#events.shift() as T;
      if (this.#closed) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
  }
}
