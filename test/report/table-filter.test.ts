import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { parseFilter, rowFilter, type ValueColumn } from '../../src/report/table-filter.ts';
import { parseSort, rowOrder } from '../../src/report/table-sort.ts';

interface Row {
  readonly number: number;
  readonly strategy: string;
  readonly scatter: number;
  readonly accuracy: number | null;
  readonly entry: number;
}

const columns: readonly ValueColumn<Row>[] = [
  {
    name: 'number',
    aliases: ['#'],
    kind: 'number',
    first: 'low',
    value: (row) => row.number,
    text: (row) => `${row.number}`,
  },
  {
    name: 'strategy',
    kind: 'text',
    first: 'low',
    value: (row) => row.strategy,
    text: (row) => row.strategy.slice(0, 8),
  },
  {
    name: 'scatter',
    aliases: ['S'],
    kind: 'fraction',
    first: 'high',
    value: (row) => row.scatter,
    text: (row) => row.scatter.toFixed(4),
  },
  {
    ...{ name: 'accuracy', kind: 'fraction', first: 'high', value: (row) => row.accuracy },
    text: (row) => (row.accuracy === null ? '-' : `${(100 * row.accuracy).toFixed(2)} %`),
  },
  {
    name: '1:2-forward',
    kind: 'fraction',
    first: 'high',
    value: (row) => row.entry,
    text: (row) => row.entry.toFixed(4),
  },
];

const rows: readonly Row[] = [
  { number: 1, strategy: 'permutation-grid', scatter: 1, accuracy: 0.6, entry: 1 },
  { number: 2, strategy: 'anneal', scatter: 0.91234567, accuracy: null, entry: 0.5 },
  { number: 3, strategy: 'anneal', scatter: 0.9, accuracy: 0.7512, entry: 0.5 },
  { number: 4, strategy: 'local', scatter: 0.25, accuracy: 0.6, entry: 0.75 },
];

const chosen = (text: string) => {
  const terms = parseFilter(text);
  const passes = terms.ok ? rowFilter(terms.value, columns) : terms;
  return passes.ok ? rows.filter(passes.value).map(({ number }) => number) : passes;
};

test.each<[string, number[]]>([
  ['', [1, 2, 3, 4]],
  ['scatter>0.9', [1, 2]],
  ['scatter >= 0.9', [1, 2, 3]],
  ['scatter>0.9 strategy=anneal', [2]],
  ['scatter>0.9,strategy=anneal', [2]],
  [' scatter>0.2 ,  scatter<=0.9, ', [3, 4]],
  ['accuracy>=60%', [1, 3, 4]],
  ['accuracy>=0.6', [1, 3, 4]],
  ['accuracy<1', [1, 3, 4]],
  ['accuracy=-', [2]],
  ['accuracy!=-', [1, 3, 4]],
  ['accuracy!=0.6', [2, 3]],
  ['strategy!=anneal', [1, 4]],
  ['strategy=ANNEAL', [2, 3]],
  ['strategy=anneal,strategy=local', [2, 3, 4]],
  ['strategy=anneal strategy=local scatter<0.5', [4]],
  ['S=0.9123', [2]],
  ['scatter=1', [1]],
  ['scatter=100%', [1]],
  ['#=3', [3]],
  ['number>2', [3, 4]],
  ['anneal', [2, 3]],
  ['ANN', [2, 3]],
  ['grid', [1]],
  ['75.12', [3]],
  ['anneal 75', [3]],
  ['"1:2 forward">=0.75', [1, 4]],
  ['1:2-forward<0.75', [2, 3]],
  ['strategy="permutation-grid"', [1]],
  ["'1:2-forward'=0.5", [2, 3]],
  ['nothing', []],
])('filter %j', (text, numbers) => {
  expect(chosen(text)).toEqual(numbers);
});

test.each<[string, number, RegExp]>([
  ['beauty>1', 1, /no column "beauty"/],
  ['scatter>0.5 beauty>1', 13, /no column "beauty"/],
  ['scatter==1', 8, /"==" is no comparison/],
  ['scatter=>1', 8, /"=>" is no comparison/],
  ['scatter>', 9, /lacks a value/],
  ['scatter> ,1', 10, /lacks a value/],
  ['>1', 1, /expected the name of a column/],
  ['anneal, =3', 9, /expected the name of a column/],
  ['scatter>high', 1, /compared with a number or a percentage; got "high"/],
  ['number>10%', 1, /compared with a number; got "10%"/],
  ['scatter>Infinity', 1, /got "Infinity"/],
  ['strategy="anneal', 10, /lacks a value|never closed/],
  ['"anneal', 1, /never closed/],
])('filter %j is refused with its place', (text, at, message) => {
  expect(chosen(text)).toMatchObject({
    ...{ ok: false, reason: 'bad-filter', at, message: expect.stringMatching(message) },
    nextStep: expect.stringMatching(/scatter/),
  });
});

test('property: any text is a filter or is refused with a place inside it, and never throws', () => {
  const part = fc.constantFrom(
    'scatter',
    'strategy',
    '>',
    '<=',
    '=',
    '!',
    '"',
    "'",
    ' ',
    ',',
    '0.5',
    '60%',
    'x',
    '-',
    '\u001b',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const result = chosen(parts.join(''));
      if (Array.isArray(result)) return;
      expect(result.reason).toBe('bad-filter');
      expect(result.at).toBeGreaterThanOrEqual(1);
      expect(result.at).toBeLessThanOrEqual(parts.join('').length + 1);
    }),
  );
});

test('property: a comparison and its opposite share out the rows that are known', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (limit) => {
      const number = limit.toFixed(6);
      const both = [chosen(`accuracy>=${number}`), chosen(`accuracy<${number}`)].flat() as number[];
      expect(both.sort()).toEqual([1, 3, 4]);
    }),
  );
});

const sorted = (text: string) =>
  rows.toSorted(unwrap(rowOrder(unwrap(parseSort(text)), columns))).map(({ number }) => number);

test('columns are sorted by one after the other, the better first, a minus the other way, the unknown last', () => {
  expect(sorted('scatter')).toEqual([1, 2, 3, 4]);
  expect(sorted('-scatter')).toEqual([4, 3, 2, 1]);
  expect(sorted('accuracy')).toEqual([3, 1, 4, 2]);
  expect(sorted('-accuracy')).toEqual([1, 4, 3, 2]);
  expect(sorted('accuracy,-scatter')).toEqual([3, 4, 1, 2]);
  expect(sorted('strategy,-#')).toEqual([3, 2, 4, 1]);
  expect(sorted('-1:2 forward, number')).toEqual([2, 3, 4, 1]);
});

test('a sort by nothing, or by a column that is not there, is refused', () => {
  expect(parseSort('accuracy,')).toMatchObject({ ok: false, reason: 'bad-sort' });
  expect(parseSort('-')).toMatchObject({ ok: false });
  expect(rowOrder(unwrap(parseSort('beauty')), columns)).toMatchObject({
    ...{ ok: false, message: 'there is no column "beauty" to sort by' },
    nextStep: 'The columns are: number, strategy, scatter, accuracy, 1:2-forward.',
  });
});
