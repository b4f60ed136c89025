import { zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { unwrap } from '../../../src/base/failure.ts';
import { readPatternFile } from '../../../src/pattern/formats/index.ts';
import { parseNpz } from '../../../src/pattern/formats/npz.ts';
import { makePattern } from '../../../src/pattern/pattern.ts';
import { firstMaskPattern, maskFile, maskPath } from './mask-files.ts';
import { npyFile } from './npy-file.ts';
import { failureOf, refusalOf } from './refusals.ts';

test.each(['csr.npz', 'csc.npz', 'coo.npz'])('%s of SciPy is a junction', async (name) => {
  const { pattern, order, weighted } = unwrap(await readPatternFile(maskPath(name)));
  expect({ pattern, order, weighted }).toEqual({
    pattern: firstMaskPattern(),
    order: 'right-left',
    weighted: undefined,
  });
});

test('entries that are stored and 0 are no edges, and weights are said to be there', async () => {
  const { pattern, weighted } = unwrap(await readPatternFile(maskPath('csr-weights.npz')));
  expect([pattern, weighted]).toEqual([firstMaskPattern(), [1]]);
});

test.each(['bsr.npz', 'dia.npz'])('%s is refused with the way to save it', async (name) => {
  const refused = failureOf(await readPatternFile(maskPath(name)));
  expect(refused).toMatchObject({ reason: 'sparse-matrix', nextStep: 'Save matrix.tocsr() instead.' });
});

/** 4 → 2 neurons, right neuron 0 of 0 and 1, 1 of 2 and 3, as rows compressed by themselves. */
const arrays = {
  format: npyFile('|S3', '()', Buffer.from('csr')),
  shape: npyFile('<i8', '(2,)', new Uint8Array(BigInt64Array.of(2n, 4n).buffer)),
  data: npyFile('<f4', '(4,)', new Uint8Array(Float32Array.of(1, 1, 1, 1).buffer)),
  indices: npyFile('<i4', '(4,)', new Uint8Array(Int32Array.of(1, 0, 2, 3).buffer)),
  indptr: npyFile('<i4', '(3,)', new Uint8Array(Int32Array.of(0, 2, 4).buffer)),
};

const archive = (changed: Partial<typeof arrays>) =>
  zipSync(Object.fromEntries(Object.entries({ ...arrays, ...changed }).map(([name, bytes]) => [`${name}.npy`, bytes])));

const int32 = (...values: number[]) =>
  npyFile('<i4', `(${values.length},)`, new Uint8Array(Int32Array.from(values).buffer));

test('rows in any order, either way round, and of big-endian numbers', () => {
  const expected = makePattern({ layers: [4, 2], fanOuts: [1] }, [Uint32Array.of(0, 1, 2, 3)]);
  expect(parseNpz(archive({})).pattern).toEqual(expected);
  const bigEndian = npyFile('>i4', '(3,)', [0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 4]);
  expect(parseNpz(archive({ indptr: bigEndian })).pattern).toEqual(expected);
  const wide = npyFile('<U3', '()', Buffer.from('c\0\0\0s\0\0\0r\0\0\0', 'latin1'));
  expect(parseNpz(archive({ format: wide })).pattern).toEqual(expected);
  const turned = makePattern({ layers: [2, 4], fanOuts: [2] }, [Uint32Array.of(0, 0, 1, 1)]);
  expect(parseNpz(archive({}), { transposed: true }).pattern).toEqual(turned);
});

test.each<[string, Partial<typeof arrays>, string, RegExp]>([
  [
    'rows that share out too little',
    { indptr: int32(0, 2, 3) },
    'not-a-pattern',
    /does not share 4 entries out to 2 lines/,
  ],
  ['rows that run back', { indptr: int32(0, 5, 4) }, 'not-a-pattern', /does not share/],
  ['a column beyond the matrix', { indices: int32(1, 0, 2, 9) }, 'not-a-pattern', /entry 3 lies outside/],
  ['a negative column', { indices: int32(1, 0, 2, -1) }, 'not-a-pattern', /indices holds -1 at 3/],
  ['one place twice', { indices: int32(1, 1, 2, 3) }, 'faulty-pattern', /left neuron 1 is connected twice/],
  ['fewer places than entries', { indices: int32(1, 0, 2) }, 'not-a-pattern', /4 and 3 places/],
  ['sizes beyond all entries', { shape: int32(2, 2_000_000_000) }, 'faulty-pattern', /too few for each neuron/],
  ['no sizes', { shape: int32() }, 'not-a-pattern', /its shape has 0 sides/],
  [
    'infinite entries',
    { data: npyFile('<f4', '(4,)', new Uint8Array(Float32Array.of(1, Infinity, 1, 1).buffer)) },
    'not-finite',
    /infinite/,
  ],
])('%s is refused', (_, changed, reason, message) => {
  const refused = refusalOf(() => parseNpz(archive(changed)));
  expect(refused).toMatchObject({ reason, message: expect.stringMatching(message) });
});

test('its arrays are not to be chosen', () => {
  expect(refusalOf(() => parseNpz(maskFile('csr.npz'), { tensors: ['data'] }))).toMatchObject({
    reason: 'no-such-array',
    nextStep: 'Leave --tensor out.',
  });
});
