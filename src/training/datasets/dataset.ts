/** Examples of one split, in shared memory so that every worker thread reads the same copy. */
export interface Split {
  readonly examples: number;
  /** `examples × features`, row-major, over a SharedArrayBuffer */
  readonly inputs: Float32Array;
  /** `examples`, class numbers from 0, over a SharedArrayBuffer */
  readonly labels: Uint8Array;
}

export interface Dataset {
  /** "morse", … */
  readonly name: string;
  /** SHA-256 (hex) of the settings and the data they gave: the same digest is the same data, bit for bit */
  readonly digest: string;
  readonly features: number;
  readonly classes: number;
  /** how inputs were scaled, in words */
  readonly normalisation: string;
  readonly train: Split;
  readonly validation: Split;
  readonly test: Split;
}
