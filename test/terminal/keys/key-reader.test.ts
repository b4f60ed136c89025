import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyReader } from '../../../src/terminal/keys/key-reader.ts';

const names = (...pieces: string[]) => {
  const reader = new KeyReader();
  return pieces.flatMap((piece) => reader.feed(piece)).map(({ name }) => name);
};

test.each([
  ['\u001b[A\u001bOB\u001b[5~\u001b[H', ['up', 'down', 'pageup', 'home']],
  ['q \r\t\u007f\u0003\u001a', ['q', 'space', 'enter', 'tab', 'backspace', 'ctrl-c', 'ctrl-z']],
  ['\u001b[1;2A\u001bx', ['shift-up', 'alt-x']],
  ['漢e\u0301👩‍👩‍👧', ['漢', 'e\u0301', '👩‍👩‍👧']],
  ['\u001b[99;1u\u001b]11;rgb:0/0/0\u0007\u001b[?1;2ca', ['a']],
])('%j is read as %j', (text, expected) => {
  expect(names(text)).toEqual(expected);
});

test('a sequence that comes in pieces is one key', () => {
  expect(names('\u001b', '[', '1', '~', 'q')).toEqual(['home', 'q']);
});

test('a lone ESC waits, and is the key once nothing follows', () => {
  const reader = new KeyReader();
  expect(reader.feed('\u001b')).toEqual([]);
  expect(reader.isWaiting).toBe(true);
  expect(reader.flush()).toEqual([{ name: 'escape', text: '' }]);
  expect(reader.isWaiting).toBe(false);
  expect(reader.flush()).toEqual([]);
});

test('a paste is one key with its text, and its end may come in two pieces', () => {
  const reader = new KeyReader();
  const keys = ['a\u001b[200~qy\u0003\u001b[A', '\u001b[20', '1~b'].flatMap((piece) => reader.feed(piece));
  expect(keys.map(({ name }) => name)).toEqual(['a', 'paste', 'b']);
  expect(keys[1].text).toBe('qy\u0003\u001b[A');
});

test('a paste without an end keeps a limited text, and gives no key', () => {
  const reader = new KeyReader();
  expect(reader.feed('\u001b[200~')).toEqual([]);
  for (let piece = 0; piece < 100; piece++) expect(reader.feed('q'.repeat(1000))).toEqual([]);
  expect(reader.feed('\u001b[201~').map(({ text }) => text.length)).toEqual([10_000]);
});

test('property: however a text is cut, the same keys come of it', () => {
  const unit = fc.constantFrom(
    'q',
    ' ',
    '\u001b[A',
    '\u001bOB',
    '\u001b[200~',
    '\u001b[201~',
    '漢',
    '\r',
    '\u0003',
    '\u001b[3~',
  );
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 20 }), fc.array(fc.nat(60), { maxLength: 6 }), (units, cuts) => {
      const text = units.join('');
      const at = [...new Set(cuts.map((cut) => Math.min(cut, text.length)))].sort((a, b) => a - b);
      const pieces = [...at, text.length].map((end, index) => text.slice(at[index - 1] ?? 0, end));
      expect(names(...pieces)).toEqual(names(text));
    }),
  );
});
