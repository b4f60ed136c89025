function rowHash(table: Uint32Array, start: number, end: number): number {
  let h = 0x811c9dc5;
  for (let e = start; e < end; e++) {
    h = Math.imul(h ^ table[e], 0x85ebca6b);
    h ^= h >>> 13;
  }
  return h;
}

/** Whether a table holds the same from `first` to `end` and from `second` to `limit`. */
function sameRow(table: Uint32Array, first: number, end: number, second: number, limit: number): boolean {
  if (end - first !== limit - second) return false;
  for (let e = first; e < end; e++) if (table[e] !== table[second + e - first]) return false;
  return true;
}

/**
 * The first row of every kind, ascending: those among rows 0 … rows − 1 that no earlier one equals. Exact: rows that share a hash
 * are compared.
 * @param table rows one after the other, every one ascending
 * @param width of all rows, or, where they differ, the place where each starts, and the last one ends
 * Cost: one pass over the table, and one comparison per repeated row.
 */
export function distinctRows(table: Uint32Array, rows: number, width: number | Uint32Array): Uint32Array {
  const startOf = typeof width === 'number' ? (row: number) => row * width : (row: number) => width[row];
  const kinds = new Map<number, number[]>();
  const firsts: number[] = [];
  for (let row = 0; row < rows; row++) {
    const [start, end] = [startOf(row), startOf(row + 1)];
    const hash = rowHash(table, start, end);
    const alike = kinds.get(hash);
    if (alike?.some((earlier) => sameRow(table, start, end, startOf(earlier), startOf(earlier + 1)))) continue;
    if (alike === undefined) kinds.set(hash, [row]);
    else alike.push(row);
    firsts.push(row);
  }
  return Uint32Array.from(firsts);
}
