import { expect, test } from 'vitest';
import { Assignment, JobGroup, type Runner } from '../../src/queue/assignment.ts';

const one: Runner = { worker: 'w1', host: 'lab-1', device: 'cpu' };
const two: Runner = { worker: 'w2', host: 'lab-2', device: 'cpu' };

function assignment() {
  const told: unknown[] = [];
  const group = new JobGroup(
    {
      ended: async () => 'kept',
      begun: (_, { worker }) => void told.push(`${worker} begins`),
      returned: (_, { worker }, why, goesOn) => void told.push([worker, why, goesOn]),
    },
    1,
  );
  return { told, job: new Assignment({ id: 'job', payload: '' }, group) };
}

test('where one who took a job is lost while another does it, that other goes on', () => {
  const { job, told } = assignment();
  job.hear('r1', one, 0);
  job.hear('r2', two, 20_000);
  expect(job.loseSilent(10_000)).toBe(null);
  expect(job.stage).toBe('begun');
  job.loseSilent(30_000);
  expect(told).toEqual([
    ...['w1 begins', 'w2 begins'],
    ['w1', 'lab-1 is not heard of any more', two],
    ['w2', 'lab-2 is not heard of any more', null],
  ]);
});

test('one that was taken for lost and is heard of again has begun it anew; one that gives it back then has not returned it twice', () => {
  const { job, told } = assignment();
  job.hear('r1', one, 0);
  job.loseSilent(10_000);
  expect(job.stage).toBe('waiting');
  job.hear('r1', one, 20_000);
  expect(job.stage).toBe('begun');
  job.loseSilent(30_000);
  job.giveBack({ run: 'r1', reason: 'given back by its worker' }, 40_000);
  job.hear('r1', one, 50_000);
  const lost = ['w1', 'lab-1 is not heard of any more', null];
  expect(told).toEqual(['w1 begins', lost, 'w1 begins', lost]);
});
