import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { TAG, WIRE_HEAD } from '../../src/remote/wire-format.ts';
import { fromWire } from '../../src/remote/wire-reader.ts';
import { toWire } from '../../src/remote/wire-writer.ts';

const again = (value: unknown) => fromWire(toWire(value, 'state'));

const sparse = [1, 2, 3];
delete sparse[1];
const views = [
  Int8Array.of(-1, 2),
  Uint8Array.of(255),
  Uint8ClampedArray.of(7),
  Int16Array.of(-300),
  Uint16Array.of(65_535, 1),
  Int32Array.of(-(2 ** 31)),
  Uint32Array.of(2 ** 32 - 1),
  Float32Array.of(0.5, Number.NaN),
  Float64Array.of(-0, 1e300),
  BigInt64Array.of(-5n),
  BigUint64Array.of(2n ** 64n - 1n),
  new Uint32Array(0),
];
const plain: readonly unknown[] = [
  ...[undefined, null, true, false, 0, -0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53, 0.1],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324],
  ...[0n, -1n, 2n ** 200n, '', 'plain', 'Ünïcödé', '漢字 \u{1f600}', '\ud800 alone', '\u0000'],
  ...[[], {}, [[[]]], { a: 1, b: { c: [null, undefined] }, constructor: 2, toString: 3, '': 4 }, sparse],
  ...[
    new Map<unknown, unknown>([
      ['a', new Set([1, [2]])],
      [{ k: 1 }, 2],
    ]),
    new Set(),
    new ArrayBuffer(3),
    ...views,
  ],
];

test('what is read back is what was written, as structured cloning gives it', () => {
  for (const value of plain) expect(again(value)).toStrictEqual(structuredClone(value));
  expect(again(plain)).toStrictEqual(structuredClone(plain));
  expect(Object.is(again(-0), -0)).toBe(true);
  expect((again(new DataView(Uint8Array.of(1, 2, 3).buffer, 1)) as DataView).getUint8(0)).toBe(2);
  expect(1 in (again(sparse) as unknown[])).toBe(false);
});

test('a part that stands in two places stands in two places again, in a circle too', () => {
  const shared = { list: Uint32Array.of(1, 2) };
  const circle: Record<string, unknown> = { first: shared, second: [shared, shared.list] };
  circle.self = circle;
  const read = again(circle) as { first: typeof shared; second: unknown[]; self: unknown };
  expect(read.second).toEqual([read.first, read.first.list]);
  expect([read.second[0] === read.first, read.second[1] === read.first.list, read.self === read]).toEqual([
    true,
    true,
    true,
  ]);
});

test('a view of a larger buffer travels alone, in memory of its own', () => {
  const bytes = toWire(new Uint32Array(1_000_000).subarray(5, 7), 'state');
  expect(bytes.length).toBeLessThan(20);
  const read = fromWire(bytes) as Uint32Array;
  expect([read.length, read.byteOffset, read.buffer.byteLength]).toEqual([2, 0, 8]);
  expect(bytes.buffer.byteLength).toBe(bytes.length);
});

test('values of other prototypes come as plain objects, as cloning makes them', () => {
  class Walk {
    readonly at = 3;
  }
  const read = again({ walk: new Walk(), bare: Object.assign(Object.create(null), { a: 1 }) });
  expect(read).toStrictEqual({ walk: { at: 3 }, bare: { a: 1 } });
});

test('what cannot travel is named where it stands', () => {
  const deep = Array.from({ length: 600 }).reduce<unknown>((inner) => [inner], 1);
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [{ f: () => 1 }, /^state\.f is a function, not plain data$/],
    [[1, Symbol('s')], /^state\[1\] is a symbol/],
    [{ at: { when: new Date(0) } }, /^state\.at\.when is a Date, which does not travel/],
    [/x/, /^state is a RegExp/],
    [new Map([[1, new Error('e')]]), /^an item of state is an Error/],
    [JSON.parse('{"__proto__": 1}'), /has a key named __proto__/],
    [{ elite: new Uint32Array(new SharedArrayBuffer(8)), p: Promise.resolve() }, /^state\.p is a promise/],
    [deep, /nested more than 500 deep/],
    [new Array(2 ** 25), /has 33554432 items/],
  ];
  for (const [value, message] of wrong) expect(() => toWire(value, 'state')).toThrow(message);
});

const wired = (...bytes: number[]) => Uint8Array.from([...WIRE_HEAD, ...bytes]);

test('bytes that were not made so are refused before memory is asked for', () => {
  const most = [0xff, 0xff, 0xff, 0xff, 0x0f];
  const hostile: readonly (readonly [Uint8Array, RegExp])[] = [
    [new Uint8Array(0), /does not begin as one/],
    [Uint8Array.from([0x53, 0x56, 2, TAG.null]), /does not begin as one/],
    [wired(), /is cut short/],
    [wired(TAG.null, TAG.null), /goes on after its end/],
    [wired(99, 0), /has the tag 99/],
    [wired(TAG.hole, 0), /has the tag 14/],
    [wired(TAG.array, ...most), /claims 4294967295 items/],
    [wired(TAG.map, ...most), /claims 4294967295 items/],
    [wired(TAG.latin1, ...most), /is cut short/],
    [wired(TAG.bytes, 8, ...most), /4294967295 bytes of Uint32Array/],
    [wired(TAG.bytes, 3, ...most), /is cut short/],
    [wired(TAG.bytes, 200, 0), /memory of kind 200/],
    [wired(TAG.array, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f), /above 32 bits/],
    [wired(TAG.again, 0), /refers to what is not there/],
    [wired(TAG.bigint, 0, TAG.latin1, 1, 0x7a), /a number without digits/],
    [wired(TAG.object, 1, TAG.null, TAG.null), /no text where one must be/],
    [wired(TAG.object, 1, TAG.latin1, 9, ...Buffer.from('__proto__'), TAG.object, 0), /a key named __proto__/],
    [wired(...Array.from({ length: 2000 }, () => [TAG.array, 1]).flat(), TAG.null), /nested more than 500 deep/],
  ];
  for (const [bytes, message] of hostile) expect(() => fromWire(bytes)).toThrow(message);
});

test('whatever byte is changed, added or lost, reading gives plain data or refuses, and no prototype is touched', () => {
  const random = Random.fromSeed(3);
  const whole = toWire(
    plain.filter((value) => !(value instanceof ArrayBuffer)),
    'state',
  );
  let read = 0;
  for (let turn = 0; turn < 3000; turn++) {
    const bytes = Uint8Array.from(whole.subarray(0, turn % 3 === 0 ? random.below(whole.length) : whole.length));
    for (let change = 0; change < 3 && bytes.length > 0; change++)
      bytes[random.below(bytes.length)] = random.below(256);
    try {
      fromWire(bytes);
      read++;
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
    }
  }
  expect(read).toBeGreaterThan(10);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
