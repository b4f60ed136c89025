import { MemoryServer } from '../../src/queue/memory-server.ts';
import { MemoryTransport } from '../../src/queue/memory-transport.ts';
import { currentStudies, STUDIES, studyMailbox } from '../../src/queue/wire.ts';
import type { HostEvent } from '../../src/remote/host-events.ts';
import { StudyQueue } from '../../src/remote/study-queue.ts';
import { FalseClock } from '../queue/false-clock.ts';

/** A worker as it names itself. */
export const hostOf = (worker: string) => ({ worker, host: `host-${worker}`, device: 'cpu' });

/** A study's way to a queue on a false clock, and what workers that are played by hand say to it. */
export class FalseStudy {
  readonly clock = new FalseClock();
  readonly #server = new MemoryServer(this.clock);
  readonly heard: HostEvent[] = [];
  readonly queue = new StudyQueue(
    new MemoryTransport(this.#server),
    'memory://lab',
    'a study',
    (event) => this.heard.push(event),
    this.clock,
  );
  /** the workers' connection */
  readonly lab = new MemoryTransport(this.#server);

  /** Lets time go until it holds. @throws Error where it does not within so long */
  async until(holds: () => boolean, withinMs: number): Promise<void> {
    if (!(await this.clock.goUntil(holds, this.clock.now() + withinMs))) throw new Error('it did not come to that');
  }

  async go(ms: number): Promise<void> {
    await this.clock.goUntil(() => false, this.clock.now() + ms);
  }

  /** The newest study's token, once it is on the board. */
  async token(): Promise<string> {
    for (;;) {
      const study = currentStudies(await this.lab.notices(STUDIES), Date.now()).at(-1);
      if (study !== undefined) return study.token;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** Says something to the study; it has been heard then. */
  async say(message: object): Promise<void> {
    await this.lab.send(studyMailbox(await this.token()), [JSON.stringify(message)]);
    await this.clock.goUntil(() => false, this.clock.now());
  }
}
