import type { NumericArray } from '../../base/npy.ts';

/** An array with what it is called in messages. */
export interface OwnArray {
  readonly name: string;
  readonly array: NumericArray;
}

/** Examples and labels of one set as they are in the files, not looked at yet. */
export interface LabelledArrays {
  readonly x: OwnArray;
  readonly y: OwnArray;
}

/** The sets that the files hold; what is not there is taken from the training set later on. */
export interface OwnArrays {
  readonly train: LabelledArrays;
  readonly validation: LabelledArrays | null;
  readonly test: LabelledArrays | null;
}
