/**
 * What carries a study's work to other machines. Whatever is given to it may be lost, come late, out of order or twice: nothing here is
 * the truth, the study's database is, and what the queue forgets is offered again.
 */

/** Characters of a message or a job's payload above which it is refused, sent or received. Larger things travel in pieces. */
export const MOST_MESSAGE_CHARACTERS = 2 ** 20;

/** A job as it lies in a queue. */
export interface QueuedJob {
  /** 1 to 100 characters of a-z, A-Z, 0-9, '-', '_' and '.'; a queue holds one job of an id */
  readonly id: string;
  /** JSON text, at most `MOST_MESSAGE_CHARACTERS` */
  readonly payload: string;
}

export interface TakenJob extends QueuedJob {
  /** how many before this one took it and were lost; 0 at first. Given back is not lost */
  readonly lostBefore: number;
}

/** What becomes of a job that was taken: gone from the queue, or there for the next one. */
export type TakenOutcome = 'done' | 'given-back';

/** Takes jobs, or gets messages, until it is closed. */
export interface Consumer {
  /** Takes no more at once; resolves when what was taken has been handled. */
  close(): Promise<void>;
}

/** What somebody says of itself on a board. */
export interface BoardNotice {
  readonly id: string;
  /** JSON text, at most `MOST_MESSAGE_CHARACTERS` */
  readonly text: string;
}

/**
 * A queue server, or what stands in for one in memory. Names of queues, mailboxes and boards: 1 to 100 characters of a-z, 0-9 and '-'.
 * Promises reject with a ScattershotError 'queue-unreachable' where the server does not answer in time; consumers wait for it to come
 * back, and say so once by `onTrouble`.
 */
export interface Transport {
  /** Puts jobs at the end of a queue. One of an id that is there, waiting or taken, is left as it is. */
  offer(queue: string, jobs: readonly QueuedJob[]): Promise<void>;
  /** Removes those that nobody has taken. */
  withdraw(queue: string, ids: readonly string[]): Promise<void>;
  /**
   * Takes jobs, at most `atOnce` at a time. Who stops renewing what it took (lost, stopped, blocked) for `LEASE_MS` has it taken by
   * another, without being told: both may end it.
   */
  take(queue: string, atOnce: number, handle: (job: TakenJob) => Promise<TakenOutcome>): Consumer;
  /** Leaves messages in a mailbox, JSON text of at most `MOST_MESSAGE_CHARACTERS` each; they wait there for their reader. */
  send(mailbox: string, messages: readonly string[]): Promise<void>;
  /** Gets a mailbox's messages, at least once each, in any order. One whose handling rejects comes again, a few times. */
  receive(mailbox: string, handle: (message: string) => Promise<void>): Consumer;
  /** Puts a notice on a board, in place of an earlier one of that id. */
  announce(board: string, notice: BoardNotice): Promise<void>;
  retract(board: string, id: string): Promise<void>;
  notices(board: string): Promise<readonly BoardNotice[]>;
  /** Removes a queue or mailbox with all that is in it. */
  remove(name: string): Promise<void>;
  close(): Promise<void>;
}

/** What is taken and not renewed for so long may be taken by another; a lost worker's job is back within twice that. */
export const LEASE_MS = 15_000;

/** The time, real or not. */
export interface Clock {
  /** milliseconds, never going back */
  now(): number;
  /** Resolves after so many milliseconds, or at once where the signal is aborted. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
