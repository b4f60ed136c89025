import fc from 'fast-check';
import type { StudyEvent } from '../../src/study/events.ts';
import { scriptedSettings } from './scripted-study.ts';

/** Text as it may come from a user, a driver or an error: wide and combining characters, escapes, line breaks. */
const text = fc.string({
  unit: fc.constantFrom(
    'a',
    'b',
    ' ',
    'é',
    '漢',
    '😀',
    'e\u0301',
    '\n',
    '\t',
    '\u001b[31m',
    '\u001b[2J',
    '\u0007',
    '…',
  ),
  maxLength: 60,
});

/** Mostly fractions, and what a broken measurement might give. */
const value = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
  { weight: 1, arbitrary: fc.double() },
);

/** What ranks, which no study says of a candidate unless it is a number. */
const share = fc.double({ min: 0, max: 1, noNaN: true });

const count = fc.nat(2000);
const number = fc.integer({ min: 1, max: 12 });
const seed = fc.integer({ min: 1, max: 2 });

const candidate = fc.record({
  number,
  fingerprint: fc.stringMatching(/^[0-9a-f]{64}$/),
  strategy: text,
  scatter: share,
  vector: fc.array(value, { maxLength: 8 }),
  otherScatter: fc.option(share),
  ties: fc.record({ rank: fc.option(share) }),
});
const candidates = fc.array(candidate, { maxLength: 12 });

const progress = fc.record({
  round: count,
  evaluated: count,
  duplicates: count,
  swaps: count,
  seconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
  best: fc.option(fc.record({ number, strategy: text, scatter: value })),
  strategies: fc.array(fc.record({ name: text, evaluated: count, best: fc.option(value) }), { maxLength: 8 }),
});

const runsOn = { engine: fc.constant('tfjs' as const), backend: fc.constant('wasm' as const), device: text };

const trainingEvent = fc.oneof(
  fc.record({ kind: fc.constant('started' as const), job: text, ...runsOn }),
  fc.record({
    ...{ kind: fc.constant('epoch' as const), job: text, epoch: count },
    ...{ loss: value, accuracy: value, validationAccuracy: value },
  }),
  fc.record({
    ...{ kind: fc.constant('result' as const), job: text, ...runsOn },
    status: fc.constantFrom('finished' as const, 'diverged' as const, 'stopped' as const, 'failed' as const),
    ...{ reason: fc.option(text), testAccuracy: fc.option(value), samplesPerSecond: value, durationMs: count },
    bestEpoch: fc.option(fc.record({ epoch: count, validationAccuracy: value })),
  }),
);

const atMs = fc.nat(10_000_000);

const budget = fc.oneof(
  fc.record({ kind: fc.constant('candidates' as const), candidates: fc.integer({ min: 1, max: 500 }) }),
  fc.record({ kind: fc.constant('time' as const), seconds: fc.double({ min: 1e-3, max: 1e6, noNaN: true }) }),
);
const searching = {
  budget,
  islands: fc.array(fc.record({ strategy: text }), { maxLength: 9 }),
  patience: fc.option(count),
};
const settings = fc
  .record({ budget, target: fc.option(share), order: fc.constantFrom([], ['other-scatter', 'rank']) })
  .map((own) => ({ ...scriptedSettings, ...own }));
const training = {
  ...{ study: text, dataset: text, architecture: fc.constant(scriptedSettings.architecture), epochs: count },
  ...{ candidates: fc.array(number, { maxLength: 4 }), seeds: fc.array(seed, { maxLength: 2 }) },
};
const dataset = fc.record({ name: text, normalisation: text, train: count, validation: count, test: count });
const searchEnd = fc.constantFrom(
  ...([
    'budget',
    'optimal',
    'target',
    'no-improvement',
    'all-found',
    'aborted',
    'exhausted',
    'nothing-made',
    'settled',
  ] as const),
);

const amount = fc.double({ min: 0, max: 1e9, noNaN: true });
const range = fc.option(fc.record({ low: amount, high: amount }));
const pace = fc.record({ candidatesPerSecond: fc.option(amount), secondsLeft: range, candidatesLeft: range });
const trainings = fc.record({
  ...{ ended: count, planned: count, running: count, share, epochsPerSecond: fc.option(amount), secondsLeft: range },
  mayEndEarlier: fc.boolean(),
});

const runner = { worker: fc.constantFrom('a', 'b', 'c'), host: text, device: text };
const hostEvent = fc.oneof(
  fc.record({ kind: fc.constant('joined' as const), ...runner }),
  fc.record({ kind: fc.constant('refused' as const), ...runner, why: text }),
  fc.record({ kind: fc.constant('returned' as const), job: text, runner: fc.option(fc.record(runner)), why: text }),
  fc.record({ kind: fc.constant('pulse' as const), ...runner, jobs: count, samplesPerSecond: fc.option(amount) }),
  fc.record({ kind: fc.constant('done' as const), ...runner, job: text }),
  fc.record({ kind: fc.constant('trouble' as const), message: text }),
);

/** Any event at any time; real studies are better behaved. */
export const anyEvent: fc.Arbitrary<StudyEvent> = fc.oneof(
  fc.record({
    ...{ atMs, kind: fc.constant('study-started' as const), study: text, id: count, resumed: fc.boolean(), settings },
    ...{ entryKeys: fc.array(text, { maxLength: 8 }), workers: count, database: fc.option(text) },
  }),
  fc.record({ atMs, kind: fc.constant('phase' as const), phase: fc.constant('search' as const), ...searching }),
  fc.record({ atMs, kind: fc.constant('phase' as const), phase: fc.constant('select' as const), candidates: count }),
  fc.record({ atMs, kind: fc.constant('phase' as const), phase: fc.constant('data' as const), dataset: text }),
  fc.record({ atMs, kind: fc.constant('phase' as const), phase: fc.constant('train' as const), ...training }),
  fc.record({ atMs, kind: fc.constant('phase' as const), phase: fc.constant('verdict' as const) }),
  fc.record({
    atMs,
    kind: fc.constant('budget-spent' as const),
    evaluated: count,
    seconds: share,
    asked: budget,
    budget,
  }),
  fc.record({ atMs, kind: fc.constant('island-failed' as const), island: count, strategy: text, reason: text }),
  fc.record({ atMs, kind: fc.constant('island-slow' as const), island: count, strategy: text, seconds: count }),
  fc.record({
    ...{ atMs, kind: fc.constant('strategy-print' as const), name: text, island: fc.option(count), text },
    module: fc.constantFrom('strategy' as const, 'proxy' as const),
  }),
  fc.record({ atMs, kind: fc.constant('search-forgets' as const), remembers: count }),
  fc.record({ atMs, kind: fc.constant('search-ended' as const), why: searchEnd }),
  fc.record({ atMs, kind: fc.constant('dataset' as const), dataset }),
  fc.record({ atMs, kind: fc.constant('warning' as const), message: text }),
  fc.record({
    atMs,
    kind: fc.constant('strategy-refused' as const),
    strategies: fc.array(text, { minLength: 1, maxLength: 3 }),
    reason: text,
  }),
  fc.record({ atMs, kind: fc.constant('search-progress' as const), progress, pace }),
  fc.record({ atMs, kind: fc.constant('training-progress' as const), progress: trainings }),
  fc.record({ atMs, kind: fc.constant('candidates-kept' as const), candidates }),
  fc.record({ atMs, kind: fc.constant('selected' as const), candidates, seeds: fc.nat(3), epochs: fc.nat(20) }),
  fc.record({ atMs, kind: fc.constant('engine' as const), engine: text, backend: text, device: text }),
  fc.record({ atMs, kind: fc.constant('training' as const), candidate: number, seed, event: trainingEvent }),
  fc.record({ atMs, kind: fc.constant('training' as const), candidate: number, seed, event: trainingEvent }),
  fc.record({ atMs, kind: fc.constant('host' as const), event: hostEvent }),
  fc.record({ atMs, kind: fc.constant('verdict' as const), verdict: text, meaning: text }),
  fc.record({
    ...{ atMs, kind: fc.constant('study-ended' as const), failure: fc.option(text) },
    status: fc.constantFrom('finished' as const, 'interrupted' as const, 'failed' as const),
  }),
);
