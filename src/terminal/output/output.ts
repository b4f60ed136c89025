/** Where text for people goes. Writing never waits: what is not taken at once is kept and written later. */
export interface Output {
  write(text: string): void;
  /** bytes that were not taken yet */
  readonly waitingBytes: number;
  /** nothing can be written any more: a closed pipe, a hung-up terminal */
  readonly isGone: boolean;
  /** calls the listener once when the output goes, at once where it has gone */
  onGone(listener: () => void): void;
  /** waits at most so long for what was not taken yet. @returns whether nothing waits any more */
  drained(withinMs: number): Promise<boolean>;
  /** the same without returning to the event loop: for the end of the process */
  drainNow(withinMs: number): void;
}
