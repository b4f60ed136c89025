import { type Architecture, defineArchitecture, overallDensity } from '../pattern/architecture.ts';
import type { RandomTraining, RandomTrainingRequest } from '../study/random-trainings.ts';
import { type MeanInterval, meanInterval } from './mean-interval.ts';

/** A network of a figure: its degrees, and what it is trained on. */
export interface FigureNetwork {
  /** how claims and plots name it: "Morse 25 %, 75 %" */
  readonly name: string;
  /** of the figure, those that it belongs to */
  readonly parts: readonly string[];
  readonly request: Omit<RandomTrainingRequest, 'seeds'>;
}

/** With its trainings, as far as they are done. */
export interface TrainedNetwork extends FigureNetwork {
  readonly trainings: readonly RandomTraining[];
}

export interface FigureNetworkSizes {
  readonly layers: readonly number[];
  /** null: fully connected */
  readonly fanOuts: readonly number[] | null;
  readonly usedOutputs?: number;
}

export function figureArchitecture({ layers, fanOuts, usedOutputs }: FigureNetworkSizes): Architecture {
  const used = usedOutputs === undefined ? {} : { usedOutputs };
  return defineArchitecture({ layers, fanOuts: fanOuts ?? layers.slice(1), ...used });
}

/** Per cent of the connections that a network has. */
export const densityOf = ({ request }: FigureNetwork): number => 100 * overallDensity(request.architecture);

/** A number of each training that finished, by seed. */
export type TrainingMeasure = (training: RandomTraining) => number | null;

/** Test accuracy at the last epoch, per cent. */
export const testAccuracy: TrainingMeasure = (training) =>
  training.status === 'finished' && training.testAccuracy !== null ? 100 * training.testAccuracy : null;

/** Validation accuracy after an epoch, per cent. */
export const validationAfter =
  (epoch: number): TrainingMeasure =>
  ({ status, epochs }) => {
    const found = status === 'finished' ? epochs.find((each) => each.epoch === epoch) : undefined;
    return found === undefined ? null : 100 * found.validationAccuracy;
  };

function measured(network: TrainedNetwork, measure: TrainingMeasure = testAccuracy): Map<number, number> {
  return new Map(
    network.trainings.flatMap((training) => {
      const value = measure(training);
      return value === null ? [] : [[training.seed, value] as const];
    }),
  );
}

export const accuracyOf = (network: TrainedNetwork, measure: TrainingMeasure = testAccuracy): MeanInterval | null =>
  meanInterval([...measured(network, measure).values()]);

/** Accuracy of one network less that of another, in points, over the seeds that both have: a seed is the same order of batches. */
export function differenceOf(
  network: TrainedNetwork,
  other: TrainedNetwork,
  measure: TrainingMeasure = testAccuracy,
): MeanInterval | null {
  const [own, others] = [measured(network, measure), measured(other, measure)];
  return meanInterval(
    [...own].flatMap(([seed, value]) => {
      const against = others.get(seed);
      return against === undefined ? [] : [value - against];
    }),
  );
}
