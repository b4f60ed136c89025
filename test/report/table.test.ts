import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textLength } from '../../src/report/format.ts';
import { type Column, tableLines } from '../../src/report/table.ts';

interface Row {
  readonly name: string;
  readonly score: number;
  readonly note: string;
}

const columns: readonly Column<Row>[] = [
  { title: 'name', align: 'left', priority: 1, least: 4, text: ({ name }) => name },
  { title: 'score', align: 'right', priority: 0, text: ({ score }) => score.toFixed(2) },
  { title: 'note', align: 'left', priority: 2, text: ({ note }) => note },
];

const rows: readonly Row[] = [
  { name: 'permutation', score: 1, note: 'exact' },
  { name: 'local', score: 0.2, note: 'low' },
];

const lines = (width: number, unicode = true) => tableLines(columns, rows, { width, color: false, unicode });

test('numbers stand right, text left, and no line ends in spaces', () => {
  expect(lines(80)).toEqual(['name         score  note', 'permutation   1.00  exact', 'local         0.20  low']);
});

test('the least important column goes first, before a more important one is cut', () => {
  expect(lines(20)).toEqual(['name         score', 'permutation   1.00', 'local         0.20']);
});

test('a column that may be cut is cut before it is dropped', () => {
  expect(lines(13)).toEqual(['name    score', 'permu…   1.00', 'local    0.20']);
  expect(lines(13, false)[1]).toBe('per...   1.00');
});

test('the columns of priority 0 stay to the last', () => {
  expect(lines(8)).toEqual(['score', ' 1.00', ' 0.20']);
  expect(lines(3)).toEqual(['sc…', ' 1…', ' 0…']);
});

test('the heading is bold where colour is allowed', () => {
  expect(tableLines(columns, rows, { width: 80, color: true, unicode: true })[0]).toBe(
    '\u001b[1mname         score  note\u001b[22m',
  );
});

test('a table without rows is its heading', () => {
  expect(tableLines(columns, [], { width: 80, color: false, unicode: true })).toEqual(['name  score  note']);
});

test('property: no line is wider than asked, and there is a line for every row', () => {
  const row = fc.record({ name: fc.string(), score: fc.double({ noNaN: true }), note: fc.string() });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 5 }), fc.integer({ min: 1, max: 90 }), (some, width) => {
      const shown = tableLines(columns, some, { width, color: false, unicode: true });
      expect(shown).toHaveLength(some.length + 1);
      for (const line of shown) expect(textLength(line)).toBeLessThanOrEqual(width);
    }),
  );
});
