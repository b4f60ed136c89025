import { expect, test } from 'vitest';
import { textLength } from '../../src/report/format.ts';
import { boardText, type QueueBoard } from '../../src/report/workers.ts';

const worker = {
  ...{
    worker: 'a1b2',
    host: 'lab-1',
    pid: 4242,
    version: '0.1.0',
    engines: ['sparse', 'tfjs'],
    backends: ['webgpu', 'cpu'],
  },
  ...{ device: 'NVIDIA H200', threads: 16, memoryBytes: 137e9, studies: ['morse-1'], jobs: 12, done: 340 },
  ...{ samplesPerSecond: 81_300, draining: false, seenSecondsAgo: 3 },
} as const;
const idle = {
  ...worker,
  worker: 'c3',
  host: 'a-host-with-a-long-name.lab',
  jobs: 0,
  samplesPerSecond: null,
  studies: [],
};
const draining = { ...worker, host: 'lab-3\u001b[2J', draining: true };
const board: QueueBoard = {
  queue: 'redis://queue.lab',
  workers: [worker, idle, draining],
  studies: [{ study: 'morse-1', host: 'laptop', work: 'training', version: '0.1.0' }],
};

const lines = (shown: QueueBoard, width: number) =>
  boardText(shown, { width, color: false, unicode: true }).trimEnd().split('\n');

test('every worker is a line with what it has and does, then who offers work', () => {
  const [heading, ...rows] = lines(board, 220);
  expect(heading).toMatch(
    /^host +state +jobs +done +samples\/s +studies +device +threads +memory +engines +backends +version +process +seen$/,
  );
  expect(rows[0]).toMatch(
    /^lab-1 +working +12 +340 +81\.3 k +morse-1 +NVIDIA H200 +16 +137\.0 GB +sparse, tfjs +webgpu, cpu +0\.1\.0 +4242 +3 s ago$/,
  );
  expect(rows[1]).toMatch(/^a-host-with-a-long-name\.lab +idle +0 +340 +- +- +NVIDIA/);
  expect(rows[2]).toMatch(/^lab-3\\x1b\[2J +draining /);
  expect(rows.slice(3)).toEqual(['', 'Work is offered by morse-1 of laptop (training, version 0.1.0).']);
});

test.each([40, 80, 200])('at %d columns no line is too wide, and host and jobs are there', (width) => {
  const shown = lines(board, width);
  for (const line of shown) expect(textLength(line)).toBeLessThanOrEqual(width);
  expect(shown[0]).toMatch(/^host .*\bjobs\b/);
});

test('where nobody works, the command that starts a worker is told', () => {
  expect(lines({ ...board, workers: [], studies: [] }, 200)).toEqual([
    'Nobody takes work of redis://queue.lab. Start a worker with: scattershot worker --queue redis://queue.lab',
    '',
    'No study offers work.',
  ]);
});
