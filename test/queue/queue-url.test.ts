import { expect, test } from 'vitest';
import { InvalidValueError } from '../../src/base/caller-errors.ts';
import { readQueueUrl } from '../../src/queue/queue-url.ts';

test('a URL of Redis says host, port, database, and TLS by its scheme', () => {
  expect(readQueueUrl('redis://lab', {})).toMatchObject({ kind: 'redis', host: 'lab', port: 6379, tls: false });
  expect(readQueueUrl('rediss://u:p%40ss@[::1]:7000/3', {})).toEqual({
    ...{ kind: 'redis', host: '::1', port: 7000, user: 'u', password: 'p@ss', database: '3', tls: true },
    shown: 'rediss://u@[::1]:7000/3',
  });
});

test('a URL of PostgreSQL says user and database, and may name the folder of a socket', () => {
  expect(readQueueUrl('postgresql://me@lab/work?sslmode=require', {})).toMatchObject({
    ...{ kind: 'postgres', host: 'lab', port: 5432, user: 'me', database: 'work', tls: true },
  });
  expect(readQueueUrl('postgres://me@/work?host=/run/socket', {})).toMatchObject({ host: '/run/socket', tls: false });
});

test('the password comes from the URL, else from the environment, and is never in what is shown', () => {
  const environment = { SCATTERSHOT_QUEUE_PASSWORD: 'hidden' };
  const of = (text: string) => readQueueUrl(text, environment);
  expect(of('redis://lab').password).toBe('hidden');
  expect(of('redis://:own@lab').password).toBe('own');
  for (const text of ['redis://:own@lab', 'postgres://me:own@lab/db?password=own', 'redis://lab/1?x=hidden']) {
    expect(of(text).shown).not.toMatch(/own|hidden/);
  }
});

test('a URL that is none of a queue is refused with a next step, and without a word of it', () => {
  const wrong = [
    '',
    'lab:6379',
    'http://u:secret@lab',
    'redis://',
    'redis://u:secret@lab/secret',
    'redis://:%zz-secret@lab',
  ];
  for (const text of wrong) {
    const error = (() => {
      try {
        return readQueueUrl(text, {});
      } catch (thrown) {
        return thrown as InvalidValueError;
      }
    })();
    expect(error, text).toBeInstanceOf(InvalidValueError);
    expect(error, text).toMatchObject({ nextStep: expect.stringContaining('redis://HOST') });
    expect(JSON.stringify(error) + (error as Error).message).not.toContain('secret');
  }
});
