import { expect, test } from 'vitest';
import { readsAs, roundedAs } from '../../src/paper/as-printed.ts';
import { table1Claims, table1Differences, table1Rows, table1Values } from '../../src/paper/table1.ts';
import { table2Claims, table2Differences, table2Rows, table2Values } from '../../src/paper/table2.ts';

test('a number is rounded, halves up, to the digits that are printed', () => {
  expect(roundedAs(6.25, '6.3')).toBe('6.3');
  expect(roundedAs(12.5, '13')).toBe('13');
  expect(roundedAs(2.0408, '2')).toBe('2');
  expect(readsAs(0.2982, '0.3')).toBe(true);
  expect(readsAs(0.38496, '0.39')).toBe(false);
});

const rowName = ({ net, fanOuts }: { readonly net: string; readonly fanOuts: readonly number[] }) =>
  `${net} (${fanOuts.join(',')})`;

test('every row of table 1 comes out to the printed digits, except the one whose own arithmetic differs', () => {
  const differing = table1Rows.filter((row) => table1Differences(row).length > 0);
  expect(differing.map((row) => [rowName(row), table1Differences(row)])).toEqual([
    ['CIFAR100 conv+3CLs (1,1,16)', ['overall 0.38 (printed 0.39)']],
  ]);
  expect(table1Rows).toHaveLength(16);
  // Why: rounded once it is 0.38, rounded twice 0.39.
  const { overall } = table1Values(differing[0]);
  expect(overall).toBeCloseTo((100 * 8704) / 2260992, 12);
  expect([roundedAs(overall, '0.38'), roundedAs(overall, '0.385'), roundedAs(0.385, '0.39')]).toEqual([
    ...['0.38', '0.385', '0.39'],
  ]);
});

test('every row of table 2 comes out to the printed digits, except three cells whose own arithmetic differs', () => {
  const differing = table2Rows.flatMap((row) =>
    table2Differences(row).map((column) => {
      const value = table2Values(row).values[column];
      return [row.net, column, roundedAs(value, row.printed[column]), row.printed[column]];
    }),
  );
  expect(differing).toEqual([
    ['MNIST conv+2CLs', 'convOperations', '0.0', '0.1'],
    ['CIFAR10 conv+2CLs', 'parameterReduction', '64.62', '64.63'],
    ['CIFAR100 conv+3CLs', 'parameterReduction', '65.98', '65.99'],
  ]);
  for (const row of table2Rows) expect(table2Values(row).layerCounts, row.net).toBe(row.layerCounts);
});

test('the operations of MNIST conv+2CLs that its 18.29 % needs are ours, not the printed ones', () => {
  const saved = 2466464 - 58016;
  const reduction = (conv: number) => (100 * saved) / (conv + 2466464);
  expect(roundedAs(reduction(10_700_032), '18.29')).toBe('18.29');
  expect(roundedAs(reduction(0.1e9), '18.29')).toBe('2.35');
});

test('the four printed parameter reductions of CIFAR need fewer convolution parameters than there are', () => {
  const rows = table2Rows.filter(({ front }) => front === 'cifar-conv');
  const allRead = (conv: number) =>
    rows.every(({ layers, fanOuts, printed }) => {
      const { values } = table2Values({ layers, fanOuts, front: null });
      const [dense, sparse] = [1e6 * values.denseParameters, 1e6 * values.sparseParameters];
      return readsAs((100 * (dense - sparse)) / (conv + dense), printed.parameterReduction);
    });
  const possible = Array.from({ length: 2000 }, (_, index) => 1_144_000 + index).filter(allRead);
  expect([possible[0], possible.at(-1)]).toEqual([1_145_240, 1_145_311]);
  expect(possible).toContain(1_144_512 + 896 - 128);
  expect(possible).not.toContain(1_144_512 + 896);
});

test('each claim of a table holds or says why not', () => {
  for (const { claim, holds, note } of [...table1Claims(), ...table2Claims()]) {
    expect(holds === true || (note !== null && !note.includes('not explained')), claim).toBe(true);
  }
  expect(table1Claims().filter(({ holds }) => !holds)).toHaveLength(1);
  expect(table2Claims().filter(({ holds }) => !holds)).toHaveLength(3);
});
