import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bar, commonScale, sparkline } from '../../src/terminal/sparkline.ts';

const theme = { color: false, unicode: true };
const ascii = { color: false, unicode: false };
const scale = { low: 0, high: 1 };

test('a rising curve rises through all levels', () => {
  const values = Array.from({ length: 8 }, (_, index) => index / 7);
  expect(sparkline(values, 8, scale, theme)).toBe('▁▂▃▄▅▆▇█');
  expect(sparkline(values, 8, scale, ascii)).toBe('_.-:=+*#');
});

test('more values than columns are averaged, fewer take a column each', () => {
  expect(sparkline([0, 0, 1, 1], 2, scale, theme)).toBe('▁█');
  expect(sparkline([0, 1], 10, scale, theme)).toBe('▁█');
});

test('a flat curve is drawn in the middle and a value that is not finite as a question mark', () => {
  expect(sparkline([0.4, 0.4], 9, { low: 0.4, high: 0.4 }, theme)).toBe('▅▅');
  expect(sparkline([0, Number.NaN, 1], 9, scale, theme)).toBe('▁?█');
});

test('curves shown together share one scale, and nothing at all has none', () => {
  expect(commonScale([[0.2, Number.NaN], [0.7], []])).toEqual({ low: 0.2, high: 0.7 });
  expect(commonScale([[], [Number.POSITIVE_INFINITY]])).toBeNull();
});

test('a bar is full only when all is done', () => {
  expect(bar(1, 4, theme)).toBe('████');
  expect(bar(0.999, 4, theme)).toBe('███░');
  expect(bar(0, 4, ascii)).toBe('....');
  expect(bar(Number.NaN, 4, ascii)).toBe('....');
  expect(bar(0.5, 0, theme)).toBe('');
});

test('property: a curve never takes more columns than it has, a bar exactly what it has', () => {
  fc.assert(
    fc.property(fc.array(fc.double()), fc.nat(60), fc.double(), (values, width, part) => {
      expect(sparkline(values, width, scale, theme).length).toBe(Math.min(values.length, width));
      expect(bar(part, width, theme).length).toBe(width);
    }),
  );
});
