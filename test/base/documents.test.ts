import { expect, test } from 'vitest';
import { z } from 'zod';
import { jsonColumn, readBy, readDocument } from '../../src/base/documents.ts';
import { version } from '../../src/base/version.ts';

const schema = z.strictObject({ budget: z.strictObject({ seconds: z.number() }), name: z.string().optional() });

test('what fits is read', () => {
  expect(readBy(schema, { budget: { seconds: 1 } })).toEqual({ ok: true, value: { budget: { seconds: 1 } } });
});

test.each([
  [{ budget: { seconds: 'x' } }, 'budget.seconds: expected number, received string'],
  [{}, 'budget: expected object, received undefined'],
  [null, 'expected object, received null'],
  [{ budget: { seconds: 1 }, patience: 3 }, 'Unrecognized key: "patience"'],
])('what is wrong in %j is told with its place', (value, why) => {
  expect(readBy(schema, value)).toEqual({ ok: false, why });
});

test('a document of another version is told with both versions and what to do', () => {
  const read = readDocument(schema, 7, { what: 'the settings of study "old"', storedBy: '0.0.3' });
  expect(read).toEqual({
    ok: false,
    reason: 'unreadable-document',
    message: `the settings of study "old" cannot be read (expected object, received number), as stored by Scattershot 0.0.3; this is version ${version}`,
    nextStep: 'Use Scattershot 0.0.3 for this study, or begin a new one.',
  });
});

test('a document of this version that cannot be read was changed since', () => {
  const read = readDocument(schema, {}, { what: 'the settings of study "new"', storedBy: version });
  expect(read).toMatchObject({ nextStep: expect.stringContaining('scattershot studies check') });
});

test('a column of JSON text is read by a schema of its own', () => {
  expect(readBy(jsonColumn(z.array(z.int())), '[1,2]')).toEqual({ ok: true, value: [1, 2] });
  expect(readBy(jsonColumn(z.array(z.int())), '[1,2')).toEqual({ ok: false, why: 'not JSON text' });
  expect(readBy(jsonColumn(z.array(z.int())), '[1,"2"]')).toMatchObject({
    ok: false,
    why: expect.stringMatching(/^1: /),
  });
});
