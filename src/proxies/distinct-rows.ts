function rowHash(table: Uint32Array, start: number, end: number): number {
  let h = 0x811c9dc5;
  for (let e = start; e < end; e++) {
    h = Math.imul(h ^ table[e], 0x85ebca6b);
    h ^= h >>> 13;
  }
  return h;
}

function sameRow(table: Uint32Array, a: number, b: number, width: number): boolean {
  for (let place = 0; place < width; place++) {
    if (table[a * width + place] !== table[b * width + place]) return false;
  }
  return true;
}

/**
 * The first row of every kind, ascending: those among rows 0 … rows − 1 that no earlier one equals. Exact: rows that share a hash
 * are compared.
 * @param table `rows × width` (or longer), every row ascending
 * Cost: one pass over the table, and one comparison per repeated row.
 */
export function distinctRows(table: Uint32Array, rows: number, width: number): Uint32Array {
  const kinds = new Map<number, number[]>();
  const firsts: number[] = [];
  for (let row = 0; row < rows; row++) {
    const hash = rowHash(table, row * width, (row + 1) * width);
    const alike = kinds.get(hash);
    if (alike?.some((earlier) => sameRow(table, earlier, row, width))) continue;
    if (alike === undefined) kinds.set(hash, [row]);
    else alike.push(row);
    firsts.push(row);
  }
  return Uint32Array.from(firsts);
}
