import { expect, test } from 'vitest';
import { MOST_MESSAGE_CHARACTERS } from '../../src/queue/transport.ts';
import { currentStudies, readPayload, readToStudy, readToWorker } from '../../src/queue/wire.ts';

const runner = { worker: 'abc', host: 'lab-1', device: 'cpu' };

test('a pulse needs no body', () => {
  const pulse = { kind: 'pulse', doing: [{ job: 'job-1', run: 'r1' }], ...runner };
  expect(readToStudy(JSON.stringify(pulse))).toEqual(pulse);
});

test('a job that failed is told without a body', () => {
  const done = { kind: 'done', job: 'job-1', run: 'r1', ...runner, failure: { reason: 'poisoned', message: 'no' } };
  expect(readToStudy(JSON.stringify(done))).toEqual(done);
});

test('a host’s name cannot move a terminal’s cursor, and is cut', () => {
  const begun = { kind: 'begun', job: 'job-1', run: 'r1', ...runner, host: `\u001b[2J${'x'.repeat(1000)}` };
  const message = readToStudy(JSON.stringify(begun));
  const host = message?.kind === 'begun' ? message.host : '';
  expect(host.startsWith('\\x1b[2J')).toBe(true);
  expect(host.length).toBeLessThanOrEqual(300);
});

test.each([
  ['no JSON', '{"kind":'],
  ['an unknown kind', '{"kind":"delete"}'],
  ['a job’s id with a slash', JSON.stringify({ kind: 'begun', job: '../x', run: 'r1', ...runner })],
  ['a run that is no token', JSON.stringify({ kind: 'begun', job: 'job-1', run: 'R 1', ...runner })],
  ['lists a thousand deep', `${'['.repeat(1000)}${']'.repeat(1000)}`],
  ['too many characters', `"${'x'.repeat(MOST_MESSAGE_CHARACTERS)}"`],
])('refuses %s', (_, text) => {
  expect(readToStudy(text)).toBeNull();
  expect(readToWorker(text)).toBeNull();
});

test('a payload that is no JSON is undefined', () => {
  expect(readPayload('{"a":1}')).toEqual({ a: 1 });
  expect(readPayload('1,"b":2')).toBeUndefined();
});

test('a study that has not renewed its notice for 30 s is not there', () => {
  const notice = { token: 'a1', name: 's', host: 'h', kind: 'search', version: '1', needs: null, atMs: 100_000 };
  const board = [{ text: JSON.stringify(notice) }];
  expect(currentStudies(board, 129_999)).toEqual([notice]);
  expect(currentStudies(board, 130_000)).toEqual([]);
});
