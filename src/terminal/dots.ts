/** Dots of a braille character by place: two columns of four rows, from the upper left. */
const BRAILLE = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

/** A point of a picture, both from 0 to 1; y upwards. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Points as lines of text: braille dots, or where there is no Unicode a sign for how many share a place. */
export function dotLines(points: readonly Point[], columns: number, rows: number, unicode: boolean): readonly string[] {
  const [wide, high] = unicode ? [2 * columns, 4 * rows] : [columns, rows];
  const cells = Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
  for (const { x, y } of points) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    const column = Math.min(wide - 1, Math.max(0, Math.floor(x * wide)));
    const row = Math.min(high - 1, Math.max(0, Math.floor((1 - y) * high)));
    if (unicode) cells[row >> 2][column >> 1] |= BRAILLE[column & 1][row & 3];
    else cells[row][column] += 1;
  }
  const character = (cell: number) => {
    if (cell === 0) return ' ';
    return unicode ? String.fromCodePoint(0x2800 + cell) : '.:*#'[Math.min(4, cell) - 1];
  };
  return cells.map((row) => row.map(character).join('').trimEnd());
}
