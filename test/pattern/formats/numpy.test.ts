import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { npyChunks, parseArray, patternFromNpy } from '../../../src/pattern/formats/npy.ts';
import { npzChunks, parseNpz } from '../../../src/pattern/formats/npz.ts';
import { makePattern } from '../../../src/pattern/pattern.ts';
import { examplePattern, exampleRows, patterns, samplePattern } from '../sample-patterns.ts';
import { refusalOf } from './refusals.ts';

/** Arrays that NumPy itself wrote: see the README beside them. */
const fixture = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../fixtures/arrays/${name}`, import.meta.url)));

const first = makePattern({ layers: [8, 4], fanOuts: [1] }, [Uint32Array.from(exampleRows[0].flat())]);

/** A .npy file with any header. */
function npy(header: string, data: Uint8Array | readonly number[], version = 1): Uint8Array {
  const text = Buffer.from(`${header}\n`, 'latin1');
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(text.length);
  else length.writeUInt32LE(text.length);
  return Buffer.concat([
    Buffer.from('\x93NUMPY', 'latin1'),
    Buffer.from([version, 0]),
    length,
    text,
    Buffer.from(data),
  ]);
}

const header = (descr: string, shape: string, fortran = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;

const patternOfNpy = (bytes: Uint8Array) => patternFromNpy(bytes).pattern;
const patternOfNpz = (bytes: Uint8Array) => parseNpz(bytes).pattern;

const bytesOf = (chunks: Iterable<Uint8Array>) => Buffer.concat([...chunks]);

describe('arrays written by NumPy', () => {
  test.each([
    'bool',
    'uint8-fortran',
    'int16-big-endian',
    'int32',
    'int64',
    'uint64-big-endian',
    'float16',
    'float32-fortran',
    'float32-big-endian',
    'float64',
    'version-2',
    'version-3',
  ])('%s.npy is read: an edge wherever it is not zero, −0 not', (name) => {
    expect(patternOfNpy(fixture(`${name}.npy`))).toEqual(first);
  });

  test.each(['stored', 'compressed'])('%s.npz is read, whatever else lies in it and in whatever order', (name) => {
    expect(patternOfNpz(fixture(`${name}.npz`))).toEqual(examplePattern());
  });

  test.each([
    ['complex', 'the file has items of kind "<c8"'],
    ['vector', 'the file has the shape (4), not [right, left]'],
    ['object', 'the file holds Python objects (pickled), which only Python can read'],
  ])('%s.npy is refused', (name, message) => {
    const refusal = refusalOf(() => patternOfNpy(fixture(`${name}.npy`)));
    expect(refusal).toMatchObject({ reason: 'unsupported-array', message });
  });

  test('are read at any alignment', () => {
    const bytes = fixture('float64.npy');
    for (let shift = 1; shift < 8; shift++) {
      const longer = Buffer.alloc(bytes.length + shift);
      longer.set(bytes, shift);
      expect(patternOfNpy(longer.subarray(shift))).toEqual(first);
    }
  });

  test('are refused at whatever length they are cut', () => {
    for (const name of ['bool.npy', 'version-2.npy']) {
      const bytes = fixture(name);
      for (let length = 0; length < bytes.length; length++) {
        expect(refusalOf(() => patternOfNpy(bytes.subarray(0, length))).reason).toBe('not-a-pattern');
      }
    }
    for (const name of ['stored.npz', 'compressed.npz']) {
      const bytes = fixture(name);
      for (let length = 0; length < bytes.length; length++) {
        expect(refusalOf(() => patternOfNpz(bytes.subarray(0, length))).reason).toBe('not-a-pattern');
      }
    }
  });
});

describe('an array', () => {
  test('of structured or odd kinds, of other shapes and of later versions is refused', () => {
    for (const [bytes, message] of [
      [npy(`{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 1), }`, []), 'kind "structured"'],
      [npy(header('<U4', '(1, 1)'), []), 'kind "<U4"'],
      [npy(header('<f1', '(1, 1)'), [1]), 'kind "<f1"'],
      [npy(header('|b2', '(1, 1)'), [1, 1]), 'kind "|b2"'],
      [npy(header('<f16', '(1, 1)'), new Uint8Array(16)), 'kind "<f16"'],
      [npy(header('|u1', '()'), [1]), 'the shape (), not'],
      [npy(header('|u1', '(1, 1, 1)'), [1]), 'the shape (1, 1, 1), not'],
      [npy(header('|u1', '(0, 4)'), []), 'the shape (0, 4), not'],
      [npy(header('|u1', '(-1, 4)'), []), 'the shape (-1, 4), not'],
      [npy(header('|u1', '(1.5, 4)'), []), 'the shape (1.5, 4), not'],
      [npy(header('|u1', '(9999999999, 9999999999)'), [1]), 'not whole numbers below 2^31'],
      [npy(header('|u1', '(1, 1)'), [1], 4), 'version 4 of the .npy format'],
    ] as const) {
      const refusal = refusalOf(() => patternOfNpy(bytes));
      expect(refusal.reason).toBe('unsupported-array');
      expect(refusal.message).toContain(message);
    }
  });

  test('whose header or data are not those it claims is refused', () => {
    for (const [bytes, message] of [
      [Buffer.from('hello, this is no array'), 'the file is not a .npy array'],
      [npy("{'descr': '|u1', 'shape': (1, 1)}", [1]), 'a header without an order'],
      [npy("{'descr': '|u1', 'fortran_order': False}", [1]), 'a header without a shape'],
      [npy(header('|u1', '(2, 2)'), [1, 0, 0]), 'holds 3 bytes of data; 2×2 items need 4'],
      [npy(header('|u1', '(2, 2)'), [1, 0, 0, 1, 0]), 'holds 5 bytes of data; 2×2 items need 4'],
      [npy(header('<f4', '(2000000000, 2000000000)'), [1]), 'holds 1 bytes of data'],
    ] as const) {
      const refusal = refusalOf(() => patternOfNpy(bytes));
      expect(refusal.reason).toBe('not-a-pattern');
      expect(refusal.message).toContain(message);
    }
  });

  test('with wrong degrees is refused naming junction and right neuron', () => {
    const ones = (...at: number[]) => Uint8Array.from({ length: 8 }, (_, i) => Number(at.includes(i)));
    for (const [data, shape, message] of [
      [ones(), '(4, 2)', 'junction 1, right neuron 0 has fan-in 0; expected at least 1'],
      [ones(0, 1, 3, 4, 7), '(4, 2)', 'junction 1, right neuron 0 has fan-in 2; expected 1'],
      [ones(0, 3, 4), '(4, 2)', 'junction 1, right neuron 3 has fan-in 0; expected 1'],
      [ones(0, 2, 4, 7), '(4, 2)', 'junction 1, right neuron 2: left neuron 0 has fan-out 3; expected 2'],
      [
        ones(0, 4),
        '(2, 4)',
        'junction 1, right neuron 0: 2 right neurons of fan-in 1 are 2 edges, too few for each of 4 left neurons',
      ],
    ] as const) {
      const refusal = refusalOf(() => patternOfNpy(npy(header('|u1', shape), data)));
      expect(refusal.reason).toBe('faulty-pattern');
      expect(refusal.message).toContain(message);
      expect(refusal.nextStep).not.toContain('--transposed');
    }
  });

  test('with degrees that a pattern may have once its sides are exchanged, it is told how to be read so', () => {
    const kernel = npy(
      header('|u1', '(5, 4)'),
      Uint8Array.from([1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0]),
    );
    const refusal = refusalOf(() => patternOfNpy(kernel));
    expect(refusal.message).toContain('fan-in 1 to 2 (2 have 1, 3 have 2), fan-out 2');
    expect(refusal.nextStep).toContain('With its sides exchanged the junction has such degrees');
    expect(patternFromNpy(kernel, { transposed: true }).pattern.fanOuts).toEqual([8 / 5]);
  });

  test('property: of any items, byte order and memory order says where it is not zero', () => {
    const kinds = fc.constantFrom('b1', 'u1', 'i1', 'u2', 'i2', 'f2', 'u4', 'i4', 'f4', 'u8', 'i8', 'f8');
    fc.assert(
      fc.property(patterns, kinds, fc.boolean(), fc.boolean(), (pattern, kind, big, fortran) => {
        const single = makePattern({ layers: pattern.layers.slice(0, 2), fanOuts: pattern.fanOuts.slice(0, 1) }, [
          pattern.junctions[0],
        ]);
        const [left, right] = single.layers;
        const fanIn = single.junctions[0].length / right;
        const size = Number(kind.slice(1));
        const data = new Uint8Array(left * right * size);
        for (const [e, k] of single.junctions[0].entries()) {
          const j = Math.floor(e / fanIn);
          const item = fortran ? k * right + j : j * left + k;
          // one bit somewhere in the item, never the sign bit
          data[item * size + (e % size)] = 1 << (e % 7);
        }
        if (kind.startsWith('f')) {
          for (let item = 0; item < left * right; item += 2) data[item * size + (big ? 0 : size - 1)] |= 0x80;
        }
        const bytes = npy(
          header((size === 1 ? '|' : big ? '>' : '<') + kind, `(${right}, ${left})`, fortran ? 'True' : 'False'),
          data,
          2,
        );
        expect(patternOfNpy(bytes)).toEqual(single);
      }),
    );
  });
});

describe('writing', () => {
  test('an .npy is a C-order uint8 array, its data at a multiple of 64 bytes', () => {
    const bytes = bytesOf(npyChunks({ pattern: first }));
    expect(parseArray(bytes, 'it')).toMatchObject({
      right: 4,
      left: 8,
      fortran: false,
      item: { bytes: 1, float: null },
    });
    expect(bytes.length - 32).toBe(128);
    expect([...bytes.subarray(128)].flatMap((value, i) => (value === 1 ? [i] : []))).toEqual([
      4, 5, 10, 11, 17, 22, 24, 31,
    ]);
    // As NumPy writes it, except for the kind bool
    const numpys = fixture('bool.npy');
    expect(bytes.toString('latin1')).toBe(numpys.toString('latin1').replace('|b1', '|u1'));
  });

  test('an .npz holds junction1.npy, junction2.npy, …, and is the same file every time', () => {
    const bytes = bytesOf(npzChunks({ pattern: examplePattern() }));
    const members = unzipSync(bytes);
    expect(Object.keys(members)).toEqual(['junction1.npy', 'junction2.npy']);
    expect(Buffer.from(members['junction1.npy'])).toEqual(bytesOf(npyChunks({ pattern: first })));
    expect(bytesOf(npzChunks({ pattern: examplePattern() }))).toEqual(bytes);
  });

  test('a large array goes on in blocks', () => {
    const pattern = samplePattern([3000, 1000], [1], 1);
    const blocks = [...npyChunks({ pattern })];
    expect(blocks.length).toBeGreaterThan(3);
    expect(Math.max(...blocks.map((block) => block.length))).toBeLessThanOrEqual(2 ** 20);
    expect(patternOfNpy(Buffer.concat(blocks))).toEqual(pattern);
    expect(patternOfNpz(bytesOf(npzChunks({ pattern })))).toEqual(pattern);
  });

  test('several junctions do not go into an .npy, and no array of 4 GiB into a zip', () => {
    expect(refusalOf(() => bytesOf(npyChunks({ pattern: examplePattern() })))).toMatchObject({
      reason: 'too-many-junctions',
      nextStep: 'Use .npz instead.',
    });
    const vast = { layers: [65536, 65536], fanOuts: [1], junctions: [new Uint32Array(65536)] };
    expect(refusalOf(() => bytesOf(npzChunks({ pattern: vast }))).reason).toBe('too-big-for-format');
  });

  test('property: what is written is read back', () => {
    fc.assert(
      fc.property(patterns, (pattern) => {
        expect(patternOfNpz(bytesOf(npzChunks({ pattern })))).toEqual(pattern);
      }),
    );
  });
});
