import { expect, test } from 'vitest';
import type { HostEvent } from '../../src/remote/host-events.ts';
import {
  heardHosts,
  hostsText,
  hostText,
  hostWarning,
  initialHostsState,
  reduceHosts,
} from '../../src/terminal/hosts-state.ts';

const lab1 = { worker: 'a1', host: 'lab-1', device: 'a GPU' };
const lab2 = { worker: 'b2', host: 'lab-2', device: 'a processor' };

const after = (events: readonly HostEvent[]) =>
  events.reduce(
    (state, event, index) => reduceHosts(state, { kind: 'host', atMs: 1000 * index, event }),
    initialHostsState,
  );

const story: readonly HostEvent[] = [
  { kind: 'joined', ...lab1 },
  { kind: 'pulse', ...lab1, jobs: 4, samplesPerSecond: 9000 },
  { kind: 'pulse', ...lab2, jobs: 2, samplesPerSecond: null },
  { kind: 'done', ...lab1, job: '1' },
  { kind: 'returned', runner: lab2, job: '2', why: 'lab-2 is not heard of any more' },
  { kind: 'returned', runner: null, job: '3', why: 'nobody had begun it' },
  { kind: 'done', ...lab1, job: '2' },
  { kind: 'done', ...lab2, job: '3' },
];

test('what each machine does, did and returned is the sum of what was heard of it', () => {
  const { hosts, returned } = after(story);
  expect(hosts).toEqual([
    { ...lab1, jobs: 4, samplesPerSecond: 9000, done: 2, returned: 0, heardMs: 6000 },
    { ...lab2, jobs: 1, samplesPerSecond: null, done: 1, returned: 1, heardMs: 7000 },
  ]);
  expect(returned).toBe(2);
});

test('a machine that was not heard of for long is shown without work', () => {
  const state = after(story);
  expect(heardHosts(state, 26_000).map(({ jobs }) => jobs)).toEqual([4, 1]);
  expect(heardHosts(state, 26_500)).toMatchObject([{ jobs: 0, samplesPerSecond: null, done: 2 }, { jobs: 1 }]);
});

test('at the end each machine is named with what it did, several workers of one together', () => {
  expect(hostsText(after(story))).toBe('lab-1 did 2 jobs, lab-2 did 1 job; 2 jobs were returned');
  const second: HostEvent = { kind: 'done', ...lab2, worker: 'b3', job: '4' };
  expect(hostsText(after([...story, second, { ...second, job: '5' }]))).toMatch(/^lab-2 did 3 jobs, lab-1 did 2 jobs;/);
  expect(hostsText(initialHostsState)).toBe('no other machine did anything; 0 jobs were returned');
  const many = Array.from(
    { length: 12 },
    (_, index): HostEvent => ({ ...lab1, kind: 'done', job: '1', worker: `${index}`, host: `h${index}` }),
  );
  expect(hostsText(after(many))).toMatch(/h7 did 1 job, 4 others did 4; 0 jobs/);
});

test('an event is a warning, a line, or neither', () => {
  const told = (event: HostEvent) => [hostWarning(event), hostText(event)];
  expect(told({ kind: 'joined', ...lab1 })).toEqual([null, 'lab-1 joined: a GPU']);
  expect(told({ kind: 'refused', ...lab1, why: 'it has revision 2' })).toEqual([
    'lab-1 takes no work of this study: it has revision 2',
    null,
  ]);
  expect(told({ kind: 'trouble', message: 'the queue does not answer' })).toEqual(['the queue does not answer', null]);
  expect(story.slice(4, 6).map(hostText)).toEqual([
    'a job was returned by lab-2, and is done anew: lab-2 is not heard of any more',
    'a job was returned, and is done anew: nobody had begun it',
  ]);
  expect(told(story[1])).toEqual([null, null]);
  expect(told(story[3])).toEqual([null, null]);
});
