import { type Architecture, defineArchitecture, isExact, type JunctionSize, junctionSizes } from './architecture.ts';
import { clashFreeFault } from './clash-free.ts';
import { type Entry, scatterEntries, windowsOf } from './entries.ts';
import type { Pattern } from './pattern.ts';

/** Known kinds of regular sparsity that a junction has (definitions: pattern families). */
export interface JunctionStructure {
  /** from 1 */
  readonly junction: number;
  /** "2:4": every right neuron has 2 of each 4 neighbouring left neurons, from the first on. The smallest such M, below the layer; else null */
  readonly nm: string | null;
  /** "1:8": in every 8 × 8 block each row and each column keeps 1 (Hubara et al. 2021). The smallest such M; else null */
  readonly transposable: string | null;
  /**
   * Whether its blocks along the windows of the layers' shapes are permutation matrices ('grid'), or, at a density of 1 − 1/B, lack one
   * ('complement'): then both of its entries are at 1.
   */
  readonly permutationGrid: 'grid' | 'complement' | null;
  /** numbers of memories, from 2, from which edges can be read that many at a time without a clash (clash-free.ts) */
  readonly clashFree: readonly number[];
}

/** The edges of a junction by rows of one degree. */
interface EqualRows {
  readonly rows: number;
  readonly columns: number;
  readonly degree: number;
  /** `rows × degree` columns */
  readonly table: Uint32Array;
}

/**
 * What a pattern's junctions are, beside sparse; of a complete junction nothing, since it would be everything.
 * Cost: a pass over the edges for each divisor of the left layer.
 */
export function patternStructure(
  pattern: Pattern,
  { shapes }: Partial<Pick<Architecture, 'shapes'>> = {},
): JunctionStructure[] {
  const architecture = defineArchitecture({ layers: pattern.layers, fanOuts: pattern.fanOuts, shapes });
  const entries = scatterEntries(architecture, { windows: 'integral', spans: 'io' });
  return junctionSizes(pattern).map((size) => junctionStructure(pattern, size, entries));
}

function junctionStructure(pattern: Pattern, size: JunctionSize, entries: readonly Entry[]): JunctionStructure {
  const { number: junction, left, right, fanIn } = size;
  const table = pattern.junctions[junction - 1];
  if (size.density === 1) return { junction, nm: null, transposable: null, permutationGrid: null, clashFree: [] };
  const rows: EqualRows = { rows: right, columns: left, degree: fanIn, table };
  const columns = isExact(size) ? exchanged(rows, size.fanOut) : null;
  const rowSizes = blockSizes(left, fanIn).filter((block) => keepsShare(rows, runsOf(left, block), block));
  const squares =
    columns === null
      ? []
      : rowSizes.filter((block) => right % block === 0 && keepsShare(columns, runsOf(right, block), block));
  const ratio = (block: number | undefined) => (block === undefined ? null : `${(fanIn * block) / left}:${block}`);
  return {
    junction,
    nm: ratio(rowSizes.find((block) => block < left)),
    transposable: ratio(squares.find((block) => block < left || block < right)),
    permutationGrid: columns === null ? null : gridOf(rows, columns, entries, junction),
    clashFree:
      columns === null ? [] : divisors(left).filter((z) => z > 1 && clashFreeFault(table, left, right, z) === null),
  };
}

/** The same edges by column. */
function exchanged({ rows, columns, degree, table }: EqualRows, columnDegree: number): EqualRows {
  const next = Uint32Array.from({ length: columns }, (_, column) => column * columnDegree);
  const turned = new Uint32Array(table.length);
  for (let e = 0; e < table.length; e++) turned[next[table[e]]++] = Math.floor(e / degree);
  return { rows: columns, columns: rows, degree: columnDegree, table: turned };
}

const divisors = (number: number): number[] =>
  Array.from({ length: number }, (_, index) => index + 1).filter((divisor) => number % divisor === 0);

/** Numbers of neighbours of which a row of this degree can have equally many everywhere, ascending. */
const blockSizes = (columns: number, degree: number): number[] =>
  divisors(columns).filter((block) => block > 1 && (degree * block) % columns === 0);

const runsOf = (columns: number, block: number): Uint32Array =>
  Uint32Array.from({ length: columns }, (_, column) => Math.floor(column / block));

/** Whether every row has its share of each window, all of `block` columns; more of one would be less of another. */
function keepsShare({ rows, columns, degree, table }: EqualRows, windowOf: Uint32Array, block: number): boolean {
  const share = (degree * block) / columns;
  const counts = new Uint32Array(columns / block);
  for (let row = 0; row < rows; row++) {
    counts.fill(0);
    for (let e = row * degree; e < (row + 1) * degree; e++) {
      if (++counts[windowOf[table[e]]] > share) return false;
    }
  }
  return true;
}

function gridOf(
  rows: EqualRows,
  columns: EqualRows,
  entries: readonly Entry[],
  junction: number,
): JunctionStructure['permutationGrid'] {
  const forward = windowsOf(entries, junction, 'forward')?.partition;
  const backward = windowsOf(entries, junction, 'backward')?.partition;
  const rate = entries.find((entry) => entry.from === junction && entry.to === junction)?.rate;
  if (!forward || !backward || rate === undefined) return null;
  const { numerator, denominator } = rate;
  if (numerator !== 1 && numerator !== denominator - 1) return null;
  if (!keepsShare(rows, forward, denominator) || !keepsShare(columns, backward, denominator)) return null;
  return numerator === 1 ? 'grid' : 'complement';
}
