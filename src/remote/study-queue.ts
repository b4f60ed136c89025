import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { version } from '../base/version.ts';
import { realClock } from '../queue/clock.ts';
import { Dispatcher } from '../queue/dispatcher.ts';
import type { Clock, Transport } from '../queue/transport.ts';
import type { StudyNotice } from '../queue/wire.ts';
import type { HostListener } from './host-events.ts';

/** A study's way to other machines: what its trainings and its search offer their work by. */
export class StudyQueue {
  readonly transport: Transport;
  /** the server, without its password */
  readonly shown: string;
  readonly onHost: HostListener;
  readonly #study: () => string;
  readonly clock: Clock;
  readonly #closes: (() => Promise<void>)[] = [];

  /** @param study its name, as workers show it; it may be told once there is one */
  constructor(
    transport: Transport,
    shown: string,
    study: string | (() => string),
    onHost: HostListener,
    clock: Clock = realClock,
  ) {
    this.transport = transport;
    this.shown = shown;
    this.onHost = onHost;
    this.#study = typeof study === 'string' ? () => study : study;
    this.clock = clock;
  }

  /**
   * Puts the study on the board and takes up its side of a queue of its own; the caller closes it.
   * @param needs what a worker must have: JSON, which the executor of this kind reads
   */
  dispatcher(kind: StudyNotice['kind'], needs: unknown): Dispatcher {
    const token = randomBytes(8).toString('hex');
    const notice = { token, name: this.#study(), host: hostname(), kind, version, needs };
    return new Dispatcher(this.transport, this.clock, notice);
  }

  /** Has something ended with the study that is kept from one part of its work to the next. */
  atEnd(close: () => Promise<void>): void {
    this.#closes.push(close);
  }

  /** Ends what was kept; the transport is its owner's to close. */
  async close(): Promise<void> {
    for (const close of this.#closes.splice(0)) await close();
  }
}
