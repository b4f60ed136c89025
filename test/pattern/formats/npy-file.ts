/** A .npy file of version 1 with any header. @param shape as Python writes it: "(2, 3)" */
export function npyFile(
  descr: string,
  shape: string,
  data: Uint8Array | readonly number[],
  { fortran = false }: { readonly fortran?: boolean } = {},
): Buffer {
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const header = Buffer.from(`\x93NUMPY\x01\x00  ${text.padEnd(length - 1)}\n`, 'latin1');
  header.writeUInt16LE(length, 8);
  return Buffer.concat([header, Buffer.from(data)]);
}
