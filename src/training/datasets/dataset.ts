import { createHash } from 'node:crypto';

/** Examples of one split, in shared memory so that every worker thread reads the same copy. */
export interface Split {
  readonly examples: number;
  /** `examples × features`, row-major, over a SharedArrayBuffer */
  readonly inputs: Float32Array;
  /** `examples`, class numbers from 0, over a SharedArrayBuffer */
  readonly labels: Uint8Array;
}

export type SplitName = 'train' | 'validation' | 'test';

export const splitNames: readonly SplitName[] = ['train', 'validation', 'test'];

export interface Dataset extends Readonly<Record<SplitName, Split>> {
  /** "morse", … */
  readonly name: string;
  /** SHA-256 (hex) of the settings and the data they gave: the same digest is the same data, bit for bit */
  readonly digest: string;
  readonly features: number;
  readonly classes: number;
  /** how inputs were scaled, in words */
  readonly normalisation: string;
}

/** A split of zeros over shared memory. */
export function emptySplit(examples: number, features: number): Split {
  return {
    examples,
    inputs: new Float32Array(new SharedArrayBuffer(4 * examples * features)),
    labels: new Uint8Array(new SharedArrayBuffer(examples)),
  };
}

/** A split's memory as bytes, labels first: what is digested and what is stored. */
export function splitBytes(split: Split): readonly Uint8Array[] {
  const { inputs, labels } = split;
  return [labels, new Uint8Array(inputs.buffer, inputs.byteOffset, inputs.byteLength)];
}

/**
 * A dataset's digest: SHA-256 (hex) of a line that says what was asked for, then labels and inputs (little-endian float32) of the
 * three splits.
 * @param description one line
 */
export function digestOf(description: string, splits: Readonly<Record<SplitName, Split>>): string {
  const hash = createHash('sha256').update(`scattershot/dataset 1\n${description}\n`);
  for (const name of splitNames) {
    for (const bytes of splitBytes(splits[name])) hash.update(bytes);
  }
  return hash.digest('hex');
}
