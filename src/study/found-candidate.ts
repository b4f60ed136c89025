import { scatterEntries } from '../pattern/entries.ts';
import { certificate, scoreBound } from '../scatter/bound.ts';
import { invariantScatter } from '../scatter/invariant.ts';
import type { NumberedCandidate } from '../search/candidate.ts';
import type { StudySettings } from './settings.ts';

/** A candidate as a result lists it, with what there is to hold its scatter against. */
export interface FoundCandidate
  extends Pick<NumberedCandidate, 'fingerprint' | 'scatter' | 'vector' | 'strategy' | 'otherScatter' | 'ties'> {
  /** its number in the study */
  readonly candidate: number;
  /** the least entry that no numbering of hidden neurons or classes changes: no part of S; null where no entry tells */
  readonly invariant: number | null;
  /** highest S that degrees and windows allow */
  readonly bound: number;
  /** 'optimal' where every entry that is not vacuous is at its bound: no pattern of these degrees scores higher */
  readonly certificate: 'optimal' | null;
}

type Judged = Omit<FoundCandidate, 'candidate' | 'bound' | 'certificate' | 'invariant'> &
  Pick<NumberedCandidate, 'number'>;

/** Holds candidates of a study against what its degrees and windows allow. */
export interface Judge {
  /** keys of the entries that are 1 for every pattern */
  readonly vacuous: readonly string[];
  found(candidate: Judged): FoundCandidate;
}

export function judgeOf({
  architecture,
  metric,
  entries: options,
}: Pick<StudySettings, 'architecture' | 'metric' | 'entries'>): Judge {
  const entries = scatterEntries(architecture, options, metric);
  const bound = scoreBound(entries, architecture, metric);
  return {
    vacuous: entries.filter((entry) => entry.vacuous).map((entry) => entry.key),
    found: ({ number, fingerprint, scatter, vector, strategy, otherScatter, ties }) => ({
      ...{ candidate: number, fingerprint, scatter, vector, bound, strategy, otherScatter, ties },
      certificate: certificate({ metric, scatter, vector }, entries, architecture),
      invariant: invariantScatter({ metric, scatter, vector }, entries, architecture).value,
    }),
  };
}
