import { expect, test } from 'vitest';
import { npyHeader, parseNpy, requireNumbers } from '../../src/base/npy.ts';
import { npyFile } from '../pattern/formats/npy-file.ts';
import { refusalOf } from '../pattern/formats/refusals.ts';

test('a header is read without its items, of any kind and shape', () => {
  expect(npyHeader(npyFile('<f4', '(2, 3, 4)', [], { fortran: true }), 'x')).toMatchObject({
    described: '<f4',
    type: { kind: 'f', bytes: 4, bigEndian: false },
    shape: [2, 3, 4],
    fortran: true,
  });
  expect(npyHeader(npyFile('|O', '()', []), 'x')).toMatchObject({ described: '|O', type: null, shape: [] });
  expect(npyHeader(npyFile('>i8', '(5,)', []), 'x').type).toEqual({ kind: 'i', bytes: 8, bigEndian: true });
});

test('headers of Python 2, whose whole numbers end in L, are read', () => {
  expect(parseNpy(npyFile('|u1', '(3L, 2L)', [1, 2, 3, 4, 5, 6]), 'x').shape).toEqual([3, 2]);
  expect(parseNpy(npyFile('|u1', '(3L,)', [1, 2, 3]), 'x').shape).toEqual([3]);
  for (const shape of ['(3LL, 2)', '(0x3, 2)', '(3e0, 2)', '(-3, 2)', '(3 4, 2)', '(L, 2)', '(1.5, 2)']) {
    expect(refusalOf(() => parseNpy(npyFile('|u1', shape, [1, 2, 3]), 'x')).reason).toBe('unsupported-content');
  }
});

test('what is not plain numbers is refused, pickled objects by name', () => {
  const refusal = (descr: string) => {
    const header = npyHeader(npyFile(descr, '(1,)', []), 'x');
    return refusalOf(() => requireNumbers(header, 'x')).message;
  };
  expect(refusal('|O')).toBe('x holds Python objects (pickled), which only Python can read');
  expect(refusal('<c8')).toBe('x has items of kind "<c8"');
  expect(refusal('<U3')).toBe('x has items of kind "<U3"');
  expect(refusal('|V2')).toBe('x has items of kind "|V2"');
});
