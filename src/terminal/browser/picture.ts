import type { Line } from '../lines.ts';
import type { Theme } from '../theme.ts';
import type { Viewport } from './state.ts';

/** A matrix that can be drawn at any scale. */
export interface Picture {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  /** shares are drawn as they are; counts of edges are held against the fullest dot */
  readonly isShare: boolean;
  /** adds the matrix's values to the dots of a region: `dots` is row-major, `high × wide`, and so is `counts` where values are means */
  draw(region: Region, raster: Raster): void;
}

/** The part of a matrix that is drawn, in rows and columns; ends excluded. */
export interface Region {
  readonly rowFrom: number;
  readonly rowTo: number;
  readonly columnFrom: number;
  readonly columnTo: number;
}

export interface Raster {
  readonly high: number;
  readonly wide: number;
  readonly sums: Float64Array;
}

const dotOf = (at: number, from: number, to: number, dots: number) =>
  Math.min(dots - 1, Math.floor(((at - from) * dots) / (to - from)));

/** Adds a value to every dot that a cell covers: one or a part of one in a small picture, several in an enlarged one. */
function addCell(raster: Raster, region: Region, row: number, column: number, value: number): void {
  const { high, wide, sums } = raster;
  const { rowFrom, rowTo, columnFrom, columnTo } = region;
  const top = dotOf(row, rowFrom, rowTo, high);
  const bottom = Math.max(top + 1, Math.floor(((row + 1 - rowFrom) * high) / (rowTo - rowFrom)));
  const left = dotOf(column, columnFrom, columnTo, wide);
  const right = Math.max(left + 1, Math.floor(((column + 1 - columnFrom) * wide) / (columnTo - columnFrom)));
  for (let y = top; y < Math.min(high, bottom); y++) {
    for (let x = left; x < Math.min(wide, right); x++) sums[y * wide + x] += value;
  }
}

/** Which edges a junction has. @param sources right-major, `rows × fanIn` left neurons */
export function edgePicture(name: string, rows: number, columns: number, sources: Uint32Array): Picture {
  const fanIn = sources.length / rows;
  const draw = (region: Region, raster: Raster) => {
    for (let e = Math.ceil(region.rowFrom * fanIn); e < region.rowTo * fanIn; e++) {
      const column = sources[e];
      if (column < region.columnFrom || column >= region.columnTo) continue;
      addCell(raster, region, Math.floor(e / fanIn), column, 1);
    }
  };
  return { name, rows, columns, isShare: false, draw };
}

/** Single edges. @param pairs (row, column), one after the other */
export function pairPicture(name: string, rows: number, columns: number, pairs: Uint32Array): Picture {
  const draw = (region: Region, raster: Raster) => {
    for (let at = 0; at < pairs.length; at += 2) {
      const [row, column] = [pairs[at], pairs[at + 1]];
      const inside =
        row >= region.rowFrom && row < region.rowTo && column >= region.columnFrom && column < region.columnTo;
      if (inside) addCell(raster, region, row, column, 1);
    }
  };
  return { name, rows, columns, isShare: false, draw };
}

/** @param values row-major, 0 to 255 */
export function sharePicture(name: string, rows: number, columns: number, values: Uint8Array): Picture {
  const draw = (region: Region, raster: Raster) => {
    for (let row = region.rowFrom; row < region.rowTo; row++) {
      for (let column = region.columnFrom; column < region.columnTo; column++) {
        addCell(raster, region, row, column, values[row * columns + column] / 255);
      }
    }
  };
  return { name, rows, columns, isShare: true, draw };
}

/** A side is zoomed no further: a narrow matrix stays whole while its long side is looked at closely. */
const LEAST_CELLS = 16;

/** What a viewport shows of a picture of these many cells: whole cells, as many as the zoom says. */
export function regionOf({ rows, columns }: Pick<Picture, 'rows' | 'columns'>, { zoom, x, y }: Viewport): Region {
  const part = (cells: number, middle: number): [number, number] => {
    const shown = Math.max(Math.min(cells, LEAST_CELLS), Math.ceil(cells / 2 ** zoom));
    const from = Math.min(cells - shown, Math.max(0, Math.round(middle * cells - shown / 2)));
    return [from, from + shown];
  };
  const [rowFrom, rowTo] = part(rows, y);
  const [columnFrom, columnTo] = part(columns, x);
  return { rowFrom, rowTo, columnFrom, columnTo };
}

/** Zooming further would show no fewer cells. */
export const mostZoom = ({ rows, columns }: Pick<Picture, 'rows' | 'columns'>): number =>
  Math.max(0, Math.ceil(Math.log2(Math.max(rows, columns) / LEAST_CELLS)));

/** An enlarged cell is at most this many dots wide. */
const MOST_ENLARGED = 6;

/** Values from 0 to 1, one a dot. */
function raster(picture: Picture, region: Region, wide: number, high: number): Raster & { values: Float64Array } {
  const [rows, columns] = [region.rowTo - region.rowFrom, region.columnTo - region.columnFrom];
  const size = {
    wide: Math.max(1, Math.min(wide, columns * MOST_ENLARGED)),
    high: Math.max(1, Math.min(high, rows * MOST_ENLARGED)),
  };
  const sums = new Float64Array(size.wide * size.high);
  picture.draw(region, { ...size, sums });
  const cellsPerDot = Math.max(1, rows / size.high) * Math.max(1, columns / size.wide);
  // A reduce: spreading as many arguments as there are dots would fill the stack.
  const fullest = picture.isShare ? cellsPerDot : sums.reduce((most, sum) => Math.max(most, sum), 0) || 1;
  return { ...size, sums, values: sums.map((sum) => Math.min(1, sum / fullest)) };
}

/** Bayer's thresholds: how many dots of a grey area are set, evenly spread. */
const thresholds = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5].map((rank) => (rank + 0.5) / 16);

/** Bit of a braille character by row and column of its dots. */
const BRAILLE_BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

function brailleLines({ wide, high, values }: ReturnType<typeof raster>): string[] {
  const isSet = (x: number, y: number) =>
    x < wide && y < high && values[y * wide + x] > thresholds[(y % 4) * 4 + (x % 4)];
  return Array.from({ length: Math.ceil(high / 4) }, (_, row) =>
    Array.from({ length: Math.ceil(wide / 2) }, (_, column) => {
      let bits = 0;
      for (let dy = 0; dy < 4; dy++) {
        for (let dx = 0; dx < 2; dx++) if (isSet(column * 2 + dx, row * 4 + dy)) bits |= BRAILLE_BITS[dy][dx];
      }
      return String.fromCodePoint(0x2800 + bits);
    }).join(''),
  );
}

const SHADES = ' .:-=+*#%@';

function shadeLines({ wide, high, values }: ReturnType<typeof raster>): string[] {
  return Array.from({ length: high }, (_, row) =>
    Array.from({ length: wide }, (_, column) => {
      const value = values[row * wide + column];
      // What is not empty never looks so, and what is not full never looks full.
      const level = value === 0 ? 0 : value === 1 ? SHADES.length - 1 : 1 + Math.floor(value * (SHADES.length - 2));
      return SHADES[level];
    }).join(''),
  );
}

/** The picture in at most `width` columns and `height` lines: braille dots, or shades of ASCII where there is no Unicode. */
export function pictureLines(
  picture: Picture,
  viewport: Viewport,
  { width, height, theme }: { readonly width: number; readonly height: number; readonly theme: Theme },
): readonly Line[] {
  const region = regionOf(picture, viewport);
  const lines = theme.unicode
    ? brailleLines(raster(picture, region, 2 * width, 4 * height))
    : shadeLines(raster(picture, region, width, height));
  return lines.map((text) => [{ text }]);
}

/** "rows 1–64 of 1024, columns 1–64 of 64" */
export function regionText({ rows, columns }: Pick<Picture, 'rows' | 'columns'>, region: Region, theme: Theme): string {
  const dash = theme.unicode ? '–' : '-';
  const part = (from: number, to: number, all: number) => `${from + 1}${dash}${to} of ${all}`;
  return `rows ${part(region.rowFrom, region.rowTo, rows)}, columns ${part(region.columnFrom, region.columnTo, columns)}`;
}
