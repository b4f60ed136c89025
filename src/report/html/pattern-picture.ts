import type { Pattern } from '../../pattern/pattern.ts';
import { html, type Markup, trusted } from './markup.ts';

/** Cells of a picture's side at most; larger layers are counted in blocks. */
const MOST_CELLS = 48;

/** Shades in which blocks are drawn. */
const SHADES = 5;

/** Pixels of a picture's side. */
const SIDE = 192;

/** One junction as shares of the fullest block: right neurons downwards, left neurons across. */
interface BlockDensities {
  readonly rows: number;
  readonly columns: number;
  readonly counts: Float64Array;
}

function blocksOf(sources: Pattern['junctions'][number], left: number, right: number): BlockDensities {
  const columns = Math.min(left, MOST_CELLS);
  const rows = Math.min(right, MOST_CELLS);
  const fanIn = sources.length / right;
  const counts = new Float64Array(rows * columns);
  // BlockDensities of uneven layers hold uneven numbers of pairs, so an edge counts by how many there are.
  const sizes = (total: number, parts: number) => {
    const found = new Float64Array(parts);
    for (let k = 0; k < total; k++) found[Math.floor((k * parts) / total)]++;
    return found;
  };
  const [wide, high] = [sizes(left, columns), sizes(right, rows)];
  for (let edge = 0; edge < sources.length; edge++) {
    const row = Math.floor((Math.floor(edge / fanIn) * rows) / right);
    const column = Math.floor((sources[edge] * columns) / left);
    counts[row * columns + column] += 1 / (wide[column] * high[row]);
  }
  return { rows, columns, counts };
}

/** Cells of one shade as one path of runs along the rows. */
function pathOf({ rows, columns, counts }: BlockDensities, shadeOf: (count: number) => number, shade: number): string {
  let path = '';
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; ) {
      let end = column;
      while (end < columns && shadeOf(counts[row * columns + end]) === shade) end++;
      if (end > column) path += `M${column} ${row}h${end - column}v1h${column - end}z`;
      column = Math.max(end, column + 1);
    }
  }
  return path;
}

/** One junction as a small picture: the stronger a block, the denser its edges. @param junction from 1 */
export function junctionPicture(pattern: Pattern, junction: number): Markup {
  const [left, right] = [pattern.layers[junction - 1], pattern.layers[junction]];
  const blocks = blocksOf(pattern.junctions[junction - 1], left, right);
  const fullest = blocks.counts.reduce((a, b) => Math.max(a, b), 0);
  const shadeOf = (count: number) => Math.ceil((SHADES * count) / fullest - 1e-9);
  const paths = Array.from({ length: SHADES }, (_, index) => {
    const path = pathOf(blocks, shadeOf, index + 1);
    return path === '' ? '' : `<path d="${path}" fill-opacity="${((index + 1) / SHADES).toFixed(1)}"/>`;
  }).join('');
  const { rows, columns } = blocks;
  const exact = left <= MOST_CELLS && right <= MOST_CELLS;
  const label = `Junction ${junction}: ${right} right neurons downwards, ${left} left neurons across`;
  return html`<figure><svg class="pattern" role="img" aria-label="${label}" viewBox="0 0 ${columns} ${rows}" width="${SIDE}" height="${SIDE}" preserveAspectRatio="none" shape-rendering="crispEdges">${trusted(paths)}</svg><figcaption>junction ${junction}: ${left} → ${right}${exact ? '' : `, in ${columns} × ${rows} blocks`}</figcaption></figure>`;
}
