import { z } from 'zod';
import type { DispatchListener, Runner } from '../queue/assignment.ts';
import type { Clock } from '../queue/transport.ts';
import type { HostListener } from './host-events.ts';

/** A study that has work and nobody who does it says so after this long. */
const LONELY_MS = 30_000;

/** What a worker's session says of itself. */
const pulseBodySchema = z.object({ samplesPerSecond: z.number().min(0).nullable() });

type Heard = Required<Pick<DispatchListener, 'returned' | 'refused' | 'pulse' | 'trouble'>>;

/** Tells a study of its hosts: what a dispatcher hears, each fact once. */
export class HeardHosts implements Heard {
  readonly #tell: HostListener;
  readonly #clock: Clock;
  /** the server, without its password */
  readonly #shown: string;
  readonly #joined = new Set<string>();
  readonly #refusals = new Set<string>();
  /** when somebody last began or ended a job, or there was nothing to do */
  #busyMs: number;
  #toldLonely = false;

  constructor(tell: HostListener, clock: Clock, shown: string) {
    this.#tell = tell;
    this.#clock = clock;
    this.#shown = shown;
    this.#busyMs = clock.now();
  }

  #join({ worker, host, device }: Runner): void {
    this.#busyMs = this.#clock.now();
    this.#toldLonely = false;
    if (this.#joined.has(worker)) return;
    this.#joined.add(worker);
    this.#tell({ kind: 'joined', worker, host, device });
  }

  begun(runner: Runner): void {
    this.#join(runner);
  }

  returned(job: string, runner: Runner, why: string): void {
    this.#tell({ kind: 'returned', job, runner, why });
  }

  refused({ worker, host, device, why }: Runner & { readonly why: string }): void {
    const refusal = `${worker} ${why}`;
    if (this.#refusals.has(refusal)) return;
    this.#refusals.add(refusal);
    this.#tell({ kind: 'refused', worker, host, device, why });
  }

  pulse({ worker, host, device, doing, body }: Parameters<Heard['pulse']>[0]): void {
    this.#join({ worker, host, device });
    const read = pulseBodySchema.safeParse(body);
    const samplesPerSecond = read.success ? read.data.samplesPerSecond : null;
    this.#tell({ kind: 'pulse', worker, host, device, jobs: doing.length, samplesPerSecond });
  }

  done(job: string, runner: Runner): void {
    this.#join(runner);
    this.#tell({ kind: 'done', job, ...runner });
  }

  trouble(message: string): void {
    this.#tell({ kind: 'trouble', message });
  }

  /** There is something to do from now on. */
  waits(): void {
    this.#busyMs = this.#clock.now();
    this.#toldLonely = false;
  }

  /** Says, once, that nobody has taken a job for long. */
  look(): void {
    const aloneMs = this.#clock.now() - this.#busyMs;
    if (this.#toldLonely || aloneMs < LONELY_MS) return;
    this.#toldLonely = true;
    const start = `scattershot worker --queue ${this.#shown}`;
    this.trouble(`no worker has taken a job for ${Math.round(aloneMs / 1000)} s; start one with: ${start}`);
  }
}
