import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BARRED, DegreeFlow, OPEN, USED } from '../../src/pattern/constraints/degree-flow.ts';
import { PairSet } from '../../src/pattern/constraints/pair-set.ts';

interface Table {
  readonly rows: number;
  readonly columns: number;
  readonly open: readonly boolean[];
  readonly rowNeeds: readonly number[];
  readonly columnNeeds: readonly number[];
}

const tables: fc.Arbitrary<Table> = fc
  .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }))
  .chain(([rows, columns]) =>
    fc.record({
      rows: fc.constant(rows),
      columns: fc.constant(columns),
      open: fc.array(fc.boolean(), { minLength: rows * columns, maxLength: rows * columns }),
      rowNeeds: fc.array(fc.nat(3), { minLength: rows, maxLength: rows }),
      columnNeeds: fc.array(fc.nat(3), { minLength: columns, maxLength: columns }),
    }),
  );

/** Whether rows can have what they need, by Gale's condition over every set of rows: what it needs, its columns can give. */
function isFeasible({ rows, columns, open, rowNeeds, columnNeeds }: Table): boolean {
  for (let set = 0; set < 2 ** rows; set++) {
    const own = rowNeeds.filter((_, i) => (set >> i) & 1).reduce((a, b) => a + b, 0);
    let most = 0;
    for (let x = 0; x < columns; x++) {
      let cells = 0;
      for (let i = 0; i < rows; i++) if ((set >> i) & 1 && open[i * columns + x]) cells++;
      most += Math.min(cells, columnNeeds[x]);
    }
    if (own > most) return false;
  }
  return true;
}

test('property: the flow fills every row exactly when Gale’s condition holds, and else names rows that break it', () => {
  const counts = [0, 0];
  const property = fc.property(tables, fc.array(fc.boolean(), { minLength: 49, maxLength: 49 }), (table, started) => {
    const { rows, columns, open } = table;
    const cells = Uint8Array.from(open, (isOpen) => (isOpen ? OPEN : BARRED));
    const [rowNeeds, columnNeeds] = [Int32Array.from(table.rowNeeds), Int32Array.from(table.columnNeeds)];
    for (let cell = 0; cell < cells.length; cell++) {
      const [i, x] = [Math.floor(cell / columns), cell % columns];
      if (!started[cell] || cells[cell] !== OPEN || rowNeeds[i] === 0 || columnNeeds[x] === 0) continue;
      cells[cell] = USED;
      rowNeeds[i]--;
      columnNeeds[x]--;
    }
    const shortage = new DegreeFlow(cells, rowNeeds, columnNeeds).fill();
    counts[shortage === null ? 0 : 1]++;
    expect(shortage === null).toBe(isFeasible(table));
    if (shortage !== null) {
      const own = shortage.rows.reduce((sum, i) => sum + table.rowNeeds[i], 0);
      const within = shortage.columns.reduce((sum, x) => sum + table.columnNeeds[x], 0);
      const outside = shortage.rows
        .flatMap((i) => Array.from({ length: columns }, (_, x) => [i, x]))
        .filter(([i, x]) => !shortage.columns.includes(x) && open[i * columns + x]).length;
      expect(own).toBeGreaterThan(within + outside);
      return;
    }
    const used = (i: number, x: number) => (cells[i * columns + x] === USED ? 1 : 0);
    for (let i = 0; i < rows; i++) {
      expect(Array.from({ length: columns }, (_, x) => used(i, x)).reduce((a, b) => a + b, 0 as number)).toBe(
        table.rowNeeds[i],
      );
    }
    for (let x = 0; x < columns; x++) {
      const sum = Array.from({ length: rows }, (_, i) => used(i, x)).reduce((a, b) => a + b, 0 as number);
      expect(sum).toBeLessThanOrEqual(table.columnNeeds[x]);
    }
    for (let cell = 0; cell < cells.length; cell++) if (!open[cell]) expect(cells[cell]).toBe(BARRED);
  });
  fc.assert(property, { numRuns: 500, seed: 3 });
  expect(Math.min(...counts)).toBeGreaterThan(40);
});

test.each([
  ['bits', 50, 40],
  ['numbers, for layers too large for bits', 2 ** 16, 2 ** 15],
])('a set of pairs kept as %s holds what was added and not deleted', (_, left, right) => {
  const set = new PairSet(left, right, [
    [0, 0],
    [left - 1, right - 1],
  ]);
  set.add(left - 1, 0);
  expect([set.has(0, 0), set.has(left - 1, right - 1), set.has(left - 1, 0), set.has(0, 1)]).toEqual([
    true,
    true,
    true,
    false,
  ]);
  set.delete(left - 1, right - 1);
  set.delete(1, 1);
  expect([set.has(left - 1, right - 1), set.has(0, 0), set.has(1, 1)]).toEqual([false, true, false]);
});
