import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineArchitecture } from '../../../src/pattern/architecture.ts';
import { planPopulations } from '../../../src/training/pool/population-plan.ts';
import {
  candidateBytes,
  fitsOnDevice,
  LARGEST_POPULATION,
  populationSize,
} from '../../../src/training/pool/population-size.ts';
import type { TrainingJob } from '../../../src/training/trainer.ts';
import { someJob } from '../samples.ts';

const morse = defineArchitecture({ layers: [64, 1024, 64], fanOuts: [128, 8] });
const GIBIBYTE = 2 ** 30;
const limits = { maxTensorBytes: GIBIBYTE, memoryBytes: 8 * GIBIBYTE };

describe('how many candidates are trained at once', () => {
  test('follows the stated formula: 4 · (14 · Σ pairs + 7 · rows · Σ neurons) bytes each', () => {
    expect(candidateBytes(morse, 256)).toBe(4 * (14 * 2 * 65_536 + 7 * 256 * 1152));
    expect(candidateBytes(morse, 512)).toBe(4 * (14 * 2 * 65_536 + 7 * 512 * 1152));
    const small = { maxTensorBytes: GIBIBYTE, memoryBytes: GIBIBYTE };
    expect(populationSize(morse, 256, small)).toBe(Math.floor((0.6 * GIBIBYTE) / candidateBytes(morse, 256)));
  });

  test('keeps room for evaluations when batches are small', () => {
    const small = { maxTensorBytes: GIBIBYTE, memoryBytes: GIBIBYTE };
    expect(populationSize(morse, 1, small)).toBe(populationSize(morse, 256, small));
    expect(populationSize(morse, 1024, small)).toBeLessThan(populationSize(morse, 256, small));
  });

  test('is bound by the largest tensor too: here a kernel of 4096 × 512', () => {
    const cifar = defineArchitecture({ layers: [4096, 512, 16], fanOuts: [1, 1] });
    const roomy = { maxTensorBytes: GIBIBYTE, memoryBytes: 1000 * GIBIBYTE };
    expect(populationSize(cifar, 256, roomy)).toBe(GIBIBYTE / (4 * 4096 * 512));
    expect(populationSize(cifar, 1024, roomy)).toBe(GIBIBYTE / (4 * 4096 * 1024));
  });

  test('is at least one and never more than fills a device', () => {
    expect(populationSize(morse, 256, { maxTensorBytes: 1, memoryBytes: 1 })).toBe(1);
    const tiny = defineArchitecture({ layers: [8, 4], fanOuts: [2] });
    expect(populationSize(tiny, 32, limits)).toBe(LARGEST_POPULATION);
  });

  test('a split stays on the device if it is one tensor of at most a fifth of the memory', () => {
    expect(fitsOnDevice(320_000 * 64, limits)).toBe(true);
    expect(fitsOnDevice(GIBIBYTE / 4 + 1, limits)).toBe(false);
    expect(fitsOnDevice(GIBIBYTE / 8, { ...limits, memoryBytes: GIBIBYTE })).toBe(false);
  });
});

describe('dividing jobs into populations', () => {
  const shapes = [
    { layers: [8, 12, 4], fanOuts: [6, 2] },
    { layers: [8, 12, 4], fanOuts: [3, 4] },
    { layers: [8, 4], fanOuts: [2] },
    { layers: [8, 12, 4], fanOuts: [6, 2], usedOutputs: 3 },
  ];
  const samples = shapes.map((shape) => someJob(shape));
  const jobsOf = (kinds: readonly number[]): TrainingJob[] =>
    kinds.map((kind, index) => ({ ...samples[kind], id: `${index}` }));
  const shapeOf = ({ architecture }: TrainingJob) => `${architecture.layers}/${architecture.usedOutputs}`;

  test('puts patterns of other fan-outs together and other layers or outputs apart', () => {
    const plan = planPopulations(jobsOf([0, 2, 1, 3, 0]), () => 10);
    expect(plan.map((group) => group.map(({ id }) => id))).toEqual([['0', '2', '4'], ['1'], ['3']]);
  });

  test('keeps other fan-outs apart where they must be the same', () => {
    const others = [someJob({ layers: [8, 12, 4], fanOuts: [6, 2] }), someJob({ layers: [8, 12, 4], fanOuts: [3, 4] })];
    const jobs = [0, 1, 0].map((kind, index) => ({ ...others[kind], id: `${index}` }));
    const ids = (sameFanOuts: boolean) =>
      planPopulations(jobs, () => 10, { sameFanOuts }).map((group) => group.map(({ id }) => id));
    expect(ids(true)).toEqual([['0', '2'], ['1']]);
    expect(ids(false)).toEqual([['0', '1', '2']]);
  });

  test('keeps other seeds apart where the order of the examples must be the same', () => {
    const jobs = [1, 2, 1].map((seed, index) => someJob({ layers: [8, 12, 4], fanOuts: [6, 2], seed, id: `${index}` }));
    const ids = (sameSeed: boolean) =>
      planPopulations(jobs, () => 10, { sameSeed }).map((group) => group.map(({ id }) => id));
    expect(ids(true)).toEqual([['0', '2'], ['1']]);
    expect(ids(false)).toEqual([['0', '1', '2']]);
  });

  test('makes parts of about equal size rather than a full one and a rest', () => {
    const plan = planPopulations(jobsOf([0, 0, 0, 0, 0, 0, 0, 0, 0]), () => 8);
    expect(plan.map(({ length }) => length)).toEqual([4, 5]);
  });

  test('property: every job once, each part of one shape, within the size, in order, and no more parts than needed', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { maxLength: 40 }), fc.integer({ min: 1, max: 12 }), (kinds, size) => {
        const jobs = jobsOf(kinds);
        const plan = planPopulations(jobs, () => size);
        expect(
          plan
            .flat()
            .map(({ id }) => Number(id))
            .sort((a, b) => a - b),
        ).toEqual(jobs.map((_, index) => index));
        const counts = new Map<string, number>();
        for (const group of plan) {
          expect(group.length).toBeGreaterThan(0);
          expect(group.length).toBeLessThanOrEqual(size);
          expect(new Set(group.map(shapeOf)).size).toBe(1);
          const ids = group.map(({ id }) => Number(id));
          expect(ids).toEqual([...ids].sort((a, b) => a - b));
          counts.set(shapeOf(group[0]), (counts.get(shapeOf(group[0])) ?? 0) + 1);
        }
        for (const [shape, parts] of counts) {
          expect(parts).toBe(Math.ceil(jobs.filter((job) => shapeOf(job) === shape).length / size));
        }
      }),
    );
  });
});
