import { expect, test } from 'vitest';
import { recogniseForeign } from '../../src/base/foreign-content.ts';

test('a pickle is told from a safetensors file whose length starts the same', () => {
  // pickle.dumps({"a": 1}) of Python 3: its frame is so short that zeros follow
  const short = Buffer.from('8004950a000000000000007d948c0161944b01732e', 'hex');
  expect(recogniseForeign(short, 'masks.npz')).toBe('pickle');
  const header = Buffer.concat([Buffer.from('8004000000000000', 'hex'), Buffer.from('{"junction1":{}}'.padEnd(0x480))]);
  expect(recogniseForeign(header, 'masks.safetensors')).toBeNull();
});
