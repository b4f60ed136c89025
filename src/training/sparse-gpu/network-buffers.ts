import type { Pattern } from '../../pattern/pattern.ts';
import type { GpuBuffer } from '../webgpu/gpu-api.ts';
import type { EdgeDevice } from './device.ts';
import { allTables, outgoingEdges } from './edge-tables.ts';
import { SUM_WORDS } from './loss-kernel.ts';
import { type EdgeSizes, QUAD, SLOTS } from './sizes.ts';
import type { JunctionBuffers, NetworkBuffers } from './step-kernels.ts';

const WORD_BYTES = 4;

/** Everything that a population has on the device, the examples left out; filled with zeros but for the tables of edges. */
export function makeNetworkBuffers(
  device: EdgeDevice,
  { junctions, layers, stride, optimizer }: EdgeSizes,
  patterns: readonly Pattern[],
  orders: number,
): NetworkBuffers {
  const candidates = patterns.length;
  const width = QUAD * stride;
  const words = (count: number) => device.buffer(WORD_BYTES * count);
  const filled = (table: Uint32Array): GpuBuffer => {
    const buffer = words(table.length);
    device.write(buffer, 0, table);
    return buffer;
  };
  const made = junctions.map((size, index): JunctionBuffers => {
    const { right, parameters } = size;
    const isLast = index === junctions.length - 1;
    const outputs = words(candidates * right * width);
    const tableOf = (sources: Uint32Array) => outgoingEdges(size, sources);
    return {
      sources: filled(allTables(patterns, index, (sources) => sources)),
      outgoing: index === 0 ? null : filled(allTables(patterns, index, tableOf)),
      parameters: words(candidates * parameters),
      first: words(candidates * parameters),
      second: optimizer === 'adam' ? words(candidates * parameters) : null,
      outputs,
      deltas: isLast ? outputs : words(candidates * right * width),
    };
  });
  return {
    junctions: made,
    inputs: words(orders * layers[0] * width),
    orders: words(candidates),
    indices: words(SLOTS * orders * width),
    sums: words(candidates * SUM_WORDS),
    counts: words(candidates * SUM_WORDS),
  };
}

/** The parameters and optimiser state of a junction, in the order of a snapshot. */
export const lastingBuffers = ({ parameters, first, second }: JunctionBuffers): GpuBuffer[] =>
  second === null ? [parameters, first] : [parameters, first, second];

export function destroyBuffers({ junctions, inputs, orders, indices, sums, counts }: NetworkBuffers): void {
  const all = new Set<GpuBuffer>([inputs, orders, indices, sums, counts]);
  for (const junction of junctions) {
    const { sources, outgoing, outputs, deltas } = junction;
    for (const buffer of [sources, outputs, deltas, ...lastingBuffers(junction)]) all.add(buffer);
    if (outgoing !== null) all.add(outgoing);
  }
  for (const buffer of all) buffer.destroy();
}
