import { expect, test } from 'vitest';
import { type DataRow, dataProgressText, dataText } from '../../src/report/data.ts';

const options = { width: 70, color: false, unicode: true };
const row: DataRow = {
  ...{ name: 'mnist', kind: 'published', summary: 'handwritten digits, 28×28', features: 784, classes: 10 },
  normalisation: 'pixels divided by 255',
  ...{ state: 'here', from: 'a place far away in the north', path: '/data/mnist', fault: null },
};

test('a table that fits, with what is broken in full and how to fetch it', () => {
  const broken: DataRow = { ...row, name: 'cifar-10', state: 'broken', fault: 'train.bin has 3 bytes instead of 5' };
  const text = dataText([row, broken], options);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(70);
  expect(text).toMatch(/^mnist +handwritten digits, 28×28 +784 +10 +here/m);
  expect(text).toContain('cifar-10: train.bin has 3 bytes instead of 5.');
  expect(text).toContain('To fetch: scattershot data fetch cifar-10');
});

test('how inputs are scaled is told where there is room', () => {
  expect(dataText([row], { ...options, width: 200 })).toMatch(/^mnist .* pixels divided by 255 /m);
});

test('nothing is to be fetched where all is here', () => {
  expect(dataText([row, { ...row, state: 'generated' }], options)).not.toContain('To fetch');
});

test('without Unicode nothing but ASCII', () => {
  expect(dataText([row], { ...options, unicode: false })).toMatch(/^[\n -~]*$/);
});

test.each([
  [
    { step: 'download', what: 'a.tgz', doneBytes: 3_400_000, totalBytes: 11_500_000 },
    'downloading a.tgz  3.4 of 11.5 MB  29 %',
  ],
  [{ step: 'download', what: 'a.tgz', doneBytes: 3_400_000, totalBytes: null }, 'downloading a.tgz  3.4 MB'],
  [{ step: 'unpack', what: 'b', doneBytes: 999_999, totalBytes: 1_000_000 }, 'unpacking b  1.0 of 1.0 MB  99 %'],
  [{ step: 'make', what: 'c\u001b[2J', doneBytes: 0, totalBytes: 0 }, 'generating c\\x1b[2J  0.0 MB'],
] as const)('progress %j reads "%s"', (progress, text) => {
  expect(dataProgressText(progress, true)).toBe(text);
});
