import type { Correlation } from './link.ts';
import type { Interval } from './resampling.ts';

/** One trained candidate. All candidates of one verdict have the same degrees. */
export interface Observation {
  readonly candidate: number;
  /** the strategy that made it */
  readonly family: string;
  readonly scatter: number;
  /** S under the other metric; null where it was too costly */
  readonly otherScatter: number | null;
  /** in the order of `entryKeys` */
  readonly vector: readonly number[];
  /** S with randomly relabelled windows; null where it was not measured */
  readonly control: number | null;
  /** test accuracies, one a finished training */
  readonly accuracies: readonly number[];
  /** further rivals by name (spectral gap, rank, …); null where undefined */
  readonly proxies?: Readonly<Record<string, number | null>>;
}

export interface Spread extends Interval {
  readonly mean: number;
}

export interface FamilyVerdict extends Omit<Correlation, 'value'> {
  readonly family: string;
  readonly candidates: number;
  readonly scatter: Spread;
  /** of the candidates' mean accuracies */
  readonly accuracy: Spread;
  /** within the family */
  readonly spearman: number | null;
}

export interface Control {
  readonly spearman: Correlation;
  /** how much further S goes than the control in the direction of its own correlation, from the same resamples */
  readonly advantage: (Interval & { readonly value: number }) | null;
  /** null: cannot be told */
  readonly predictsAsWell: boolean | null;
}

export interface ProxyVerdict extends Omit<Correlation, 'value'> {
  readonly name: string;
  readonly spearman: number | null;
}

export interface Choice {
  readonly k: number;
  /** of the k candidates of highest S, the share among the k most accurate, and what chance gives */
  readonly precision: number;
  readonly precisionByChance: number;
  /** accuracy lost against the best candidate by taking the one of highest S, and by taking a random pattern */
  readonly regret: number;
  readonly regretOfRandom: number;
}

export type VerdictName = 'scatter-predicts' | 'scatter-misleads' | 'no-link-found' | 'too-few-to-tell';

export interface Verdict {
  /** with at least one finished training */
  readonly candidates: number;
  /** finished trainings of the candidate that has fewest */
  readonly seeds: number;
  readonly spearman: Correlation;
  readonly kendall: Correlation;
  readonly noiseCeiling: number | null;
  /** Spearman given family */
  readonly withinFamilies: Correlation;
  /** among candidates whose S is above the mean of random patterns */
  readonly aboveRandom: Correlation & { readonly candidates: number };
  readonly families: readonly FamilyVerdict[];
  readonly control: Control | null;
  readonly proxies: readonly ProxyVerdict[];
  /** null without candidates */
  readonly choice: Choice | null;
  readonly verdict: VerdictName;
  readonly meaning: string;
}

/** What `conclude` reads. */
export type Findings = Omit<Verdict, 'verdict' | 'meaning'>;
