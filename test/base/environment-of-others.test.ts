import { expect, test } from 'vitest';
import { environmentOfOthers } from '../../src/base/environment-of-others.ts';

test('what is started gets the environment without a queue and its password, and ours keeps them', () => {
  const own = { HOME: '/home/me', SCATTERSHOT_QUEUE: 'redis://lab', SCATTERSHOT_QUEUE_PASSWORD: 'secret' };
  expect(environmentOfOthers(own)).toEqual({ HOME: '/home/me' });
  expect(own.SCATTERSHOT_QUEUE_PASSWORD).toBe('secret');
});
