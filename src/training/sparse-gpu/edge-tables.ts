import type { Pattern } from '../../pattern/pattern.ts';
import { NO_EDGE } from './kernels.ts';
import type { EdgeJunction } from './sizes.ts';

/**
 * The edges that leave each left neuron, `left × mostFanOut` numbers of edges, by ascending right neuron. Degrees that differ by one leave
 * the last place of some empty (`NO_EDGE`).
 */
export function outgoingEdges({ left, mostFanOut }: EdgeJunction, sources: Uint32Array): Uint32Array {
  const table = new Uint32Array(left * mostFanOut).fill(NO_EDGE);
  const held = new Uint32Array(left);
  for (const [e, source] of sources.entries()) table[source * mostFanOut + held[source]++] = e;
  return table;
}

/** All candidates' tables of one junction, one after the other. */
export function allTables(
  patterns: readonly Pattern[],
  index: number,
  tableOf: (sources: Uint32Array) => Uint32Array,
): Uint32Array {
  const tables = patterns.map(({ junctions }) => tableOf(junctions[index]));
  const all = new Uint32Array(tables.length * tables[0].length);
  for (const [c, table] of tables.entries()) all.set(table, c * table.length);
  return all;
}
