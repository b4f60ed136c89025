import type { Dataset } from '../training/datasets/dataset.ts';

/** What was trained on. */
export interface DataReport {
  readonly name: string;
  /** how inputs are scaled, in words */
  readonly normalisation: string;
  /** examples */
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

export const dataReport = ({ name, normalisation, train, validation, test }: Dataset): DataReport => ({
  ...{ name, normalisation, train: train.examples, validation: validation.examples, test: test.examples },
});
