import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { Pace } from '../../src/study/pace.ts';
import { SearchPaceMeter, TrainingProgressMeter } from '../../src/study/progress.ts';
import type { TrainingEvent } from '../../src/training/trainer.ts';

test('nothing is told of a pace before a second and two units of it were seen', () => {
  const pace = new Pace();
  pace.add(0, 0);
  pace.add(900, 50);
  expect(pace.secondsFor(100)).toBeNull();
  pace.add(2000, 100);
  expect(pace.perSecond).toBeCloseTo(50, -1);
  expect(pace.secondsFor(100)?.low).toBeLessThan(2);
  expect(pace.secondsFor(100)?.high).toBeGreaterThan(2);
});

test('a search by number knows how many candidates are left, one by time how many seconds', () => {
  const byNumber = new SearchPaceMeter({ kind: 'candidates', candidates: 1000 });
  const byTime = new SearchPaceMeter({ kind: 'time', seconds: 100 });
  for (const meter of [byNumber, byTime]) for (let s = 0; s < 10; s++) meter.of({ evaluated: 10 * s, seconds: s });
  const now = { evaluated: 100, seconds: 10 };
  expect(byNumber.of(now)).toMatchObject({ candidatesPerSecond: 10, candidatesLeft: { low: 900, high: 900 } });
  expect(byNumber.of(now).secondsLeft?.low).toBeCloseTo(900 / 11, 5);
  expect(byNumber.of(now).secondsLeft?.high).toBeCloseTo(100, 5);
  expect(byTime.of(now)).toMatchObject({ secondsLeft: { low: 90, high: 90 } });
  expect(byTime.of(now).candidatesLeft?.low).toBeCloseTo(810, 5);
});

test('property: a rest that goes no faster and no slower than what was seen takes a time within the range', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 500, max: 5000 }), { minLength: 8, maxLength: 300 }),
      fc.integer({ min: 1, max: 500 }),
      (gapsMs, rest) => {
        const pace = new Pace();
        let at = 0;
        pace.add(0, 0);
        gapsMs.forEach((gap, place) => {
          at += gap;
          pace.add(at, place + 1);
        });
        const range = pace.secondsFor(rest);
        const mean = at / gapsMs.length / 1000;
        expect(range?.low).toBeLessThanOrEqual(rest * mean);
        expect(range?.high).toBeGreaterThanOrEqual(rest * mean);
        expect(range?.high).toBeLessThanOrEqual(rest * 5.6);
        expect(range?.low).toBeGreaterThanOrEqual(rest * 0.45);
      },
    ),
  );
});

test('weeks of samples keep the pace of the whole time', () => {
  const pace = new Pace();
  for (let s = 0; s <= 100_000; s++) pace.add(1000 * s, 3 * s);
  expect(pace.perSecond).toBeCloseTo(3, 6);
  expect(pace.secondsFor(330)?.low).toBeCloseTo(100, 6);
});

const runsOn = { engine: 'sparse', backend: 'wasm', device: 'two threads' } as const;
const started: TrainingEvent = { kind: 'started', job: 'j', ...runsOn };
const epoch = (number: number): TrainingEvent => ({
  ...{ kind: 'epoch', job: 'j', epoch: number, loss: 1, accuracy: 0.5, validationAccuracy: 0.5 },
});
const result = (status: 'finished' | 'diverged' | 'stopped'): TrainingEvent => ({
  ...{ kind: 'result', job: 'j', ...runsOn, status, reason: null, testAccuracy: null, bestEpoch: null },
  ...{ samplesPerSecond: 1, durationMs: 1 },
});

/** Trainings on some threads, each epoch of a random length. @returns forecasts after each epoch, beside what came true */
function simulate(trainings: number, threads: number, epochs: number, random: Random) {
  const meter = new TrainingProgressMeter({ trainings, epochs });
  const told: { atMs: number; low: number; high: number }[] = [];
  const jobs = Array.from({ length: threads }, (_, thread) => ({ thread, job: -1, epoch: 0, atMs: 0 }));
  let next = 0;
  for (;;) {
    const job = jobs.reduce((first, each) => (each.atMs < first.atMs ? each : first));
    if (job.atMs === Number.POSITIVE_INFINITY) break;
    const name = String(job.job);
    if (job.job >= 0 && job.epoch > 0) meter.add(name, epoch(job.epoch), job.atMs);
    if (job.job >= 0 && job.epoch === epochs) meter.add(name, result('finished'), job.atMs);
    const { secondsLeft } = meter.progress();
    if (secondsLeft !== null) told.push({ atMs: job.atMs, ...secondsLeft });
    if (job.job < 0 || job.epoch === epochs) {
      if (next === trainings) {
        job.atMs = Number.POSITIVE_INFINITY;
        continue;
      }
      Object.assign(job, { job: next++, epoch: 0 });
      meter.add(String(job.job), started, job.atMs);
    }
    job.epoch++;
    job.atMs += 1000 * (1 + random.float());
  }
  const end = Math.max(...told.map(({ atMs }) => atMs));
  return told.map(({ atMs, low, high }) => ({ truth: (end - atMs) / 1000, low, high }));
}

test('in simulated studies the time that remains lies within the range nearly always, and the range is of use', () => {
  const all = Array.from({ length: 60 }, (_, n) => simulate(20 + n, 1 + (n % 4), 6, Random.fromSeed(n))).flat();
  const inside = all.filter(({ truth, low, high }) => truth >= low - 1e-9 && truth <= high + 1e-9).length / all.length;
  const widths = all.filter(({ truth }) => truth > 10).map(({ truth, low, high }) => (high - low) / truth);
  const median = widths.sort((a, b) => a - b)[Math.floor(widths.length / 2)];
  console.info(`inside ${(100 * inside).toFixed(1)} %, median width ${(100 * median).toFixed(0)} % of the truth`);
  expect(inside).toBeGreaterThan(0.9);
  expect(median).toBeLessThan(0.6);
});

test('trainings of earlier runs count as ended and not as pace, and one that goes on begins after its stored epochs', () => {
  const meter = new TrainingProgressMeter({ trainings: 10, epochs: 10 });
  meter.knew(8);
  meter.add('9', started, 0);
  meter.add('9', epoch(8), 1000);
  meter.add('9', epoch(9), 2000);
  meter.add('9', epoch(10), 3000);
  expect(meter.progress()).toMatchObject({ ended: 8, planned: 10, running: 1, share: 0.9, epochsPerSecond: 1 });
  expect(meter.progress().secondsLeft?.low).toBeGreaterThan(9);
  expect(meter.progress().secondsLeft?.high).toBeLessThan(12);
  meter.add('9', result('stopped'), 3100);
  expect(meter.progress()).toMatchObject({ ended: 8, running: 0 });
});

test('the last training takes its own time, however many threads are free', () => {
  const meter = new TrainingProgressMeter({ trainings: 4, epochs: 10 });
  for (const name of ['1', '2', '3', '4']) meter.add(name, started, 0);
  for (let number = 1; number <= 5; number++)
    for (const name of ['1', '2', '3', '4']) meter.add(name, epoch(number), 1000 * number);
  for (const name of ['1', '2', '3']) meter.add(name, result('diverged'), 5001);
  expect(meter.progress()).toMatchObject({ ended: 3, planned: 4, running: 1 });
  expect(meter.progress().secondsLeft?.low).toBeGreaterThanOrEqual(5);
});
