import { InvalidTypeError, InvalidValueError } from '../base/caller-errors.ts';
import { junctionSizes } from '../pattern/architecture.ts';
import { patternFault } from '../pattern/pattern.ts';
import { type Dataset, splitNames } from './datasets/dataset.ts';
import { inputFault } from './fronts.ts';
import type { FrontName, JunctionWeights, TrainingJob } from './trainer.ts';

function checkDataset(dataset: Dataset): void {
  for (const name of splitNames) {
    const { examples, inputs, labels } = dataset[name];
    if (examples < 1 || inputs.length !== examples * dataset.features || labels.length !== examples) {
      throw new InvalidValueError(
        `the ${name} split must hold ${examples} × ${dataset.features} inputs and ${examples} labels, at least one; got ${inputs.length} and ${labels.length}`,
      );
    }
    if (!(inputs.buffer instanceof SharedArrayBuffer && labels.buffer instanceof SharedArrayBuffer)) {
      throw new InvalidTypeError(
        `the ${name} split must be in shared memory; got an ArrayBuffer, expected a SharedArrayBuffer`,
      );
    }
    const wrong = labels.find((label) => label >= dataset.classes);
    if (wrong !== undefined) {
      throw new InvalidValueError(`labels of the ${name} split must be below ${dataset.classes}; got ${wrong}`);
    }
  }
}

function checkStartWeights(job: TrainingJob, startWeights: readonly JunctionWeights[]): void {
  for (const { number, edges, right } of junctionSizes(job.pattern)) {
    const given = startWeights[number - 1];
    if (given?.weights.length !== edges || given.biases.length !== right) {
      throw new InvalidValueError(
        `job ${job.id}: start weights of junction ${number} must be ${edges} weights and ${right} biases; got ${given?.weights.length ?? 0} and ${given?.biases.length ?? 0}`,
      );
    }
  }
}

function checkJob(job: TrainingJob, dataset: Dataset, front: FrontName | undefined): void {
  const { layers, fanOuts, usedOutputs } = job.architecture;
  const { pattern } = job;
  if (pattern.layers.join() !== layers.join() || pattern.fanOuts.join() !== fanOuts.join()) {
    const got = `${pattern.layers.join('-')} (${pattern.fanOuts.join()})`;
    throw new InvalidValueError(
      `job ${job.id}: the pattern must have its architecture's sizes ${layers.join('-')} (${fanOuts.join()}); got ${got}`,
    );
  }
  const fault = patternFault(pattern);
  if (fault !== null) throw new InvalidValueError(`job ${job.id}: ${fault.message}`);
  const misfit = inputFault(dataset.features, layers[0], front);
  if (misfit !== null) throw new InvalidValueError(`job ${job.id}: ${dataset.name} ${misfit}`);
  if (dataset.classes > usedOutputs) {
    throw new InvalidValueError(
      `job ${job.id}: ${dataset.name} has ${dataset.classes} classes; expected at most the ${usedOutputs} used outputs`,
    );
  }
  if (job.startWeights !== undefined) checkStartWeights(job, job.startWeights);
}

/**
 * Refuses what no engine could train: sizes that do not fit each other or the data, data outside shared memory, one id for two jobs.
 * @param front the settings' one
 * @throws RangeError, TypeError
 */
export function checkJobs(jobs: readonly TrainingJob[], dataset: Dataset, front?: FrontName): void {
  checkDataset(dataset);
  const ids = new Set<string>();
  for (const job of jobs) {
    if (ids.has(job.id)) throw new InvalidValueError(`every job needs an id of its own; got ${job.id} twice`);
    ids.add(job.id);
    checkJob(job, dataset, front);
  }
}
