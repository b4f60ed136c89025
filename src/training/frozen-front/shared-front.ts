import { plural } from '../../base/plural.ts';
import type { FrontName, FrontNetwork, FrozenFront, TrainingSettings } from '../trainer.ts';

const networkText: Readonly<Record<FrontNetwork, string>> = {
  dense: 'the dense network',
  first: 'the first candidate',
};

/** A front that was trained beforehand and shared by all candidates, as reports name it. */
export interface SharedFront extends FrozenFront {
  readonly front: FrontName;
}

/** Null where no front is frozen. */
export const sharedFront = ({ front, frozenFront }: TrainingSettings): SharedFront | null =>
  front === undefined || frozenFront === undefined ? null : { front, ...frozenFront };

/** "front mnist-conv, shared: trained on wasm with the dense network, 3 epochs, once a seed" */
export function sharedFrontText({ front, trainedWith, epochs, seed, backend }: SharedFront): string {
  const by = backend === undefined ? '' : ` on ${backend}`;
  const when = seed === undefined ? 'once a seed' : `once, with seed ${seed}`;
  return `front ${front}, shared: trained${by} with ${networkText[trainedWith]}, ${plural(epochs, 'epoch')}, ${when}`;
}
