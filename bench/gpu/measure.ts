import { Random } from '../../src/base/random.ts';
import type { ArchitectureRequest } from '../../src/pattern/architecture.ts';
import { trainingSettings } from '../../src/training/settings.ts';
import type { Trainer, TrainingJob } from '../../src/training/trainer.ts';
import { benchPattern } from '../scatter/nets.ts';
import { randomSplit } from '../training/nets.ts';

export interface PopulationLoad {
  readonly request: ArchitectureRequest;
  readonly candidates: number;
  readonly batch: number;
  /** optimiser steps of an epoch */
  readonly steps: number;
  /** epochs that are timed, after one that is not */
  readonly epochs: number;
  /** one order of examples for all candidates, as where many patterns are trained with one seed */
  readonly sharedOrder: boolean;
}

export interface MeasuredRate {
  /** candidates · samples per second; null where it could not be measured */
  readonly samplesPerSecond: number | null;
  readonly reason: string | null;
}

const failed = (reason: string): MeasuredRate => ({ samplesPerSecond: null, reason });

/** Milliseconds that are in any of these intervals. */
function covered(intervals: readonly (readonly [from: number, to: number])[]): number {
  let end = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (const [from, to] of [...intervals].sort(([a], [b]) => a - b)) {
    sum += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return sum;
}

function jobsOf({ request, candidates, sharedOrder }: PopulationLoad): TrainingJob[] {
  return Array.from({ length: candidates }, (_, c) => ({
    ...benchPattern(request, c + 1),
    ...{ id: `${c}`, seed: sharedOrder ? 1 : c + 1 },
  }));
}

/**
 * Candidates · samples per second of one population, by a clock on the wall: from the end of each candidate's first epoch to that of its
 * last one. The same for every engine; an epoch's evaluation of a few examples is in it.
 */
export async function measurePopulation(trainer: Trainer, load: PopulationLoad): Promise<MeasuredRate> {
  const jobs = jobsOf(load);
  const { layers, usedOutputs } = jobs[0].architecture;
  const split = (examples: number, number: number) =>
    randomSplit(examples, layers[0], usedOutputs, Random.fromSeed(1).fork(99, number));
  const examples = load.batch * load.steps;
  const splits = { train: split(examples, 1), validation: split(16, 2), test: split(16, 3) };
  const shape = { features: layers[0], classes: usedOutputs, normalisation: 'uniform' };
  const dataset = { name: 'uniform', digest: `uniform ${layers[0]} ${examples}`, ...shape, ...splits };
  const settings = trainingSettings({ epochs: 1 + load.epochs, batchSize: load.batch });
  const begun = new Map<string, number>();
  const intervals: [number, number][] = [];
  for await (const event of trainer.train(jobs, dataset, settings, new AbortController().signal)) {
    if (event.kind === 'result' && event.status !== 'finished') return failed(event.reason ?? event.status);
    if (event.kind !== 'epoch') continue;
    const from = begun.get(event.job);
    if (from === undefined) begun.set(event.job, performance.now());
    else if (event.epoch === settings.epochs) intervals.push([from, performance.now()]);
  }
  if (intervals.length < jobs.length) return failed('it tells of no epochs');
  const samples = jobs.length * load.epochs * examples;
  return { samplesPerSecond: (1000 * samples) / covered(intervals), reason: null };
}
