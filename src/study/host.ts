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
export function stamped(listener: StudyListener): (news: StudyNews) => void {
  const began = performance.now();
  return (news) => listener({ ...news, atMs: Math.round(performance.now() - began) } as StudyEvent);
}
