import { type Outcome, success } from '../base/failure.ts';

interface Place<T> {
  readonly made: Promise<Outcome<T>>;
  users: number;
}

/** A thing that is lent; to be given back once. */
export interface Lent<T> {
  readonly item: T;
  giveBack(): Promise<void>;
}

/**
 * Things that are costly to make, by key, lent to several at once. The one that was used last stays when nobody uses it: the next who
 * comes mostly wants the same.
 */
export class Shelf<T> {
  readonly #dispose: (item: T) => Promise<void>;
  readonly #places = new Map<string, Place<T>>();
  #last: string | null = null;
  #isCleared = false;

  constructor(dispose: (item: T) => Promise<void>) {
    this.#dispose = dispose;
  }

  /** @returns what `make` came to; a Failure is made anew the next time */
  async lend(key: string, make: () => Promise<Outcome<T>>): Promise<Outcome<Lent<T>>> {
    const place = this.#places.get(key) ?? { made: make(), users: 0 };
    this.#places.set(key, place);
    place.users += 1;
    try {
      const made = await place.made;
      if (!made.ok) {
        this.#forget(key, place);
        return made;
      }
      let isBack = false;
      const giveBack = async () => {
        if (isBack) return;
        isBack = true;
        place.users -= 1;
        if (!this.#isCleared) this.#last = key;
        await this.#tidy();
      };
      return success({ item: made.value, giveBack });
    } catch (error) {
      this.#forget(key, place);
      throw error;
    }
  }

  #forget(key: string, place: Place<T>): void {
    if (this.#places.get(key) === place) this.#places.delete(key);
  }

  /** Disposes of what nobody uses, but for the last. */
  async #tidy(): Promise<void> {
    for (const [key, place] of this.#places) {
      if (place.users > 0 || key === this.#last) continue;
      this.#places.delete(key);
      const made = await place.made;
      if (made.ok) await this.#dispose(made.value);
    }
  }

  /** Disposes of everything that nobody uses, now; from now on of everything once nobody uses it any more. */
  async clear(): Promise<void> {
    this.#isCleared = true;
    this.#last = null;
    await this.#tidy();
  }
}
