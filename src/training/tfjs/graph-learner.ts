import type { Split } from '../datasets/dataset.ts';
import type { LearnerRequest, PopulationLearner, PopulationSums } from '../pool/population-learner.ts';
import { fitsOnDevice } from '../pool/population-size.ts';
import type { LearnerState } from '../snapshot.ts';
import type { JunctionWeights } from '../trainer.ts';
import { inOrder, PopulationBatches } from './population-batches.ts';
import type { PopulationSession } from './population-session.ts';

type Counted = ReturnType<PopulationSession['correct']>;

/** A population's session, and the batches that it is given. */
export class GraphLearner implements PopulationLearner {
  readonly #session: PopulationSession;
  readonly #request: LearnerRequest;
  readonly #splits = new Map<Split, PopulationBatches>();
  #orders: readonly Uint32Array[] = [];
  #split: Split;
  #inOrder: readonly Uint32Array[] = [];
  #counted: Counted | null = null;

  constructor(session: PopulationSession, request: LearnerRequest) {
    this.#session = session;
    this.#request = request;
    this.#split = request.dataset.validation;
  }

  #batchesOf(split: Split): PopulationBatches {
    const known = this.#splits.get(split);
    if (known !== undefined) return known;
    const { architecture, dataset, limits } = this.#request;
    const [width] = architecture.layers;
    // Splits that are read once an epoch, and alike by all candidates, are not worth the room.
    const resident = split === dataset.train && limits !== null && fitsOnDevice(split.examples * width, limits);
    const batches = new PopulationBatches(split, width, dataset.features, resident);
    this.#splits.set(split, batches);
    return batches;
  }

  beginEpoch(orders: readonly Uint32Array[]): void {
    this.#orders = orders;
  }

  step(start: number): number {
    const { dataset, batchRows } = this.#request;
    const batch = this.#batchesOf(dataset.train).gather(this.#orders, start, batchRows);
    this.#session.step(batch);
    return batch.rows;
  }

  sums(): Promise<PopulationSums> {
    return this.#session.sums();
  }

  beginCount(split: Split): void {
    this.#counted?.dispose();
    this.#counted = null;
    this.#split = split;
    this.#inOrder = [inOrder(split.examples)];
  }

  count(start: number, end: number): void {
    const batch = this.#batchesOf(this.#split).gather(this.#inOrder, start, end - start);
    this.#counted = this.#session.correct(batch, this.#counted);
  }

  async counted(): Promise<Float32Array> {
    return this.#counted === null
      ? new Float32Array(this.#session.size)
      : Float32Array.from(await this.#counted.data<'float32'>());
  }

  weights(candidate: number): Promise<JunctionWeights[]> {
    return this.#session.weights(candidate);
  }

  state(candidate: number): Promise<LearnerState> {
    return this.#session.state(candidate);
  }

  restore(states: readonly LearnerState[]): void {
    this.#session.restore(states);
  }

  dispose(): void {
    this.#counted?.dispose();
    this.#session.dispose();
    for (const batches of this.#splits.values()) batches.dispose();
  }
}
