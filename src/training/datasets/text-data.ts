import type { PublishedFiles } from '../../downloads/published-files.ts';
import type { Examples, SplitPlan } from './splits.ts';

/** A data set made of text, in one file that is fetched once. */
export interface TextData extends PublishedFiles {
  readonly name: 'letters' | 'spam';
  readonly title: string;
  readonly features: number;
  readonly classes: number;
  readonly examples: number;
  /** sizes of the splits where nothing is said; null: all that the others leave */
  readonly usual: Omit<SplitPlan, 'seed'>;
  /** what the inputs are, in words */
  readonly normalisation: string;
  /** Of its file. @throws RangeError for what is no such file */
  examplesOf(file: Uint8Array): Examples;
}
