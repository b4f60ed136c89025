import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  clockTime,
  fraction,
  meanAndSpread,
  percent,
  printable,
  shortNumber,
  textLength,
  truncate,
  wrapText,
} from '../../src/report/format.ts';

const ESC = '\u001b';

test('a fraction has four digits, and one below 1 never reads as 1', () => {
  expect(fraction(0.91234)).toBe('0.9123');
  expect(fraction(1)).toBe('1.0000');
  expect(fraction(0.99999)).toBe('0.9999');
  expect(fraction(0)).toBe('0.0000');
  expect(fraction(null)).toBe('-');
  expect(fraction(Number.NaN)).toBe('-');
});

test('a percentage is of a fraction', () => {
  expect(percent(0.6123)).toBe('61.2 %');
  expect(percent(0.6123, 2)).toBe('61.23 %');
  expect(percent(null)).toBe('-');
});

test('large numbers keep three digits and a unit', () => {
  expect([0, 7, 812, 999, 1000, 12_345, 1_049_000, 2e9].map(shortNumber)).toEqual([
    ...['0', '7', '812', '999', '1.00 k', '12.3 k', '1.05 M', '2.00 G'],
  ]);
  expect(shortNumber(7.254)).toBe('7.25');
  expect(shortNumber(999.7)).toBe('1.00 k');
  expect(shortNumber(null)).toBe('-');
});

test('clock time shows hours only when there are any', () => {
  expect([0, 7_900, 750_000, 3_723_000, -5].map(clockTime)).toEqual(['0:00', '0:07', '12:30', '1:02:03', '0:00']);
});

test('escape sequences, control characters and line breaks of foreign text are shown as what they are', () => {
  expect(printable(`a${ESC}[31mred${ESC}[0m\r\nb\tc`)).toBe('a\\x1b[31mred\\x1b[0m\\r\\nb\\tc');
  expect(printable(`${ESC}]0;title\u0007x`)).toBe('\\x1b]0;title\\x07x');
  expect(printable('\u202Egnirts')).toBe('\\u202egnirts');
});

test('without unicode a minus sign stays one and the rest becomes a question mark', () => {
  expect(printable('−0.12 ± 0.4, 2 × é', false)).toBe('-0.12 +/- 0.4, 2 x ?');
});

test('what was cut off shows as an ellipsis', () => {
  expect(truncate('permutation-grid', 8)).toBe('permuta…');
  expect(truncate('permutation-grid', 8, false)).toBe('permu...');
  expect(truncate('anneal', 6)).toBe('anneal');
  expect(truncate('anneal', 1)).toBe('a');
  expect(truncate('anneal', 0)).toBe('');
});

test('a spread is given in percentage points beside the mean, where there is one', () => {
  const options = { width: 80, color: false, unicode: true };
  expect(meanAndSpread(0.6123, 0.0041, options)).toBe('61.23 % ± 0.41');
  expect(meanAndSpread(0.6123, null, options)).toBe('61.23 %');
  expect(meanAndSpread(0.6123, 0.0041, { ...options, unicode: false })).toBe('61.23 % +/- 0.41');
});

test('property: printable text holds nothing that moves the cursor, and truncation keeps the width', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.boolean(), fc.nat(40), (text, unicode, width) => {
      const clean = printable(text, unicode);
      expect(clean).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(textLength(truncate(clean, width, unicode))).toBeLessThanOrEqual(width);
    }),
  );
});

test('property: wrapped lines keep the width and every character but the spaces', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,30}$/)), fc.integer({ min: 1, max: 25 }), (words, width) => {
      const lines = wrapText(words.join(' '), width);
      for (const line of lines) expect(textLength(line)).toBeLessThanOrEqual(width);
      expect(lines.join('').replaceAll(' ', '')).toBe(words.join(''));
    }),
  );
});
