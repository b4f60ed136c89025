import type { StudyEvent } from './events.ts';

/** The stored study that an event tells to have begun, by its name; null for other events, and where nothing is stored. */
export function studyNameOf(event: StudyEvent): string | null {
  if (event.kind === 'study-started' && event.id !== null) return event.study;
  // `train` adds trainings to a study that is there, and begins with them.
  return event.kind === 'phase' && event.phase === 'train' ? event.study : null;
}
