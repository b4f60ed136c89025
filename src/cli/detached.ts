import { linkSync, rmSync } from 'node:fs';
import type { ErrorReport } from './errors.ts';

/** Names the file that holds what a detached process writes before its study has a log. */
export const DETACHED_VARIABLE = 'SCATTERSHOT_DETACHED';

/** What `--detach` prints. */
export interface DetachedStudy {
  readonly study: string;
  readonly id: number;
  readonly pid: number;
  readonly log: string;
}

/** What the process in the background tells the one that started it, once. */
export type DetachedMessage = { readonly started: DetachedStudy } | { readonly failed: ErrorReport };

/** Its answer: from now on the study is on its own. */
export const GO_AHEAD = 'go ahead';

/**
 * This process as one that `--detach` started: it tells when its study exists, and stops where whoever asked for it is gone before
 * they could hear that.
 */
export class Detached {
  readonly #early: string;
  #isOnItsOwn = false;
  #isTold = false;
  #onAbandoned: () => void = () => undefined;

  constructor(early: string) {
    this.#early = early;
    process.once('message', (message) => {
      if (message === GO_AHEAD) this.#isOnItsOwn = true;
      if (process.connected) process.disconnect();
    });
    process.once('disconnect', () => {
      if (!this.#isOnItsOwn) this.#onAbandoned();
    });
  }

  /** Whether whoever asked for the study is gone, and never heard of it. */
  get isAbandoned(): boolean {
    return !this.#isOnItsOwn && !process.connected;
  }

  /** @param stop called where the user went away before they heard of the study */
  onAbandoned(stop: () => void): void {
    this.#onAbandoned = stop;
    if (this.isAbandoned) stop();
  }

  /** What was written so far, and what a crash may still write, becomes the log where there is none of the name yet. */
  becomeLog(path: string): void {
    try {
      linkSync(this.#early, path);
    } catch {
      // A log of earlier runs is there, and goes on.
    }
    rmSync(this.#early, { force: true });
  }

  tellStarted(study: DetachedStudy): void {
    this.#tell({ started: study });
  }

  /** Tells of an error that came before the study; a later one is in its log. */
  tellFailed(report: ErrorReport): void {
    this.#tell({ failed: report });
  }

  /** Nothing more is waited for: an open channel would keep the process from its end. */
  close(): void {
    this.#isOnItsOwn = true;
    if (process.connected) process.disconnect();
  }

  #tell(message: DetachedMessage): void {
    if (this.#isTold || !process.connected) return;
    this.#isTold = true;
    // Whoever asked for it may be gone at this moment: the closed channel tells of that, not an error here.
    process.send?.(message, () => {});
  }
}

function detachedHere(): Detached | null {
  const early = process.env[DETACHED_VARIABLE];
  // What this process starts is not detached itself.
  delete process.env[DETACHED_VARIABLE];
  return early === undefined || process.send === undefined ? null : new Detached(early);
}

/** Null in a process that was not started by `--detach`. */
export const detached: Detached | null = detachedHere();
