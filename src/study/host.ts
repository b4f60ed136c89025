import type { Store } from '../store/index.ts';
import type { StudyEvent, StudyListener } from './events.ts';

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

/** Shows the store that a claimed study is alive while a long training writes nothing. @returns what ends it */
export function startHeartbeat({ store }: StudyHost, study: number): () => void {
  const beat = () => {
    try {
      store.heartbeat(study);
    } catch {
      // The next write meets the same trouble and says so.
    }
  };
  const heartbeat = setInterval(beat, HEARTBEAT_MS);
  heartbeat.unref();
  return () => clearInterval(heartbeat);
}
