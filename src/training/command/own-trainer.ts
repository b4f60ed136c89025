import { resolve } from 'node:path';

/** A trainer of the user's own: what is stored with a study that trains by it. */
export interface OwnTrainer {
  /** as typed: words as a shell splits them, `python3 train.py` */
  readonly command: string;
  /** files and folders that its results depend on, besides those that the command names */
  readonly trainerFiles?: readonly string[];
  /** where it is started and paths begin; default: the working directory */
  readonly trainerFolder?: string;
  /** how long it may take to say hello; default 60 */
  readonly helloSeconds?: number;
  /** how long it may be silent while it has jobs; default 3600 */
  readonly silenceSeconds?: number;
}

/** The same with the folder written out: a study is gone on with from any other. */
export const inItsFolder = (trainer: OwnTrainer): OwnTrainer => ({
  ...trainer,
  trainerFolder: resolve(trainer.trainerFolder ?? '.'),
});
