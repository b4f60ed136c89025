import { entryBound } from '../scatter/bound.ts';
import { exactRandomLevel } from '../scatter/random-level.ts';
import { problemOf, type StudySettings } from './settings.ts';

/** Between what an entry of the scatter vector lies. */
export interface EntryLevels {
  /** what random patterns score on average; null where that is only known by sampling, as for longer spans */
  readonly random: number | null;
  /** no pattern with these degrees scores higher */
  readonly bound: number;
}

/** Levels of a study's entries, in their order. */
export function entryLevels(settings: StudySettings): readonly EntryLevels[] {
  const { entries, architecture, metric } = problemOf(settings);
  return entries.map((entry) => ({
    random: exactRandomLevel(entry, architecture, metric),
    bound: entryBound(entry, architecture, metric),
  }));
}
