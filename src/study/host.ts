import { ScattershotError } from '../base/failure.ts';
import type { StudyQueue } from '../remote/study-queue.ts';
import type { StepLimits } from '../search/step-limits.ts';
import type { Store } from '../store/index.ts';
import type { StudyEvent, StudyListener } from './events.ts';
import type { StudyControl } from './study-control.ts';

/** What a study needs of the machine it runs on; none of it changes what is found. */
export interface StudyHost {
  /** opened for writing */
  readonly store: Store;
  /** holds datasets/ */
  readonly cacheFolder: string;
  /** threads */
  readonly workers: number;
  readonly listener: StudyListener;
  readonly signal: AbortSignal;
  /** pauses, and an end after the trainings that run; absent: nobody asks for them */
  readonly control?: StudyControl;
  /** when a step that hangs, or eats memory, is ended */
  readonly limits?: StepLimits;
  /** other machines that do its work; absent: this one alone does */
  readonly queue?: StudyQueue;
}

type Untimed<Event> = Event extends StudyEvent ? Omit<Event, 'atMs'> : never;

/** An event without its time. */
export type UntimedEvent = Untimed<StudyEvent>;

/** Hands an event to the listener, with the time since the study's process began it. */
export type Emit = (event: UntimedEvent) => void;

export function emitterTo(listener: StudyListener): Emit {
  const began = performance.now();
  return (event) => listener({ ...event, atMs: Math.round(performance.now() - began) } as StudyEvent);
}

const HEARTBEAT_MS = 10_000;

/** Reasons after which nothing that a study does can be kept any more. */
const NOTHING_IS_KEPT: ReadonlySet<string> = new Set(['database-vanished', 'study-taken-over']);

export interface Heartbeat {
  /** the host, with a signal that stops the study too once nothing can be kept any more: the next write then says why */
  readonly host: StudyHost;
  end(): void;
}

/** Shows the store that a claimed study is alive while a long training writes nothing. */
export function startHeartbeat(host: StudyHost, study: number): Heartbeat {
  const lost = new AbortController();
  const beat = () => {
    try {
      host.store.heartbeat(study);
    } catch (error) {
      // Of anything else the next write meets the same trouble and says so.
      if (error instanceof ScattershotError && NOTHING_IS_KEPT.has(error.reason)) lost.abort();
    }
  };
  const heartbeat = setInterval(beat, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    host: { ...host, signal: AbortSignal.any([host.signal, lost.signal]) },
    end: () => clearInterval(heartbeat),
  };
}
