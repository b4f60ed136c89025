import type { EngineName } from './trainer.ts';

/**
 * The revision of each engine's arithmetic: raised by whatever changes a bit of what equal settings give. Trainings of another revision
 * are others.
 * sparse 2: sums over a batch's examples in sixteen partial sums (sparse/kernels/gradients.ts).
 */
export const engineRevisions: Readonly<Record<EngineName, number>> = { sparse: 2, tfjs: 1 };
