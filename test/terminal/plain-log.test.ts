import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HostEvent } from '../../src/remote/host-events.ts';
import type { StudyEvent } from '../../src/study/events.ts';
import { createPlainLog, type PlainLogOptions } from '../../src/terminal/plain-log.ts';
import { anyEvent } from './random-events.ts';
import { scriptedStudy } from './scripted-study.ts';

function logged(events: readonly StudyEvent[], options: Partial<PlainLogOptions> = {}): string[] {
  const written: string[] = [];
  const listener = createPlainLog({ write: (text) => written.push(text), color: false, ...options });
  for (const event of events) listener(event);
  return written.map((text) => text.replace(/\n$/, ''));
}

const script = scriptedStudy();

test('a study is written from its settings to its end, one line an event', () => {
  const lines = logged(script);
  expect(lines.slice(0, 3)).toEqual([
    '[ 0:00] study morse-demo-7: 64-1024-64 (128,8), indicator, seed 7, 2 workers, budget 120 candidates',
    '[ 0:00] stored in cache/scattershot.db',
    '[ 0:00] warning: no GPU was found: training runs on the CPU; see scattershot doctor',
  ]);
  expect(lines).toContain('[ 0:00] warning: radix sits out: needs layers whose sizes share a product of radices');
  expect(lines).toContain('[ 0:13] chosen 12 candidates, 2 seeds each, 12 epochs');
  expect(lines.at(-3)).toBe('[ 1:24] verdict: no link found');
  expect(lines.at(-1)).toBe('[ 1:24] finished');
});

test('every new best and every training that ended has its line', () => {
  const lines = logged(script);
  expect(lines.filter((line) => line.includes('new best'))).toEqual([
    '[ 0:00] new best: 4 candidates (3 %), 21.6 k swaps, 10/s, 4–6 s left, best S 0.9012 (#4 permutation-grid)',
    '[ 0:01] new best: 8 candidates (7 %), 43.2 k swaps, 10/s, 4–6 s left, best S 0.9791 (#8 permutation-grid)',
  ]);
  expect(lines.filter((line) => /\] trained #/.test(line))).toHaveLength(23);
  expect(
    lines.filter((line) => /\] diverged #16 seed 2: the loss is no longer finite \(\d+ of 24\)/.test(line)),
  ).toHaveLength(1);
});

test('of other machines it tells who came, what was returned and why, warnings, and at the end what each did', () => {
  const lab = { worker: 'a', host: 'lab-1', device: 'a GPU' };
  const lost = { kind: 'returned', runner: lab, job: '1', why: 'lab-1 is not heard of any more' } as const;
  const heard: readonly HostEvent[] = [
    { kind: 'joined', ...lab },
    { kind: 'pulse', ...lab, jobs: 3, samplesPerSecond: 100 },
    { kind: 'refused', worker: 'b', host: 'lab-2\u001b[2J', device: '', why: 'it has revision 2; that has revision 1' },
    ...[lost, lost, lost],
    { kind: 'done', ...lab, job: '2' },
    { kind: 'trouble', message: 'the queue does not answer' },
  ];
  const events = heard.map((event, index): StudyEvent => ({ kind: 'host', atMs: 500 * index, event }));
  const end: StudyEvent = { kind: 'study-ended', atMs: 9000, status: 'finished', failure: null };
  expect(logged([...events, end])).toEqual([
    '[ 0:00] lab-1 joined: a GPU',
    '[ 0:01] warning: lab-2\\x1b[2J takes no work of this study: it has revision 2; that has revision 1',
    '[ 0:01] a job was returned by lab-1, and is done anew: lab-1 is not heard of any more',
    '[ 0:03] warning: the queue does not answer',
    '[ 0:09] hosts: lab-1 did 1 job; 3 jobs were returned',
    '[ 0:09] finished',
  ]);
  expect(logged([...events, end], { quiet: true })).toHaveLength(2);
  expect(logged([end])).toEqual(['[ 0:09] finished']);
});

test('progress without a new best is written every two seconds of the events’ own time', () => {
  const slow = logged(scriptedStudy(1000)).filter((line) => / searching: /.test(line));
  const fast = logged(scriptedStudy(10)).filter((line) => / searching: /.test(line));
  expect(slow).toHaveLength(28);
  expect(fast).toHaveLength(0);
});

test('a trainer that does not tell its speed is not said to be slow', () => {
  const untold = script.map(
    (event): StudyEvent =>
      event.kind === 'training' && event.event.kind === 'result'
        ? { ...event, event: { ...event.event, samplesPerSecond: 0 } }
        : event,
  );
  const trained = logged(untold).filter((line) => /\] trained #/.test(line));
  expect(trained).toHaveLength(23);
  for (const line of trained) expect(line).toMatch(/: test [\d.]+ % \(\d+ of 24\)$/);
});

test('the engine is named once', () => {
  expect(logged(script).filter((line) => line.includes('training by tfjs on wasm'))).toHaveLength(1);
});

test('when quiet, only warnings are written, and an end that was not a good one', () => {
  expect(logged(script, { quiet: true })).toHaveLength(2);
  const failed: StudyEvent = { kind: 'study-ended', status: 'failed', failure: 'the disk is full', atMs: 5000 };
  expect(logged([...script.slice(0, -1), failed], { quiet: true }).at(-1)).toBe('[ 0:05] failed: the disk is full');
});

test('colour marks lines and changes no word', () => {
  const colored = logged(script, { color: true });
  expect(colored.some((line) => line.includes('\u001b['))).toBe(true);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what colour adds
  expect(colored.map((line) => line.replace(/\u001b\[\d+m/g, ''))).toEqual(logged(script));
});

test('without unicode every line is ASCII and keeps its signs', () => {
  const lines = logged(script, { unicode: false });
  for (const line of lines) expect(line).toMatch(/^[\x20-\x7e]*$/);
  expect(lines.at(-2)).toContain('is -0.12');
});

test('property: whatever the events hold, each line is one line without cursor codes', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
      for (const line of logged(events)) expect(line).not.toMatch(/\p{Cc}/u);
    }),
  );
});

test('no line is longer than 4 KB or holds an escape, whatever a strategy says of itself', () => {
  const reason = `\u001b[2J${'x'.repeat(1e6)}\u202e`;
  const [line] = logged([{ kind: 'strategy-refused', atMs: 0, strategies: ['mine\u001b]0;t\u0007'], reason }]);
  expect(Buffer.byteLength(line)).toBeLessThanOrEqual(4096);
  expect(line).toMatch(/^\[ 0:00\] warning: mine\\x1b\]0;t\\x07 sits out: \\x1b\[2Jxxx.*\\u202e$/);
});
