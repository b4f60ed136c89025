import { refuseContent, wordContentErrors } from '../../base/content-error.ts';
import { type NpyHeader, type NumericArray, npyHeader, npyHeaderOf, parseNpy } from '../../base/npy.ts';
import { isEmptyContext } from '../context.ts';
import { type DenseArray, denseBlocks, floatBits, rowsFromDense, transposedArray } from './dense.ts';
import { type ArrayChoice, arrayOrder } from './named-arrays.ts';
import { type PatternFile, refuse, wordForPatterns } from './pattern-file.ts';
import { patternFromRows } from './rows.ts';

/** NumPy's .npy: one junction, [right, left]. A context has no place in it. */

const floats = { 2: floatBits.F16, 4: floatBits.F32, 8: floatBits.F64 } as const;

/** @throws ContentError unless it is two-dimensional, of plain numbers and not empty */
function requireDenseHeader({ shape }: Pick<NpyHeader, 'shape'>, name: string): void {
  if (shape.length === 2 && shape.every((side) => side >= 1)) return;
  refuseContent('unsupported-content', `${name} has the shape (${shape.join(', ')}), not [right, left]`);
}

/** @throws ContentError for anything except a whole two-dimensional array of numbers; `name` is for messages */
export function parseArray(bytes: Uint8Array, name: string): DenseArray {
  requireDenseHeader(npyHeader(bytes, name), name);
  return numericArray(parseNpy(bytes, name));
}

/** Numbers of two dimensions as a dense junction. */
export function numericArray({ shape, kind, bytes: itemBytes, bigEndian, fortran, data }: NumericArray): DenseArray {
  const [right, left] = shape;
  const float = kind === 'f' ? floats[itemBytes as keyof typeof floats] : null;
  return { right, left, item: { bytes: itemBytes, float, bigEndian }, fortran, data };
}

/** @throws ScattershotError */
export function patternFromNpy(bytes: Uint8Array, { tensors, transposed = false }: ArrayChoice = {}): PatternFile {
  if (tensors !== undefined) {
    refuse('no-such-array', 'it holds one array, which has no name', 'Leave --tensor out.');
  }
  return wordContentErrors(() => {
    const array = parseArray(bytes, 'the file');
    const rows = rowsFromDense(transposed ? transposedArray(array) : array, 'junction 1');
    const { pattern, weighted } = patternFromRows([rows]);
    return { pattern, order: arrayOrder({ transposed }), ...(weighted.length > 0 ? { weighted } : {}) };
  }, wordForPatterns);
}

export function* arrayChunks({ pattern }: PatternFile, index: number): Generator<Uint8Array> {
  yield npyHeaderOf('|u1', [pattern.layers[index + 1], pattern.layers[index]]);
  yield* denseBlocks(pattern, index);
}

/** @throws ScattershotError for a pattern of several junctions, and for one with a context, without which it scores differently */
export function* npyChunks(file: PatternFile): Generator<Uint8Array> {
  const { length } = file.pattern.junctions;
  if (length > 1) {
    refuse('too-many-junctions', `.npy holds one junction, and this pattern has ${length}`, 'Use .npz instead.');
  }
  if (!isEmptyContext(file.pattern.context)) {
    const message =
      '.npy has no place for shapes, padding, windows, metric and spans, which the score of this pattern depends on';
    refuse('no-place-for-context', message, 'Use .npz, .safetensors or .json instead.');
  }
  yield* arrayChunks(file, 0);
}
