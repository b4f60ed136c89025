import { z } from 'zod';
import { readDocument } from '../base/documents.ts';
import { unwrap } from '../base/failure.ts';
import { SETTLED_CANDIDATES, SETTLED_SECONDS } from '../search/ending.ts';
import type { SearchEnding } from '../search/events.ts';
import { searchEndingSchema } from '../search/request-schema.ts';
import { TARGET_TOLERANCE } from '../search/strategy.ts';
import type { StudyRecord } from '../store/index.ts';
import type { StudySettings } from './settings.ts';

/** What a finished search alone leaves as its study's result. */
export interface SearchConclusion {
  readonly ended: SearchEnding;
}

/** Why a search ended, in words; null where its budget was used up or it was stopped. */
export function describeSearchEnd(
  ended: SearchEnding,
  { patience, target }: Pick<StudySettings, 'patience' | 'target'>,
): string | null {
  switch (ended) {
    case 'no-improvement':
      return `no better candidate in ${patience ?? 'many'} or more`;
    case 'settled':
      return `the best is certified, and nothing better came for ${SETTLED_SECONDS} s and ${SETTLED_CANDIDATES} candidates (--go-on uses up the time)`;
    case 'optimal':
      return 'no pattern can score higher than the best';
    case 'target':
      return `a scatter of ${target} was found, within ${TARGET_TOLERANCE}`;
    case 'all-found':
      return 'every pattern that there is was found';
    case 'exhausted':
      return 'nothing new was left to find';
    case 'nothing-made':
      return 'no strategy made a candidate any more';
    default:
      return null;
  }
}

/** Older versions did not note why; what a study that trained came to is another document. */
const conclusionSchema = z.strictObject({ ended: searchEndingSchema.optional() }).nullable();

/**
 * Why a search that ran to its end did so; null while it did not, or where an older version did not note it.
 * @throws ScattershotError 'unreadable-document'
 */
export function searchEndOf({ kind, status, result, name, version }: StudyRecord): SearchEnding | null {
  if (kind !== 'search' || status !== 'finished') return null;
  const origin = { what: `the result of study "${name}"`, storedBy: version };
  return unwrap(readDocument(conclusionSchema, result, origin))?.ended ?? null;
}
