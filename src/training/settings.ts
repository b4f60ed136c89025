import { createHash } from 'node:crypto';
import { InvalidValueError } from '../base/caller-errors.ts';
import { checkedBackend } from './backend-names.ts';
import { revisionOf } from './engine-revisions.ts';
import { frontNames } from './fronts.ts';
import type { FrontNetwork, FrozenFront, InitName, RunsOn, TrainingSettings } from './trainer.ts';

/**
 * What is used where nothing is said. 30 epochs: Dey et al., fig. 3. Adam at 1e-3 with decay 1e-5, batches of 256, biases from 0.1:
 * the same authors' later public code. L2 0: on Morse the paper found no difference (on 800-100-10 with fan-out 50,10 that code
 * has 8e-5). Momentum matters to SGD only.
 */
export const defaultTrainingSettings: TrainingSettings = {
  epochs: 30,
  batchSize: 256,
  optimizer: 'adam',
  learningRate: 1e-3,
  learningRateDecay: 1e-5,
  momentum: 0,
  l2: 0,
  biasStart: 0.1,
};

export const initNames = ['actual-fan-in', 'dense-fan-in'] as const satisfies readonly InitName[];

export const frontNetworks = ['dense', 'first'] as const satisfies readonly FrontNetwork[];

/** What trainings of earlier versions had; docs/findings/training.md compares both. */
export const DEFAULT_INIT: InitName = 'actual-fan-in';

/** Adam's constants, those of Kingma & Ba, except ε, which is Keras's. */
export const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;

/** Learning rate of an optimiser step, counted from 0: Keras's `decay`. */
export const rateAt = (settings: TrainingSettings, step: number): number =>
  settings.learningRate / (1 + settings.learningRateDecay * step);

/**
 * What Adam multiplies m/(√v + ε) by at a step, counted from 0: rate · √(1 − β2^t)/(1 − β1^t), t = step + 1 (the form at the end of
 * Kingma & Ba's section 2, as in Keras).
 */
export const adamRateAt = (settings: TrainingSettings, step: number): number =>
  (rateAt(settings, step) * Math.sqrt(1 - adam.beta2 ** (step + 1))) / (1 - adam.beta1 ** (step + 1));

function requireWhole(value: number, what: string): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new InvalidValueError(`${what} must be a whole number from 1; got ${value}`);
  }
}

function requireFrom0(value: number, below: number, what: string): void {
  if (!(value >= 0 && value < below)) {
    const range = below === Number.POSITIVE_INFINITY ? 'a finite number from 0' : `from 0 to below ${below}`;
    throw new InvalidValueError(`${what} must be ${range}; got ${value}`);
  }
}

/** @throws RangeError for a front that cannot be trained beforehand */
function checkFrozenFront({ trainedWith, epochs, seed, backend }: FrozenFront, { front }: TrainingSettings): void {
  if (front === undefined) {
    throw new InvalidValueError(
      'there is no front to freeze: these networks have no convolutional layers before their junctions',
    );
  }
  if (!frontNetworks.includes(trainedWith)) {
    throw new InvalidValueError(
      `a frozen front must be trained with ${frontNetworks.join(' or ')}; got ${String(trainedWith)}`,
    );
  }
  requireWhole(epochs, 'the epochs of a frozen front');
  if (seed !== undefined && !(Number.isSafeInteger(seed) && seed >= 0)) {
    throw new InvalidValueError(`the seed of a frozen front must be a whole number from 0; got ${seed}`);
  }
  if (backend !== undefined) checkedBackend(backend);
}

/** Fills in defaults and checks. @throws RangeError naming what was got and what is expected */
export function trainingSettings(request: Partial<TrainingSettings> = {}): TrainingSettings {
  const given = Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
  const settings: TrainingSettings = { ...defaultTrainingSettings, ...given };
  requireWhole(settings.epochs, 'epochs');
  requireWhole(settings.batchSize, 'the batch size');
  if (settings.optimizer !== 'adam' && settings.optimizer !== 'sgd') {
    throw new InvalidValueError(`the optimizer must be adam or sgd; got ${String(settings.optimizer)}`);
  }
  if (!(settings.learningRate > 0 && Number.isFinite(settings.learningRate))) {
    throw new InvalidValueError(`the learning rate must be a finite number above 0; got ${settings.learningRate}`);
  }
  requireFrom0(settings.learningRateDecay, Number.POSITIVE_INFINITY, 'the decay of the learning rate');
  requireFrom0(settings.momentum, 1, 'momentum');
  if (settings.momentum > 0 && settings.optimizer !== 'sgd') {
    throw new InvalidValueError(
      `momentum belongs to the optimizer sgd; got momentum ${settings.momentum} with ${settings.optimizer}`,
    );
  }
  requireFrom0(settings.l2, Number.POSITIVE_INFINITY, 'the L2 penalty');
  if (settings.init !== undefined && !initNames.includes(settings.init)) {
    throw new InvalidValueError(`start weights must be by ${initNames.join(' or ')}; got ${String(settings.init)}`);
  }
  if (settings.front !== undefined && !frontNames.includes(settings.front)) {
    throw new InvalidValueError(`the front must be ${frontNames.join(' or ')}; got ${String(settings.front)}`);
  }
  if (settings.frozenFront !== undefined) checkFrozenFront(settings.frozenFront, settings);
  if (settings.fastMath !== undefined && typeof settings.fastMath !== 'boolean') {
    throw new InvalidValueError(`fast math must be true or false; got ${String(settings.fastMath)}`);
  }
  if (!Number.isFinite(settings.biasStart)) {
    throw new InvalidValueError(`the start of the biases must be a finite number; got ${settings.biasStart}`);
  }
  return withoutDefaultInit(settings);
}

/** The same settings without a key that says the default, so that they equal those of versions that had no other. */
function withoutDefaultInit({ init, ...settings }: TrainingSettings): TrainingSettings {
  return init === undefined || init === DEFAULT_INIT ? settings : { ...settings, init };
}

/** A front that was trained beforehand makes another training of one that is otherwise alike. */
function frozenFields(frozen: FrozenFront | undefined): string[] {
  if (frozen === undefined) return [];
  const { trainedWith, epochs, seed = 'each', backend } = frozen;
  const revision = backend === undefined ? 'unplanned' : revisionOf({ engine: 'tfjs', backend });
  return [`frozenFront=${trainedWith},${epochs},${seed},${backend ?? 'auto'},${revision}`];
}

/**
 * SHA-256 (hex) of what, beside pattern and seed, decides a training: two evaluations of one candidate and one seed with equal
 * digests are the same evaluation. Engine, its revision and backend are part of it: what another one gave never answers for this one.
 * Settings that are absent leave no trace.
 */
export function settingsDigest(
  datasetDigest: string,
  settings: TrainingSettings,
  { engine, backend, trainerDigest }: Pick<RunsOn, 'engine' | 'backend' | 'trainerDigest'>,
): string {
  const fields = Object.keys(defaultTrainingSettings)
    .sort()
    .map((key) => `${key}=${settings[key as keyof TrainingSettings]}`);
  if (settings.front !== undefined) fields.push(`front=${settings.front}`);
  fields.push(...frozenFields(settings.frozenFront));
  if (settings.fastMath) fields.push('fastMath=true');
  if (settings.init !== undefined && settings.init !== DEFAULT_INIT) fields.push(`init=${settings.init}`);
  const made = [`engine=${engine}`, `revision=${revisionOf({ engine, backend })}`, `backend=${backend}`];
  if (trainerDigest !== undefined) made.push(`trainer=${trainerDigest}`);
  const text = ['scattershot/training 2', `dataset=${datasetDigest}`, ...made, ...fields].join('\n');
  return createHash('sha256').update(`${text}\n`).digest('hex');
}
