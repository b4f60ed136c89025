import type { HostEvent } from '../remote/host-events.ts';
import type { StudyQueue } from '../remote/study-queue.ts';
import type { StudyEvent, StudyListener } from '../study/events.ts';
import { type HostsState, hostsText, initialHostsState, reduceHosts } from '../terminal/hosts-state.ts';
import type { Context } from './context.ts';
import { type OpenedQueue, openQueue } from './open-queue.ts';
import { studyNameOf } from './study-name-of.ts';

/** The machines of `--queue`, and what is heard of them as events of the study. */
export class StudyHosts {
  readonly queue: StudyQueue;
  readonly #opened: OpenedQueue;
  readonly #told = new Set<string>();
  #listener: StudyListener = () => {};
  #state: HostsState = initialHostsState;
  #study: string | null = null;
  /** time of the study's latest event, and when that was here */
  #last = { atMs: 0, hereMs: performance.now() };

  /**
   * Null without `--queue`.
   * @throws ScattershotError 'queue-unreachable', 'queue-refused'
   */
  static async open(context: Context): Promise<StudyHosts | null> {
    const { queue } = context.run;
    if (typeof queue !== 'string') return null;
    const opened = await openQueue(queue, context);
    const { StudyQueue } = await import('../remote/study-queue.ts');
    return new StudyHosts(opened, StudyQueue);
  }

  private constructor(opened: OpenedQueue, Queue: typeof StudyQueue) {
    this.#opened = opened;
    this.queue = new Queue(
      opened.transport,
      opened.shown,
      () => this.#study ?? 'a training',
      (event) => this.#hear(event),
    );
  }

  /** @param listener hears of the machines from now on */
  tell(listener: StudyListener): void {
    this.#listener = listener;
  }

  /** What the study tells: its name, and its time. */
  follow(event: StudyEvent): void {
    this.#study = studyNameOf(event) ?? this.#study;
    if (event.atMs >= this.#last.atMs) this.#last = { atMs: event.atMs, hereMs: performance.now() };
  }

  /** what each machine did */
  get text(): string {
    return hostsText(this.#state);
  }

  async close(): Promise<void> {
    this.#listener = () => {};
    await this.queue.close();
    await this.#opened.close();
  }

  #hear(event: HostEvent): void {
    // Each part of a study hears of its machines anew.
    if (event.kind === 'refused' || event.kind === 'joined') {
      const fact = JSON.stringify(event);
      if (this.#told.has(fact)) return;
      this.#told.add(fact);
    }
    const { atMs, hereMs } = this.#last;
    const told = { kind: 'host', atMs: Math.round(atMs + performance.now() - hereMs), event } as const;
    this.#state = reduceHosts(this.#state, told);
    this.#listener(told);
  }
}
