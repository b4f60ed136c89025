import { InvalidTypeError, InvalidValueError } from '../base/caller-errors.ts';
import { describeArchitecture, junctionSizes } from '../pattern/architecture.ts';
import { patternFault } from '../pattern/pattern.ts';
import { type Dataset, splitNames } from './datasets/dataset.ts';
import type { JunctionWeights, TrainingJob } from './trainer.ts';

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

function checkJob(job: TrainingJob): void {
  const { layers, fanOuts } = job.architecture;
  const { pattern } = job;
  if (pattern.layers.join() !== layers.join() || pattern.fanOuts.join() !== fanOuts.join()) {
    throw new InvalidValueError(
      `job ${job.id}: the pattern must have its architecture's sizes ${describeArchitecture(job.architecture)}; got ${describeArchitecture(pattern)}`,
    );
  }
  const fault = patternFault(pattern);
  if (fault !== null) throw new InvalidValueError(`job ${job.id}: ${fault.message}`);
  if (job.startWeights !== undefined) checkStartWeights(job, job.startWeights);
}

/**
 * Refuses jobs that are not whole: a pattern that is not its architecture's, start weights of other lengths, splits with holes or
 * outside shared memory, one id for two jobs. Whether data, network and engine fit each other is the plan's question
 * (`trainingPlan` in study) and is not asked again.
 * @throws RangeError, TypeError
 */
export function checkJobs(jobs: readonly TrainingJob[], dataset: Dataset): void {
  checkDataset(dataset);
  const ids = new Set<string>();
  for (const job of jobs) {
    if (ids.has(job.id)) throw new InvalidValueError(`every job needs an id of its own; got ${job.id} twice`);
    ids.add(job.id);
    checkJob(job);
  }
}
