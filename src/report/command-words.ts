import type { OwnTrainer } from '../training/command/own-trainer.ts';
import type { TrainingSettings } from '../training/trainer.ts';

/** Without an exponent, which options do not read in every place. */
export const decimal = (value: number) =>
  Math.abs(value) < 1e-12 ? String(value) : value.toFixed(12).replace(/\.?0+$/, '');

export const option = (name: string, value: string | number | undefined): string[] =>
  value === undefined ? [] : [`--${name}`, String(value)];

const inSeconds = (seconds: number | undefined) => (seconds === undefined ? undefined : `${decimal(seconds)}s`);

export const flag = (name: string, given: boolean | undefined): string[] => (given === true ? [`--${name}`] : []);

/** The options that say how something is trained. */
export function trainingOptions(
  settings: TrainingSettings,
  engine: string,
  backend: string,
  trainer?: OwnTrainer,
): string[] {
  return [
    ...option('epochs', settings.epochs),
    ...option('batch-size', settings.batchSize),
    ...option('optimizer', settings.optimizer),
    ...option('learning-rate', decimal(settings.learningRate)),
    ...option('decay', decimal(settings.learningRateDecay)),
    ...option('momentum', settings.momentum === 0 ? undefined : decimal(settings.momentum)),
    ...option('l2', decimal(settings.l2)),
    ...option('init', settings.init),
    ...option('front', settings.front ?? 'none'),
    ...option('freeze-front', settings.frozenFront?.trainedWith),
    ...option('front-epochs', settings.frozenFront?.epochs),
    ...option('front-seed', settings.frozenFront?.seed),
    ...flag('fast-math', settings.fastMath),
    ...option('trainer', trainer?.command),
    ...option('trainer-files', trainer?.trainerFiles?.join(',')),
    ...option('trainer-timeout', inSeconds(trainer?.helloSeconds)),
    ...option('trainer-job-timeout', inSeconds(trainer?.silenceSeconds)),
    ...option('engine', engine === 'auto' ? undefined : engine),
    ...option('backend', backend === 'auto' ? undefined : backend),
  ];
}
