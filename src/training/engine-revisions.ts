import type { EngineName, RunsOn } from './trainer.ts';

/**
 * The revision of each engine's arithmetic: raised by whatever changes a bit of what equal settings give. Trainings of another revision
 * are others.
 * sparse 2: sums over a batch's examples in sixteen partial sums (sparse/kernels/gradients.ts).
 * command: the arithmetic is the user's, and its digest tells it apart.
 */
export const engineRevisions: Readonly<Record<EngineName, number>> = { sparse: 2, tfjs: 1, command: 1 };

/** Of the sparse engine's kernels for graphics devices (sparse-gpu/), whose sums have another order than those for the processor. */
const SPARSE_GPU_REVISION = 1;

/** The revision of what trains on a backend. */
export const revisionOf = ({ engine, backend }: Pick<RunsOn, 'engine' | 'backend'>): number =>
  engine === 'sparse' && backend === 'webgpu' ? SPARSE_GPU_REVISION : engineRevisions[engine];
