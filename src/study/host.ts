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

type Unstamped<Event> = Event extends StudyEvent ? Omit<Event, 'atMs'> : never;

/** An event still without its time. */
export type StudyNews = Unstamped<StudyEvent>;

/** Stamps events with the time since the study's process began it. */
export type Say = (news: StudyNews) => void;

export function stamped(listener: StudyListener): Say {
  const began = performance.now();
  return (news) => listener({ ...news, atMs: Math.round(performance.now() - began) } as StudyEvent);
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
