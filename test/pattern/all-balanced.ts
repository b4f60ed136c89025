import { junctionSizes } from '../../src/pattern/architecture.ts';

/** Every junction of a fan-in whose left neurons have degrees one apart at most and at least one edge, by trying all rows: an oracle. */
export function allBalancedJunctions(left: number, right: number, fanIn: number): Uint32Array[] {
  const rows: number[][] = [];
  for (let bits = 0; bits < 2 ** left; bits++) {
    const row = Array.from({ length: left }, (_, k) => k).filter((k) => (bits >> k) & 1);
    if (row.length === fanIn) rows.push(row);
  }
  const [{ leastFanOut, mostFanOut }] = junctionSizes({ layers: [left, right], fanOuts: [(right * fanIn) / left] });
  const degrees = new Array<number>(left).fill(0);
  const found: Uint32Array[] = [];
  const extend = (chosen: readonly number[][]) => {
    if (chosen.length === right) {
      if (degrees.every((degree) => degree >= leastFanOut)) found.push(Uint32Array.from(chosen.flat()));
      return;
    }
    for (const row of rows) {
      if (row.some((k) => degrees[k] === mostFanOut)) continue;
      for (const k of row) degrees[k]++;
      extend([...chosen, row]);
      for (const k of row) degrees[k]--;
    }
  };
  extend([]);
  return found;
}
