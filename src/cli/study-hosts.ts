import type { StudyQueue } from '../remote/study-queue.ts';
import type { StudyEvent, StudyListener } from '../study/events.ts';
import { StudyMachines } from '../study/study-machines.ts';
import { hostsText, initialHostsState, reduceHosts } from '../terminal/hosts-state.ts';
import type { Context } from './context.ts';
import { openTypedQueue } from './open-typed-queue.ts';

/** The machines of `--queue`, and what each of them did. */
export class StudyHosts {
  readonly #machines: StudyMachines;
  #state = initialHostsState;

  /**
   * Null without `--queue`.
   * @throws ScattershotError 'queue-unreachable', 'queue-refused'
   */
  static async open(context: Context): Promise<StudyHosts | null> {
    const { queue } = context.run;
    if (typeof queue !== 'string') return null;
    return new StudyHosts(await openTypedQueue(queue, context, StudyMachines.open));
  }

  private constructor(machines: StudyMachines) {
    this.#machines = machines;
  }

  get queue(): StudyQueue {
    return this.#machines.queue;
  }

  /** @param listener hears of the machines from now on */
  tell(listener: StudyListener): void {
    this.#machines.tell((event) => {
      this.#state = reduceHosts(this.#state, event);
      listener(event);
    });
  }

  /** What the study tells: its name, and its time. */
  follow(event: StudyEvent): void {
    this.#machines.follow(event);
  }

  /** what each machine did */
  get text(): string {
    return hostsText(this.#state);
  }

  close(): Promise<void> {
    return this.#machines.close();
  }
}
