import type { NumericArray } from './npy.ts';

function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Reads items by their place in the file. Whole numbers beyond 2^53 are rounded. */
export function itemReader({ kind, bytes, bigEndian, data }: NumericArray): (item: number) => number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const little = !bigEndian;
  const signed = kind === 'i';
  if (kind === 'f') {
    if (bytes === 2) return (item) => halfFloat(view.getUint16(2 * item, little));
    return bytes === 4 ? (item) => view.getFloat32(4 * item, little) : (item) => view.getFloat64(8 * item, little);
  }
  switch (bytes) {
    case 1:
      return signed ? (item) => view.getInt8(item) : (item) => view.getUint8(item);
    case 2:
      return signed ? (item) => view.getInt16(2 * item, little) : (item) => view.getUint16(2 * item, little);
    case 4:
      return signed ? (item) => view.getInt32(4 * item, little) : (item) => view.getUint32(4 * item, little);
    case 8:
      return signed
        ? (item) => Number(view.getBigInt64(8 * item, little))
        : (item) => Number(view.getBigUint64(8 * item, little));
  }
}
