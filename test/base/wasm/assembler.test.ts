import { expect, test } from 'vitest';
import { assemble, defineFunction, i32, signed, unsigned, whileBelow } from '../../../src/base/wasm/assembler.ts';

const { Memory, Module, Instance } = (
  globalThis as unknown as {
    WebAssembly: {
      Memory: new (limits: { initial: number }) => { buffer: ArrayBuffer };
      Module: new (bytes: Uint8Array) => object;
      Instance: new (module: object, imports: object) => { exports: Record<string, (...n: number[]) => void> };
    };
  }
).WebAssembly;

test('LEB128 numbers are those of the specification’s examples', () => {
  expect(unsigned(0)).toEqual([0]);
  expect(unsigned(127)).toEqual([0x7f]);
  expect(unsigned(128)).toEqual([0x80, 1]);
  expect(unsigned(624485)).toEqual([0xe5, 0x8e, 0x26]);
  expect(unsigned(2 ** 32 - 1)).toEqual([0xff, 0xff, 0xff, 0xff, 0x0f]);
  expect(signed(-1)).toEqual([0x7f]);
  expect(signed(63)).toEqual([0x3f]);
  expect(signed(64)).toEqual([0xc0, 0]);
  expect(signed(-123456)).toEqual([0xc0, 0xbb, 0x78]);
});

test('a module made of functions with loops, locals and many bytes runs', () => {
  const sum = defineFunction('sum', ['i32', 'i32', 'i32'], ([from, count, out], local) => {
    const [total, end] = [local('i32'), local('i32')];
    return [
      end.set(i32.add(from.get, i32.multiply(count.get, i32.const(4)))),
      whileBelow(from, end.get, [total.increase(i32.load(from.get)), from.increase(i32.const(4))]),
      i32.store(out.get, total.get),
    ];
  });
  const large = defineFunction('large', ['i32'], ([out]) =>
    Array.from({ length: 200 }, (_, i) => i32.store(out.get, i32.const(i), 4 * i)),
  );
  const memory = new Memory({ initial: 1 });
  const { exports } = new Instance(new Module(assemble([sum, large])), { env: { memory } });
  const call = (name: string, ...parameters: number[]) => exports[name](...parameters);
  const words = new Uint32Array(memory.buffer);
  words.set([3, 5, 7, 11], 16);
  call('sum', 64, 4, 0);
  expect(words[0]).toBe(26);
  call('sum', 64, 0, 0);
  expect(words[0]).toBe(0);
  call('large', 1024);
  expect([...words.subarray(256, 456)]).toEqual(Array.from({ length: 200 }, (_, i) => i));
});
