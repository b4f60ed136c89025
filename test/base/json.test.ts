import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson, readJsonFile } from '../../src/base/json.ts';
import { failureOf, refusalOf, testFolder } from '../pattern/formats/refusals.ts';

const parse = (text: string) => parseJson(Buffer.from(text));

test('property: whatever JSON.stringify writes is read back', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom(undefined, 1, '\t'), (text, indent) => {
      const value: unknown = JSON.parse(text);
      expect(parse(JSON.stringify(value, null, indent))).toEqual(value);
    }),
  );
});

test('byte-order marks of UTF-8 and UTF-16 are accepted', () => {
  const text = '{"ü€𝄞": [1, 2]}';
  const little = Buffer.from(`\uFEFF${text}`, 'utf16le');
  for (const bytes of [Buffer.from(`\uFEFF${text}`), little, Buffer.from(little).swap16(), Buffer.from(text)]) {
    expect(parseJson(bytes)).toEqual({ 'ü€𝄞': [1, 2] });
  }
  expect(refusalOf(() => parseJson(little.subarray(0, 9))).message).toBe('it is UTF-16 and was cut short');
  expect(refusalOf(() => parseJson(Buffer.from([0x22, 0xe4, 0x22]))).message).toBe('it is not text in UTF-8');
});

test.each([
  ['{"a":1,"a":1}', '"a"', 'line 1, column 8'],
  ['{"x":[{"b":1},{"b":2,\n  "b" \n: 3}]}', '"b"', 'line 2, column 3'],
  ['{"caf\\u00e9":1,"o":{"café":2},"café":3}', '"café"', 'line 1, column 31'],
  ['{"a\\"b":1,"c":"a","a\\"b":2}', '"a\\"b"', 'line 1, column 19'],
  ['{"é":1,\n"é":[],"é":2}', '"é"', 'line 2, column 1'],
])('a key that stands twice in one object is refused with its place: %s', (text, key, place) => {
  expect(refusalOf(() => parse(text))).toMatchObject({
    reason: 'damaged-content',
    message: `it has the key ${key} twice in one object (again at ${place})`,
  });
});

test.each([
  '{"a":"a","b":"a"}',
  '[{"a":1},{"a":1}]',
  '{"a":{"a":{"a":1}}}',
  '{"a\\\\":1,"a":"x:","b":"\\":1"}',
  '["a","a"]',
])('the same text as a value, or in another object, is no duplicate: %s', (text) =>
  expect(parse(text)).toEqual(JSON.parse(text)),
);

test('deep nesting is refused, and cut-off text is told as such', () => {
  expect(parse(`${'['.repeat(100)}${']'.repeat(100)}`)).toBeTruthy();
  expect(refusalOf(() => parse('['.repeat(10_000_000))).message).toBe('it is nested more than 100 deep');
  for (const text of ['', '{"a":', '{"a', '"\\', '[1,2', '{"a":1,}', '{"a" 1}', 'nul']) {
    expect(refusalOf(() => parse(text)).message).toMatch(/^it is not JSON, or was cut short \(.+\)$/);
  }
});

test('more values than the heap can hold are refused before they are parsed', () => {
  const lists = Buffer.alloc(150_000_000, '[],');
  lists[0] = 0x5b;
  const refused = refusalOf(() => parseJson(lists));
  expect(refused.reason).toBe('content-too-big');
  expect(refused.message).toMatch(/^it needs about [\d.]+ GiB of memory/);
});

test('a file that an option names is refused by what it is, absent or unsound', () => {
  const path = join(testFolder(), 'windows.json');
  expect(failureOf(readJsonFile(path, 'the windows file', 'Lists are expected.'))).toMatchObject({
    reason: 'no-such-file',
    message: `the windows file: cannot read ${path}: there is no such file`,
  });
  writeFileSync(path, '{"1:1 forward":[],"1:1 forward":[]}');
  expect(failureOf(readJsonFile(path, 'the windows file', 'Lists are expected.'))).toEqual({
    ok: false,
    reason: 'unreadable-json',
    message: `the windows file ${path} has the key "1:1 forward" twice in one object (again at line 1, column 19)`,
    nextStep: 'Lists are expected.',
  });
  writeFileSync(path, '\uFEFF{"1:1 forward":[[0]]}');
  expect(readJsonFile(path, 'the windows file', 'Lists are expected.')).toEqual({
    ok: true,
    value: { '1:1 forward': [[0]] },
  });
});
