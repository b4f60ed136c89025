import { scatterEntries } from '../pattern/entries.ts';
import { certificate, scoreBound } from '../scatter/bound.ts';
import type { CandidateRecord, Store, StudyRecord } from '../store/index.ts';
import type { StudySettings } from './settings.ts';

export interface FoundCandidate {
  readonly candidate: number;
  readonly fingerprint: string;
  readonly scatter: number;
  readonly vector: readonly number[];
  /** highest S that degrees and windows allow */
  readonly bound: number;
  readonly certificate: 'optimal' | null;
  readonly strategy: string;
}

export interface SearchResult {
  readonly study: string;
  readonly evaluated: number;
  readonly seconds: number;
  /** highest S, or nearest to the wanted one; null where nothing was found */
  readonly best: FoundCandidate | null;
  readonly top: readonly FoundCandidate[];
}

/** What a search found, from the store alone. @param top how many candidates to list */
export function searchResult(store: Store, study: StudyRecord, top: number): SearchResult {
  const settings = study.settings as StudySettings;
  const { architecture, metric, target } = settings;
  const entries = scatterEntries(architecture, settings.entries);
  const bound = scoreBound(entries, architecture, metric);
  const found = ({ number, fingerprint, scatter, vector, strategy }: CandidateRecord): FoundCandidate => ({
    candidate: number,
    fingerprint,
    scatter,
    vector,
    bound,
    certificate: certificate({ metric, scatter, vector }, entries, architecture),
    strategy,
  });
  const ranked = store.candidates(study, { sort: 'scatter' });
  if (target !== null) ranked.sort((a, b) => Math.abs(a.scatter - target) - Math.abs(b.scatter - target));
  const listed = ranked.slice(0, Math.max(1, top)).map(found);
  return {
    study: study.name,
    evaluated: study.evaluated,
    seconds: study.searchSeconds,
    best: listed[0] ?? null,
    top: listed.slice(0, top),
  };
}
