import { InvalidValueError } from '../../base/caller-errors.ts';
import type { NumericArray } from '../../base/npy.ts';
import { itemsIn } from './numeric-array.ts';

const types: Readonly<Record<number, Pick<NumericArray, 'kind' | 'bytes'>>> = {
  8: { kind: 'u', bytes: 1 },
  9: { kind: 'i', bytes: 1 },
  11: { kind: 'i', bytes: 2 },
  12: { kind: 'i', bytes: 4 },
  13: { kind: 'f', bytes: 4 },
  14: { kind: 'f', bytes: 8 },
};

/**
 * An array in the IDX format of LeCun's MNIST page: two zeros, a type, the number of dimensions, their sizes, the items, all
 * big-endian. @throws RangeError for anything else, and for a file that is cut short or too long
 */
export function parseIdx(bytes: Uint8Array): NumericArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = types[bytes[2]];
  const dimensions = bytes[3];
  if (bytes.length < 8 || bytes[0] !== 0 || bytes[1] !== 0 || type === undefined || dimensions === 0) {
    throw new InvalidValueError('it is not in the IDX format');
  }
  const start = 4 + 4 * dimensions;
  if (start > bytes.length) throw new InvalidValueError('it is cut short in its header');
  const shape = Array.from({ length: dimensions }, (_, dimension) => view.getUint32(4 + 4 * dimension));
  const expected = itemsIn(shape) * type.bytes;
  const data = bytes.subarray(start);
  if (data.length !== expected) {
    throw new InvalidValueError(`it holds ${data.length} bytes of data; ${shape.join('×')} items need ${expected}`);
  }
  return { ...type, shape, bigEndian: true, fortran: false, data };
}
