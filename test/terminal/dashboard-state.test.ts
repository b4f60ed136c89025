import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ShownCandidate, StudyEvent } from '../../src/study/events.ts';
import type { StudySettings } from '../../src/study/settings.ts';
import { type DashboardState, initialDashboardState, reduceDashboard } from '../../src/terminal/dashboard-state.ts';
import { anyEvent } from './random-events.ts';
import { scriptedCandidate, scriptedSettings, scriptedStudy } from './scripted-study.ts';

const fold = (events: readonly StudyEvent[]): DashboardState => events.reduce(reduceDashboard, initialDashboardState);
const script = scriptedStudy();
const until = (kind: StudyEvent['kind']) => script.slice(0, script.findIndex((event) => event.kind === kind) + 1);

test('the header is the start event, and time is that of the latest event', () => {
  const state = fold(script.slice(0, 3));
  expect(state.study).toMatchObject({ study: 'morse-demo-7', settings: { seed: 7 }, workers: 2 });
  expect(state.atMs).toBe(400);
  expect(reduceDashboard(state, { kind: 'warning', message: 'late', atMs: 1 }).atMs).toBe(400);
});

test('phases are listed in the order they were entered, the present one with its summary', () => {
  const state = fold(until('verdict'));
  expect(state.phases).toEqual(['search', 'select', 'data', 'train', 'verdict']);
  expect(state.phase?.phase).toBe('verdict');
});

test('a phase that comes again is the present one, listed once', () => {
  const verdict: StudyEvent = { kind: 'phase', phase: 'verdict', atMs: 1 };
  const data: StudyEvent = { kind: 'phase', phase: 'data', dataset: 'morse', atMs: 2 };
  expect(fold([data, verdict, data]).phases).toEqual(['verdict', 'data']);
});

test('the best of the search gets its vector from the kept candidate, whichever comes first', () => {
  const [progress, kept] = [
    script.find((event) => event.kind === 'search-progress'),
    script.find((event) => event.kind === 'candidates-kept'),
  ] as [StudyEvent, StudyEvent];
  const expected = scriptedCandidate(4).vector;
  expect(fold([progress]).best).toMatchObject({ number: 4, vector: null });
  expect(fold([progress, kept]).best).toMatchObject({ number: 4, vector: expected });
  expect(fold([kept, progress]).best).toMatchObject({ number: 4, vector: expected });
});

test('kept candidates are ranked by S, each once', () => {
  const kept = (numbers: readonly number[]): StudyEvent => ({
    ...{ kind: 'candidates-kept', atMs: 0, candidates: numbers.map(scriptedCandidate) },
  });
  const state = fold([kept([1, 2, 3]), kept([3, 4])]);
  expect(state.kept.map(({ number }) => number)).toEqual([4, 1, 2, 3]);
});

/** A study of these settings that has kept candidates of these S, numbered from 1. */
function keeping(changes: Partial<StudySettings>, found: readonly Partial<ShownCandidate>[]) {
  const [start] = script;
  if (start.kind !== 'study-started') throw new Error('the script does not start with its study');
  const candidates = found.map((own, index) => ({ ...scriptedCandidate(index + 1), ...own }));
  const state = fold([
    { ...start, settings: { ...scriptedSettings, ...changes } },
    { kind: 'candidates-kept', atMs: 1, candidates },
  ]);
  return state.kept.map(({ number }) => number);
}

test('where a certain S is wanted the nearest candidates go first, and a long list loses the farthest', () => {
  const target = 0.5;
  expect(keeping({ target }, [{ scatter: 0.9 }, { scatter: 0.45 }, { scatter: 0.52 }])).toEqual([3, 2, 1]);
  const many = Array.from({ length: 300 }, (_, index) => ({ scatter: index < 250 ? 1 : 0.5 }));
  expect(keeping({ target }, many).slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, index) => 251 + index));
});

test('candidates of equal S are ordered as the search orders them', () => {
  const equals = [{ 'four-cycles': 3 }, { 'four-cycles': 1 }, { 'four-cycles': 2 }].map((ties) => ({
    scatter: 1,
    ties,
  }));
  expect(keeping({ order: ['four-cycles'] }, equals)).toEqual([2, 3, 1]);
});

test('rates are taken over the last seconds of events', () => {
  const { search } = fold(until('selected'));
  expect(search.progress?.evaluated).toBe(120);
  // four candidates every two events of 200 ms
  expect(search.pace?.candidatesPerSecond).toBe(10);
  expect(search.swapsPerSecond).toBeCloseTo(54_000, -3);
});

test('one event alone gives no rate, nor does a clock that stands still', () => {
  const progress = script.find((event) => event.kind === 'search-progress') as StudyEvent;
  expect(fold([progress]).search.swapsPerSecond).toBeNull();
  expect(fold([progress, progress]).search.swapsPerSecond).toBeNull();
});

test('a warning is kept once, and a refused strategy counts as one', () => {
  const { warnings } = fold([...script.slice(0, 10), ...script.slice(1, 10)]);
  expect(warnings).toEqual([
    'no GPU was found: training runs on the CPU; see scattershot doctor',
    'radix sits out: needs layers whose sizes share a product of radices',
  ]);
});

test('every training has its curve and its end', () => {
  const { training, selection } = fold(script);
  expect(selection).toMatchObject({ seeds: 2, epochs: 12 });
  expect(training.jobs).toHaveLength(24);
  expect(training.ended).toBe(24);
  for (const job of training.jobs) expect(job.curve).toHaveLength(12);
  const diverged = training.jobs.filter((job) => job.status === 'diverged');
  expect(diverged).toMatchObject([
    { candidate: 16, seed: 2, testAccuracy: null, reason: 'the loss is no longer finite' },
  ]);
  expect(training.samplesPerSecond).toBeGreaterThan(31_000);
});

test('a trainer that does not tell its speed has none', () => {
  const untold = script.map(
    (event): StudyEvent =>
      event.kind === 'training' && event.event.kind === 'result'
        ? { ...event, event: { ...event.event, samplesPerSecond: 0 } }
        : event,
  );
  expect(fold(untold).training).toMatchObject({ ended: 24, samplesPerSecond: null });
});

test('a training that starts again starts its curve again', () => {
  const events = script.filter((event) => event.kind === 'training' && event.candidate === 7 && event.seed === 1);
  const [started, first] = events;
  expect(fold([started, first, first]).training.jobs[0].curve).toHaveLength(2);
  expect(fold([started, first, first, started]).training.jobs[0]).toMatchObject({ curve: [], status: 'running' });
});

test('the engine line is what really runs, from its event or from the first training', () => {
  const events = script.filter((event) => event.kind === 'training');
  expect(fold([events[0]]).engine).toMatchObject({ engine: 'tfjs', backend: 'wasm' });
  const other: StudyEvent = { kind: 'engine', engine: 'tfjs', backend: 'webgpu', device: 'a GPU', atMs: 0 };
  expect(fold([other, events[0]]).engine?.backend).toBe('webgpu');
});

test('the verdict and the end are kept as their events have them', () => {
  const state = fold(script);
  expect(state.verdict?.verdict).toBe('no-link-found');
  expect(state.end).toEqual({ status: 'finished', failure: null });
});

test('property: reducing never throws, never changes the state it was given, and time never runs back', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
      let state = initialDashboardState;
      for (const event of events) {
        const before = structuredClone(state);
        const next = reduceDashboard(state, event);
        expect(state).toEqual(before);
        if (event.kind !== 'study-started') expect(next.atMs).toBeGreaterThanOrEqual(state.atMs);
        state = next;
      }
      expect(new Set(state.kept.map(({ number }) => number)).size).toBe(state.kept.length);
      expect(state.training.ended).toBe(state.training.jobs.filter(({ status }) => status !== 'running').length);
    }),
  );
});
