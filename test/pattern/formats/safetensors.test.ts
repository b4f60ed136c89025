import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ScattershotError } from '../../../src/base/failure.ts';
import { parseSafetensors, safetensorsChunks } from '../../../src/pattern/formats/safetensors.ts';
import { examplePattern, patterns } from '../sample-patterns.ts';
import { refusalOf } from './refusals.ts';

const fixture = readFileSync(fileURLToPath(new URL('../../fixtures/arrays/weights.safetensors', import.meta.url)));

function tensors(header: unknown, dataBytes: number): Buffer {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(dataBytes, 1)]);
}

const tensor = (begin: number, end: number, shape: unknown = [1, end - begin], dtype: unknown = 'U8') => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

const bytesOf = (chunks: Iterable<Uint8Array>) => Buffer.concat([...chunks]);

describe('reading', () => {
  test('takes weights of bfloat16 and float64 beside other tensors and other metadata', () => {
    expect(parseSafetensors(fixture).pattern).toEqual(examplePattern());
  });

  test('takes every kind of item there is', () => {
    const sizes = {
      BOOL: 1,
      U8: 1,
      I8: 1,
      F8_E4M3: 1,
      F8_E5M2: 1,
      U16: 2,
      I16: 2,
      F16: 2,
      BF16: 2,
      U32: 4,
      I32: 4,
      F32: 4,
      U64: 8,
      I64: 8,
      F64: 8,
    };
    for (const [dtype, size] of Object.entries(sizes)) {
      const file = tensors({ junction1: tensor(0, 6 * size, [2, 3], dtype) }, 6 * size);
      expect(parseSafetensors(file).pattern.fanOuts).toEqual([2]);
    }
  });

  test('takes −0 of a float as no edge, and the same bits of an integer as one', () => {
    const file = (dtype: string) => {
      const bytes = tensors({ junction1: tensor(0, 8, [2, 2], dtype) }, 8);
      bytes.set([0, 0x80, 0, 0x3f, 0, 0x3f, 0, 0x80], bytes.length - 8);
      return bytes;
    };
    for (const float of ['F16', 'BF16'])
      expect([...parseSafetensors(file(float)).pattern.junctions[0]]).toEqual([1, 0]);
    for (const whole of ['U16', 'I16'])
      expect([...parseSafetensors(file(whole)).pattern.junctions[0]]).toEqual([0, 1, 0, 1]);
  });

  const whole = tensor(0, 4);
  test.each<[string, Buffer, string]>([
    ['an empty file', Buffer.alloc(0), 'cut short'],
    ['seven bytes', Buffer.alloc(7), 'cut short'],
    ['an empty header', tensors('', 4), 'its header claims 0 bytes'],
    [
      'a header longer than the file',
      Buffer.from([200, 0, 0, 0, 0, 0, 0, 0, 0x7b]),
      'its header claims 200 bytes; the file has 1',
    ],
    [
      'a header of 2^63 bytes',
      Buffer.from([0, 0, 0, 0, 0, 0, 0, 0x80, 0x7b]),
      'its header claims 9223372036854775808 bytes',
    ],
    ['a header that is not JSON', tensors('{"junction1":', 4), 'its header is not JSON'],
    ['a header that is a list', tensors('[1,2]', 4), 'its header is not a JSON object'],
    [
      'a tensor that is null',
      tensors({ junction1: null }, 4),
      'tensor "junction1" has no proper shape and data_offsets',
    ],
    [
      'a tensor without offsets',
      tensors({ junction1: { dtype: 'U8', shape: [1, 4] } }, 4),
      'no proper shape and data_offsets',
    ],
    ['one offset', tensors({ junction1: { ...whole, data_offsets: [0] } }, 4), 'no proper shape and data_offsets'],
    ['negative offsets', tensors({ junction1: tensor(-4, 4) }, 4), 'no proper shape and data_offsets'],
    ['fractional offsets', tensors({ junction1: tensor(0.5, 4) }, 4), 'no proper shape and data_offsets'],
    ['a shape in text', tensors({ junction1: tensor(0, 4, '1x4') }, 4), 'no proper shape and data_offsets'],
    ['offsets past the end', tensors({ junction1: tensor(0, 5) }, 4), 'tensor "junction1" lies at bytes 0 to 5 of 4'],
    [
      'offsets far past the end',
      tensors({ junction1: tensor(0, 2 ** 52) }, 4),
      'lies at bytes 0 to 4503599627370496 of 4',
    ],
    ['offsets backwards', tensors({ junction1: tensor(4, 0, [1, 4]) }, 4), 'lies at bytes 4 to 0 of 4'],
    [
      'overlapping tensors',
      tensors({ junction1: tensor(0, 4), junction2: tensor(3, 6) }, 6),
      'tensor "junction2" starts at byte 3; expected 4',
    ],
    [
      'one place for two tensors',
      tensors({ junction1: tensor(0, 4), bias: tensor(0, 4) }, 4),
      'tensor "bias" starts at byte 0; expected 4',
    ],
    [
      'a gap between tensors',
      tensors({ junction1: tensor(0, 4), junction2: tensor(5, 6) }, 6),
      'tensor "junction2" starts at byte 5; expected 4',
    ],
    ['bytes after the last tensor', tensors({ junction1: tensor(0, 4) }, 6), 'its tensors cover 4 bytes of 6'],
    [
      'a shape of another size',
      tensors({ junction1: tensor(0, 4, [1, 5]) }, 4),
      'tensor junction1 of shape [1, 5] has 4 bytes',
    ],
    [
      'items of another size',
      tensors({ junction1: tensor(0, 4, [1, 4], 'F32') }, 4),
      'tensor junction1 of shape [1, 4] has 4 bytes',
    ],
    [
      'a faulty note of ours',
      tensors({ __metadata__: { scattershot: '{' }, junction1: whole }, 4),
      'its scattershot metadata is not JSON',
    ],
  ])('refuses %s', (_, bytes, message) => {
    const refusal = refusalOf(() => parseSafetensors(bytes));
    expect(refusal.reason).toBe('not-a-pattern');
    expect(refusal.message).toContain(message);
  });

  test.each<[string, Buffer, string]>([
    ['no tensor', tensors({}, 0), 'it has no tensor junction1 (tensors: none)'],
    ['other tensors', tensors({ 'fc1.weight': whole }, 4), 'it has no tensor junction1 (tensors: fc1.weight)'],
    [
      'a missing junction',
      tensors({ junction1: whole, junction3: tensor(4, 5) }, 5),
      'it has no tensor junction2; beside junction1 it has two-dimensional tensors that would not be read: junction3 [1, 1]',
    ],
  ])('refuses %s, naming what it has', (_, bytes, message) => {
    expect(refusalOf(() => parseSafetensors(bytes))).toMatchObject({ reason: 'unnamed-junctions', message });
  });

  test.each<[unknown, unknown, string]>([
    ['F4', [1, 4], 'tensor junction1 is "F4" of shape [1, 4]'],
    ['toString', [1, 4], 'tensor junction1 is "toString"'],
    [null, [1, 4], 'tensor junction1 is null'],
    ['U8', [4], 'tensor junction1 has the shape [4], not [right, left]'],
    ['U8', [2, 2, 1], 'tensor junction1 has the shape [2, 2, 1], not [right, left]'],
    ['U8', [0, 4], 'tensor junction1 has the shape [0, 4], not [right, left]'],
  ])('refuses items %j in shape %j', (dtype, shape, message) => {
    const refusal = refusalOf(() => parseSafetensors(tensors({ junction1: tensor(0, 4, shape, dtype) }, 4)));
    expect(refusal.reason).toBe('unsupported-array');
    expect(refusal.message).toContain(message);
  });

  test('refuses wrong degrees naming junction and right neuron, and padding that does not fit', () => {
    const bytes = bytesOf(safetensorsChunks({ pattern: { ...examplePattern(), context: { usedInputs: 7 } } }));
    const lost = Buffer.from(bytes);
    lost[lost.lastIndexOf(1)] = 0;
    expect(refusalOf(() => parseSafetensors(lost))).toMatchObject({
      reason: 'faulty-pattern',
      message:
        'junction 2, right neuron 3 has fan-in 1; expected 2 (the junction has fan-in 1 to 2 (1 has 1, 3 have 2), fan-out 1 to 2 (1 has 1, 3 have 2))',
    });
    const padded = Buffer.from(bytes.toString('latin1').replace('\\"usedInputs\\":7', '\\"usedInputs\\":9'), 'latin1');
    expect(refusalOf(() => parseSafetensors(padded)).message).toBe(
      'used inputs must be a whole number from 1 to 8; got 9',
    );
  });

  test('refuses a file of ours with any byte changed, or gives the same pattern', () => {
    const bytes = bytesOf(safetensorsChunks({ pattern: examplePattern() }));
    for (let at = 0; at < bytes.length; at++) {
      for (const flip of [1, 2, 0x20, 0x80]) {
        const changed = Buffer.from(bytes);
        changed[at] ^= flip;
        // a key of the metadata changed: the fingerprint is no longer known, the edges still are
        let read: unknown;
        try {
          read = parseSafetensors(changed).pattern;
        } catch (error) {
          if (!(error instanceof ScattershotError)) throw error;
          continue;
        }
        expect(read, `byte ${at}`).toEqual(examplePattern());
      }
    }
  });

  test('refuses edges that are not those of the fingerprint', () => {
    const bytes = bytesOf(safetensorsChunks({ pattern: examplePattern() }));
    const lost = Buffer.from(
      bytes.toString('latin1').replace('"fingerprint\\":\\"4', '"fingerprint\\":\\"5'),
      'latin1',
    );
    expect(refusalOf(() => parseSafetensors(lost)).reason).toBe('fingerprint-mismatch');
  });

  test('refuses every truncation of a file', () => {
    const bytes = bytesOf(safetensorsChunks({ pattern: examplePattern() }));
    for (let length = 0; length < bytes.length; length++) {
      expect(refusalOf(() => parseSafetensors(bytes.subarray(0, length))).reason).toBe('not-a-pattern');
    }
  });
});

describe('writing', () => {
  test('gives junction1, junction2, … as U8 [right, left], the data at a multiple of 8 bytes', () => {
    const bytes = bytesOf(safetensorsChunks({ pattern: examplePattern() }));
    const length = Number(bytes.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
    expect(header.junction1).toEqual({ dtype: 'U8', shape: [4, 8], data_offsets: [0, 32] });
    expect(header.junction2).toEqual({ dtype: 'U8', shape: [4, 4], data_offsets: [32, 48] });
    expect(bytes.length).toBe(8 + length + 48);
    expect([...bytes.subarray(8 + length + 32)]).toEqual([0, 1, 0, 1, 0, 0, 1, 1, 1, 0, 1, 0, 1, 1, 0, 0]);
    // the format allows only text in its metadata
    expect(Object.values(header.__metadata__).every((value) => typeof value === 'string')).toBe(true);
  });

  test('property: what is written is read back, padding and shapes with it', () => {
    fc.assert(
      fc.property(patterns, fc.nat(), fc.boolean(), (pattern, pick, shaped) => {
        const context = {
          usedInputs: 1 + (pick % pattern.layers[0]),
          ...(shaped ? { shapes: pattern.layers.map((neurons) => [1, neurons] as [number, number]) } : {}),
        };
        const written = { ...pattern, context };
        expect(parseSafetensors(bytesOf(safetensorsChunks({ pattern: written }))).pattern).toEqual(written);
      }),
    );
  });
});
