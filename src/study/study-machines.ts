import type { HostEvent } from '../remote/host-events.ts';
import type { StudyQueue } from '../remote/study-queue.ts';
import type { StudyEvent, StudyListener } from './events.ts';
import { studyNameOf } from './study-name-of.ts';

type MachineEvent = Extract<StudyEvent, { readonly kind: 'host' }>;

/** The machines of a queue, and what is heard of them as events of the study they work for. */
export class StudyMachines {
  readonly queue: StudyQueue;
  readonly #close: () => Promise<void>;
  readonly #heard: HeardMachines;

  /**
   * Connects to the queue.
   * @param url with `redis:`, `rediss:`, `postgres:` or `postgresql:`
   * @throws RangeError for what is no queue's URL; ScattershotError 'queue-unreachable', 'queue-refused'
   */
  static async open(url: string): Promise<StudyMachines> {
    const { openStudyQueue } = await import('../remote/open-study-queue.ts');
    const heard = new HeardMachines();
    const { queue, close } = await openStudyQueue(
      url,
      () => heard.study ?? 'a training',
      (event) => heard.hear(event),
    );
    return new StudyMachines(queue, close, heard);
  }

  private constructor(queue: StudyQueue, close: () => Promise<void>, heard: HeardMachines) {
    this.queue = queue;
    this.#close = close;
    this.#heard = heard;
  }

  /** @param listener hears of the machines from now on */
  tell(listener: (event: MachineEvent) => void): void {
    this.#heard.listener = listener;
  }

  /** What the study tells: its name, and its time. */
  follow(event: StudyEvent): void {
    this.#heard.follow(event);
  }

  async close(): Promise<void> {
    this.#heard.listener = () => {};
    await this.#close();
  }
}

class HeardMachines {
  study: string | null = null;
  listener: (event: MachineEvent) => void = () => {};
  readonly #told = new Set<string>();
  /** time of the study's latest event, and when that was here */
  #last = { atMs: 0, hereMs: performance.now() };

  follow(event: StudyEvent): void {
    this.study = event.kind === 'study-started' ? event.study : (studyNameOf(event) ?? this.study);
    if (event.atMs >= this.#last.atMs) this.#last = { atMs: event.atMs, hereMs: performance.now() };
  }

  hear(event: HostEvent): void {
    // Each part of a study hears of its machines anew.
    if (event.kind === 'refused' || event.kind === 'joined') {
      const fact = JSON.stringify(event);
      if (this.#told.has(fact)) return;
      this.#told.add(fact);
    }
    const { atMs, hereMs } = this.#last;
    this.listener({ kind: 'host', atMs: Math.round(atMs + performance.now() - hereMs), event });
  }
}

/** Where a study's work is done, who hears of it, and what ends it early. */
export interface WorkPlace {
  readonly listener: StudyListener;
  readonly signal: AbortSignal;
  readonly queue?: StudyQueue;
}

/**
 * Does something on the machines of a queue, and leaves it afterwards; without a URL, or where the signal comes first, on this machine
 * alone.
 * @throws as `StudyMachines.open`, what the work throws, and what the listener throws of an event of a machine, which ends the work
 */
export async function withMachines<T>(
  url: string | undefined,
  { listener, signal }: Omit<WorkPlace, 'queue'>,
  work: (place: WorkPlace) => Promise<T>,
): Promise<T> {
  const machines = url === undefined ? null : await openUnless(signal, url);
  if (machines === null) return work({ listener, signal });
  const failed = new AbortController();
  machines.tell((event) => {
    // Nobody there can take what it throws.
    try {
      listener(event);
    } catch (error) {
      failed.abort(error);
    }
  });
  const heard: StudyListener = (event) => {
    machines.follow(event);
    listener(event);
  };
  try {
    const place = { listener: heard, signal: AbortSignal.any([signal, failed.signal]), queue: machines.queue };
    const result = await work(place);
    failed.signal.throwIfAborted();
    return result;
  } finally {
    await machines.close();
  }
}

/** Null where the signal comes before the queue has answered. */
async function openUnless(signal: AbortSignal, url: string): Promise<StudyMachines | null> {
  if (signal.aborted) return null;
  let give: () => void = () => {};
  const aborted = new Promise<null>((resolve) => {
    give = () => resolve(null);
    signal.addEventListener('abort', give);
  });
  const opening = StudyMachines.open(url);
  try {
    const opened = await Promise.race([opening, aborted]);
    if (opened === null) void opening.then((late) => late.close()).catch(() => {});
    return opened;
  } finally {
    signal.removeEventListener('abort', give);
  }
}
