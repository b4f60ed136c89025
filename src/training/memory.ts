import { freemem } from 'node:os';
import { type Architecture, junctionSizes } from '../pattern/architecture.ts';
import { blockSizes, fronts } from './fronts.ts';
import type { FrontName } from './trainer.ts';

/** What decides the memory of one training. */
export interface TrainingSize {
  readonly architecture: Architecture;
  /** values of an example */
  readonly features: number;
  readonly batchSize: number;
  readonly front?: FrontName | undefined;
  /** 'sparse', 'tfjs', 'auto' for what may be either, or 'command', which takes its memory elsewhere */
  readonly engine: string;
  /** 'webgpu' where the sparse engine runs on a GPU; else it makes no difference */
  readonly backend?: string | undefined;
}

export interface TrainingBytes {
  /** an estimate for one training, the data set left out: it takes no less */
  readonly each: number;
  /** the most that one training can be given, whatever the machine has */
  readonly most: number;
}

const FLOAT_BYTES = 4;

/** One WebAssembly memory of 32-bit addresses; native kernels are told places in theirs by 32-bit words too. */
const ADDRESSED_BYTES = 2 ** 32;

/** Rows that an evaluation asks for at once, and a batch size that data may not have examples for. */
const MOST_ROWS = 1024;

/** The sparse engine's layout is known to the byte; beside it stand the pattern and its start weights. */
async function sparseBytes({ architecture, features, batchSize }: TrainingSize): Promise<number> {
  const { layOut } = await import('./sparse/layout.ts');
  const { layers, fanOuts, usedOutputs } = architecture;
  const edges = junctionSizes(architecture).reduce((sum, junction) => sum + junction.edges, 0);
  const batch = Math.min(batchSize, MOST_ROWS);
  return layOut({ layers, fanOuts, usedOutputs, features, batch }).totalBytes + 2 * FLOAT_BYTES * edges;
}

/** Dense kernels: the one that edges are scattered into, the backend's copy and its gradient; values of each layer for a batch. */
function denseBytes({ architecture, batchSize, front }: TrainingSize): number {
  const { layers } = architecture;
  const rows = Math.min(batchSize, MOST_ROWS);
  const kernels = layers.slice(1).reduce((sum, right, index) => sum + right * layers[index], 0);
  const images = front === undefined ? [] : blockSizes(fronts[front]);
  const values = images.reduce(
    (sum, { height, width, filters }) => sum + height * width * filters,
    layers.reduce((sum, neurons) => sum + neurons, 0),
  );
  return FLOAT_BYTES * (3 * kernels + 2 * rows * values);
}

/** Memory that one training of such a network takes. */
export async function trainingBytes(size: TrainingSize): Promise<TrainingBytes> {
  if (size.engine === 'command') return { each: 1, most: Number.POSITIVE_INFINITY };
  if (size.engine === 'tfjs') return { each: denseBytes(size), most: Number.POSITIVE_INFINITY };
  const isOnGpu = size.engine === 'sparse' && size.backend === 'webgpu';
  return { each: await sparseBytes(size), most: isOnGpu ? Number.POSITIVE_INFINITY : ADDRESSED_BYTES };
}

/** Memory that this process may still take, in bytes: what the machine has free, or its container if that is less. */
export function availableMemory(): number {
  const { availableMemory: ask } = process as { availableMemory?: () => number };
  return Math.min(freemem(), ask?.call(process) ?? Number.POSITIVE_INFINITY);
}
