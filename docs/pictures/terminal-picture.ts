import { graphemes, textLength } from '../../src/report/format.ts';

/** A character of a screen and how it looks. */
interface Cell {
  readonly text: string;
  readonly style: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what a terminal reads
const SEQUENCE = /\u001b\[(\?)?([\d;]*)([A-Za-z])|\u001b\][^\u0007]*\u0007|\r|\n|[^\u001b\r\n]+/gu;

/** The screen that a program has painted with absolute moves, erasing and colours. */
function cellsOf(output: string): readonly (readonly Cell[])[] {
  let lines: Cell[][] = [];
  let [row, column, style] = [0, 0, ''];
  for (const [whole, mode, parameters, final] of output.matchAll(SEQUENCE)) {
    if (final === 'H') {
      const [toRow, toColumn] = parameters === '' ? [1, 1] : parameters.split(';').map(Number);
      [row, column] = [toRow - 1, toColumn - 1];
    } else if (final === 'J' || (mode !== undefined && parameters === '1049')) lines = [];
    else if (final === 'K') lines[row] = parameters === '2' ? [] : (lines[row] ?? []).slice(0, column);
    else if (final === 'm') style = parameters === '0' || parameters === '' ? '' : parameters;
    else if (final === undefined && !whole.startsWith('\u001b')) {
      for (const text of graphemes(whole.replace(/[\r\n]/g, ''))) {
        lines[row] ??= [];
        lines[row][column] = { text, style };
        column += textLength(text);
      }
    }
  }
  return lines;
}

const CELL_WIDTH = 8.4;
const LINE_HEIGHT = 17;
const MARGIN = 14;

const foregrounds: Readonly<Record<string, string>> = {
  ...{ '31': '#f28779', '32': '#a6cc70', '33': '#ffcc66', '34': '#73d0ff', '35': '#d4bfff', '36': '#5ccfe6' },
};
const TEXT = '#cccac2';
const QUIET = '#8a8f98';
const BACKGROUND = '#1f2430';

function looks(style: string): { readonly color: string; readonly weight: string; readonly isInverse: boolean } {
  const codes = style.split(';');
  const colored = codes.map((code) => foregrounds[code]).find((color) => color !== undefined);
  const color = colored ?? (codes.includes('2') ? QUIET : TEXT);
  return { color, weight: codes.includes('1') ? 'bold' : 'normal', isInverse: codes.includes('7') };
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

interface Run {
  readonly column: number;
  readonly columns: number;
  readonly text: string;
  readonly style: string;
}

/** Neighbouring cells of one look; the blanks between words stay in the run, so that the text can be copied. */
function runsOf(line: readonly Cell[]): readonly Run[] {
  const runs: Run[] = [];
  for (let column = 0; column < line.length; column++) {
    const cell = line[column] ?? { text: ' ', style: '' };
    if (column > 0 && line[column] === undefined && textLength(line[column - 1]?.text ?? '') === 2) continue;
    const width = Math.max(1, textLength(cell.text));
    const last = runs.at(-1);
    if (last !== undefined && last.style === cell.style && last.column + last.columns === column) {
      runs[runs.length - 1] = { ...last, text: last.text + cell.text, columns: last.columns + width };
    } else runs.push({ column, columns: width, text: cell.text, style: cell.style });
  }
  return runs;
}

function runElements({ column, columns, text, style }: Run, row: number): string {
  const { color, weight, isInverse } = looks(style);
  const [x, y] = [MARGIN + column * CELL_WIDTH, MARGIN + row * LINE_HEIGHT];
  const width = columns * CELL_WIDTH;
  const back = isInverse ? `<rect x="${x}" y="${y}" width="${width}" height="${LINE_HEIGHT}" fill="${color}"/>` : '';
  if (text.trim() === '') return back;
  const attributes = `x="${x}" y="${y + 13}" textLength="${width}" fill="${isInverse ? BACKGROUND : color}" font-weight="${weight}"`;
  return `${back}<text ${attributes} xml:space="preserve">${escaped(text)}</text>`;
}

/** What a terminal shows after this output, as text. */
export const terminalText = (output: string): string =>
  Array.from(cellsOf(output), (line) => Array.from(line ?? [], (cell) => cell?.text ?? ' ').join('')).join('\n');

/** What a terminal shows after this output, as an SVG document. */
export function terminalPicture(title: string, output: string, columns: number, rows: number): string {
  const lines = cellsOf(output);
  const [width, height] = [2 * MARGIN + columns * CELL_WIDTH, 2 * MARGIN + rows * LINE_HEIGHT];
  const body = lines
    .flatMap((line, row) => runsOf(line ?? []).map((run) => runElements(run, row)))
    .filter((element) => element !== '');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>`,
    `<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" lengthAdjust="spacingAndGlyphs">`,
    ...body,
    '</g></svg>',
    '',
  ].join('\n');
}
