import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { contextOf, withContext } from '../../src/pattern/context.ts';
import { scatterEntries } from '../../src/pattern/entries.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import { score } from '../../src/study/score.ts';
import { uniformRandomPattern } from '../../strategies/uniform-random.ts';

const architecture = defineArchitecture({
  ...{ layers: [16, 32, 16], fanOuts: [8, 4], shapes: [[4, 4], [32], [4, 4]], usedOutputs: 10 },
});
const entries = scatterEntries(architecture, { windows: 'integral', spans: 'all' }, 'fair-share');
const plain = uniformRandomPattern({ architecture, entries, metric: 'fair-share', target: null }, Random.fromSeed(5));
const pattern = withContext(plain, contextOf(architecture, { spans: 'all', metric: 'fair-share' }));

test('a pattern is scored as its own context says', () => {
  const expected = scorePattern(plain, entries, 'fair-share');
  const report = score(pattern);
  expect(report).toMatchObject({ metric: 'fair-share', scatter: expected.scatter });
  expect(report.vector.map(({ value }) => value)).toEqual(expected.vector);
});

test('what the caller asks for comes before the context, and the default after it', () => {
  expect(score(pattern, { metric: 'indicator' }).metric).toBe('indicator');
  expect(score(pattern, { metric: undefined }).metric).toBe('fair-share');
  const flat = scatterEntries(defineArchitecture({ layers: [16, 32, 16], fanOuts: [8, 4] }), {}, 'indicator');
  expect(score(plain).vector.map(({ value }) => value)).toEqual(scorePattern(plain, flat, 'indicator').vector);
});

test('what is no pattern is a TypeError, what breaks its degrees or does not fit it a RangeError', () => {
  expect(() => score(undefined as unknown as typeof plain)).toThrow(TypeError);
  expect(() => score(plain, { window: 'balanced' } as object)).toThrow(TypeError);
  expect(() => score({ ...plain, fanOuts: [4, 4] })).toThrow(RangeError);
  expect(() => score(plain, { usedOutputs: 17 })).toThrow(RangeError);
  expect(() => score(plain, { shapes: [[5, 5], [32], [16]] })).toThrow(RangeError);
});
