import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanColoredLines, cleanLines, cleanText, safeJson } from '../../src/base/clean-text.ts';

const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const anyText = fc.string({ unit: 'binary', maxLength: 200 });

test('what could move the cursor, reverse or hide text is shown as its escape', () => {
  expect(cleanText('a\u001b[31mred\r\nb\tc\u0007')).toBe('a\\x1b[31mred\\r\\nb\\tc\\x07');
  expect(cleanText('\u202egnp.exe\u200b\u009b2J\u007f')).toBe('\\u202egnp.exe\\u200b\\x9b2J\\x7f');
  expect(cleanText('\ud800 \u{e0041}')).toBe('\\ud800 \\u{e0041}');
  expect(cleanText('Größe ±0.4, 日本 🎉')).toBe('Größe ±0.4, 日本 🎉');
});

test('lines stay lines where they are meant, and colours where they are our own', () => {
  expect(cleanLines('one\ntwo\u001b[2J\r')).toBe('one\ntwo\\x1b[2J\\r');
  expect(cleanColoredLines('\u001b[1mhead\u001b[22m\nrow \u001b[2J\u001b]0;t\u0007')).toBe(
    '\u001b[1mhead\u001b[22m\nrow \\x1b[2J\\x1b]0;t\\x07',
  );
});

test('a long text keeps its beginning and its end', () => {
  const text = cleanText(`cannot read ${'x'.repeat(1e7)}: its name is too long`, 200);
  expect(text).toMatch(/^cannot read x+ \[\.\.\. shortened \.\.\.\] x+: its name is too long$/);
  expect(Buffer.byteLength(text)).toBe(200);
});

test('property: clean text has no unsafe character and no more bytes than it may', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 40, max: 300 }), (text, most) => {
      const clean = cleanText(text.repeat(4), most);
      expect(clean).not.toMatch(UNSAFE);
      expect(Buffer.byteLength(clean)).toBeLessThanOrEqual(most);
      // No character was cut in two.
      if (!text.includes('\ufffd')) expect(clean).not.toContain('\ufffd');
    }),
  );
});

test('property: JSON reads back as it was and holds nothing that a terminal acts on', () => {
  fc.assert(
    fc.property(anyText, anyText, (key, value) => {
      const json = safeJson({ [key]: [value] }, 2);
      expect(JSON.parse(json)).toEqual({ [key]: [value] });
      expect(json.replaceAll('\n', '')).not.toMatch(UNSAFE);
    }),
  );
});
