import { expect, test } from 'vitest';
import { queueUrlOf } from '../../src/cli/queue-option.ts';
import { readQueueUrl } from '../../src/queue/queue-url.ts';
import { runInProcess } from './in-process.ts';
import { inFolder } from './program.ts';

test('a queue is the one that was typed, else that of the environment', () => {
  const environment = { SCATTERSHOT_QUEUE: 'redis://lab' };
  expect(queueUrlOf('redis://here', environment)).toBe('redis://here');
  expect(queueUrlOf(true, environment)).toBe('redis://lab');
});

test.each(['redis://lab:6379/1', 'rediss://me@lab', 'postgres://me@lab:5432/work', 'postgres://me@/work?host=/run/pg'])(
  '%s gets the password of the environment',
  (url) => {
    const given = queueUrlOf(url, { SCATTERSHOT_QUEUE_PASSWORD: 'a/b@c%' });
    expect(readQueueUrl(given, {})).toEqual({ ...readQueueUrl(url, {}), password: 'a/b@c%' });
  },
);

test('a password of the URL is not overruled', () => {
  const given = queueUrlOf('redis://:own@lab', { SCATTERSHOT_QUEUE_PASSWORD: 'other' });
  expect(readQueueUrl(given, {}).password).toBe('own');
});

test.each([
  [['--queue', 'pattern.npz'], 'what follows --queue is no URL'],
  [['--queue', 'http://a:secret@lab'], 'is of a kind that carries no queue'],
  [['--queue', 'redis://lab:port:secret'], 'cannot be read'],
])('%j is refused before anything happens, and not quoted', async (words, message) => {
  await inFolder(async (home) => {
    for (const command of [
      ['worker'],
      ['workers'],
      ['search', '--net', 'morse'],
      ['train', 'a.npz'],
      ['validate'],
      ['demo'],
    ]) {
      const run = await runInProcess([...command, ...words], home);
      expect(run).toMatchObject({ code: 2, stdout: '' });
      expect(run.stderr).toContain(message);
      expect(run.stderr).not.toMatch(/secret|pattern\.npz/);
    }
  });
});

test('without a URL and without SCATTERSHOT_QUEUE there is no queue to name', async () => {
  await inFolder(async (home) => {
    for (const command of [['worker'], ['workers'], ['demo', '--queue']]) {
      const run = await runInProcess(command, home);
      expect(run).toMatchObject({ code: 2, stdout: '' });
      expect(run.stderr).toBe(
        'scattershot: no queue is named, and SCATTERSHOT_QUEUE is not set.\nWrite redis://HOST:6379, rediss://HOST:6380 (TLS) or postgres://USER@HOST:5432/DATABASE, after --queue or there.\n',
      );
    }
  });
});
