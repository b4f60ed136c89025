/** What waits in a queue or mailbox in memory, and who has what of it. */
export interface QueueItem {
  readonly id: string;
  readonly text: string;
  /** how many took it and were lost, or failed */
  lost: number;
}

/** One taking of an item. Whoever is not the item's newest taking any more has no say in what becomes of it. */
export interface Taking {
  readonly item: QueueItem;
  readonly taker: Taker;
}

export interface Taker {
  readonly atOnce: number;
  readonly held: Set<Taking>;
  /** takes no more: closed, or its process is stopped or gone */
  readonly idle: () => boolean;
  readonly begin: (taking: Taking) => void;
}

/** First in, first out, one item of an id. */
export class QueueLine {
  readonly #waiting = new Map<string, QueueItem>();
  readonly #taken = new Map<string, Taking>();
  readonly #takers = new Set<Taker>();

  get empty(): boolean {
    return this.#waiting.size + this.#taken.size + this.#takers.size === 0;
  }

  add(item: QueueItem): void {
    if (!this.#waiting.has(item.id) && !this.#taken.has(item.id)) this.#waiting.set(item.id, item);
  }

  withdraw(id: string): void {
    this.#waiting.delete(id);
  }

  clear(): void {
    this.#waiting.clear();
    this.#taken.clear();
  }

  join(taker: Taker): void {
    this.#takers.add(taker);
  }

  leave(taker: Taker): void {
    this.#takers.delete(taker);
  }

  /** Gives what waits to the least busy of those who can take more. */
  deal(): void {
    for (const item of this.#waiting.values()) {
      const free = [...this.#takers].filter((taker) => !taker.idle() && taker.held.size < taker.atOnce);
      if (free.length === 0) return;
      const taker = free.reduce((least, other) => (other.held.size < least.held.size ? other : least));
      const taking = { item, taker };
      this.#waiting.delete(item.id);
      this.#taken.set(item.id, taking);
      taker.held.add(taking);
      taker.begin(taking);
    }
  }

  /** Ends a taking: its item is gone, or waits again. Nothing where another has taken it, or it was removed. */
  settle(taking: Taking, becomes: 'gone' | 'waits' | 'lost'): void {
    const { item } = taking;
    if (this.#taken.get(item.id) !== taking) return;
    this.#taken.delete(item.id);
    if (becomes === 'gone') return;
    if (becomes === 'lost') item.lost += 1;
    this.#waiting.set(item.id, item);
  }
}
