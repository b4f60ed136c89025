import { expect, test } from 'vitest';
import { zipDirectory } from '../../../src/base/zip.ts';
import { npyChunks, patternFromNpy } from '../../../src/pattern/formats/npy.ts';
import { npzChunks, parseNpz } from '../../../src/pattern/formats/npz.ts';
import { parseSafetensors } from '../../../src/pattern/formats/safetensors.ts';
import { examplePattern } from '../sample-patterns.ts';
import { npyFile } from './npy-file.ts';
import { refusalOf } from './refusals.ts';

/** Bytes of an item, the least significant first: 1, NaN, −∞ and 0.5 of every float. */
const floats = {
  f2: { one: [0, 0x3c], nan: [1, 0x7e], infinite: [0, 0xfc], half: [0, 0x38] },
  f4: { one: [0, 0, 0x80, 0x3f], nan: [1, 0, 0x80, 0x7f], infinite: [0, 0, 0x80, 0xff], half: [0, 0, 0, 0x3f] },
  f8: {
    one: [0, 0, 0, 0, 0, 0, 0xf0, 0x3f],
    nan: [1, 0, 0, 0, 0, 0, 0xf0, 0x7f],
    infinite: [0, 0, 0, 0, 0, 0, 0xf0, 0xff],
    half: [0, 0, 0, 0, 0, 0, 0xe0, 0x3f],
  },
};
const bfloat = { one: [0x80, 0x3f], nan: [0x81, 0x7f], infinite: [0x80, 0xff], half: [0, 0x3f] };

/** A 2×2 array with ones on its diagonal and `item` in row 1, column 0, by rows or by columns. */
const square = (one: readonly number[], item: readonly number[], big: boolean, fortran: boolean): number[] => {
  const zero = one.map(() => 0);
  const items = fortran ? [one, item, zero, one] : [one, zero, item, one];
  return items.flatMap((each) => (big ? [...each].reverse() : each));
};

function safetensors(dtype: string, data: readonly number[]): Buffer {
  const text = JSON.stringify({ junction1: { dtype, shape: [2, 2], data_offsets: [0, data.length] } });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, Buffer.from(text), Buffer.from(data)]);
}

const PLACE = 'junction 1, right neuron 1, left neuron 0 is';

test('NaN and infinity are refused with their place, in every float type, byte order and memory order', () => {
  for (const [kind, { one, nan, infinite }] of Object.entries(floats)) {
    for (const big of [false, true]) {
      for (const fortran of [false, true]) {
        const file = (item: readonly number[]) =>
          npyFile(`${big ? '>' : '<'}${kind}`, '(2, 2)', square(one, item, big, fortran), { fortran });
        expect(refusalOf(() => patternFromNpy(file(nan))).message).toContain(`${PLACE} NaN`);
        expect(refusalOf(() => patternFromNpy(file(infinite)))).toMatchObject({
          reason: 'not-finite',
          message: expect.stringContaining(`${PLACE} infinite`),
        });
        expect([...patternFromNpy(file(one.map(() => 0))).pattern.junctions[0]]).toEqual([0, 1]);
      }
    }
  }
});

test('NaN and infinity are refused in safetensors, bfloat16 and the floats of 8 bits too', () => {
  const cases = { F16: floats.f2, F32: floats.f4, F64: floats.f8, BF16: bfloat };
  for (const [dtype, { one, nan, infinite }] of Object.entries(cases)) {
    const file = (item: readonly number[]) => safetensors(dtype, square(one, item, false, false));
    expect(refusalOf(() => parseSafetensors(file(nan))).message).toContain(`${PLACE} NaN`);
    expect(refusalOf(() => parseSafetensors(file(infinite))).message).toContain(`${PLACE} infinite`);
  }
  const eight = (dtype: string, item: number) => () =>
    parseSafetensors(safetensors(dtype, square([0x38], [item], false, false)));
  expect(refusalOf(eight('F8_E4M3', 0x7f)).message).toContain(`${PLACE} NaN`);
  expect(refusalOf(eight('F8_E5M2', 0x7c)).message).toContain(`${PLACE} infinite`);
  expect(refusalOf(eight('F8_E5M2', 0x7e)).message).toContain(`${PLACE} NaN`);
});

test('edges of other values than 1 are noted, ones of every type are not', () => {
  for (const [kind, { one, half }] of Object.entries(floats)) {
    const file = (item: readonly number[], big: boolean) =>
      patternFromNpy(
        npyFile(
          `${big ? '>' : '<'}${kind}`,
          '(2, 2)',
          square(
            item,
            one.map(() => 0),
            big,
            false,
          ),
        ),
      );
    for (const big of [false, true]) {
      expect([file(one, big).weighted, file(half, big).weighted]).toEqual([undefined, [1]]);
    }
  }
  for (const bytes of [1, 2, 4, 8]) {
    for (const big of [false, true]) {
      const whole = (value: number) => Array.from({ length: bytes }, (_, n) => (n === 0 ? value : 0));
      const file = (value: number) =>
        patternFromNpy(npyFile(`${big ? '>' : '<'}i${bytes}`, '(2, 2)', square(whole(value), whole(0), big, false)));
      expect([file(1).weighted, file(2).weighted]).toEqual([undefined, [1]]);
    }
  }
});

test('a context above 64 KB travels in a member of its own, and a smaller one in the comment', () => {
  const windows = (count: number) => ({ '1:1 forward': Array.from({ length: count }, (_, n) => [n % 8]) });
  for (const [count, inMember] of [
    [3, false],
    [20_000, true],
  ] as const) {
    const pattern = { ...examplePattern(), context: { windows: windows(count) } };
    const bytes = Buffer.concat([...npzChunks({ pattern })]);
    const { members, comment } = zipDirectory(bytes);
    expect([members.has('scattershot.json'), comment.length > 0]).toEqual([inMember, !inMember]);
    expect(parseNpz(bytes).pattern).toEqual(pattern);
  }
  const lost = { ...examplePattern(), layers: [8, 4], fanOuts: [1], junctions: examplePattern().junctions.slice(0, 1) };
  expect(refusalOf(() => [...npyChunks({ pattern: { ...lost, context: { usedInputs: 7 } } })]).reason).toBe(
    'no-place-for-context',
  );
});
