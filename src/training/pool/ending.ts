import type { Architecture } from '../../pattern/architecture.ts';
import type { TrainingSettings } from '../trainer.ts';
import type { PoolTask } from './messages.ts';

/** How a training ended before its time. */
export interface Ending {
  readonly status: 'stopped' | 'diverged';
  readonly reason: string;
}

export const stopRequested = ({ stop }: Pick<PoolTask, 'stop'>): boolean => Atomics.load(stop, 0) !== 0;

export function stoppedIn(epoch: number, { epochs }: TrainingSettings): Ending {
  return { status: 'stopped', reason: `it was stopped in epoch ${epoch} of ${epochs}` };
}

const ADVICE = 'a lower learning rate may help';

/** @param what "the loss", "the output" */
export function notFiniteIn(epoch: number, what: string): Ending {
  return { status: 'diverged', reason: `${what} was no longer finite in epoch ${epoch}; ${ADVICE}` };
}

/** What a mean loss may be, in losses of a network that guesses. */
const MOST_GUESSES = 1000;

/**
 * The mean cross-entropy of an epoch above which a training has diverged, though its loss is finite: 1000 × ln(used outputs), a
 * thousand times that of giving all classes the same probability. One output's loss is always 0, and its bound that of two.
 */
export const divergedAbove = ({ usedOutputs }: Pick<Architecture, 'usedOutputs'>): number =>
  MOST_GUESSES * Math.log(Math.max(2, usedOutputs));

/**
 * Whether an epoch's loss ends the training: the one rule of all engines.
 * @param loss mean over the epoch's examples, as in `EpochResult`
 */
export function divergedBy(
  loss: number,
  epoch: number,
  architecture: Pick<Architecture, 'usedOutputs'>,
): Ending | null {
  if (!Number.isFinite(loss)) return notFiniteIn(epoch, 'the loss');
  if (loss <= divergedAbove(architecture)) return null;
  const reason = `the loss rose to ${loss.toPrecision(2)} in epoch ${epoch}, ${MOST_GUESSES} times that of guessing and more; ${ADVICE}`;
  return { status: 'diverged', reason };
}
