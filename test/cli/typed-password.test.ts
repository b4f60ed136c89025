import { expect, test } from 'vitest';
import { hideTypedPassword } from '../../src/cli/typed-password.ts';

/** What is left of these arguments, where the password went, and what a list of processes is told to show. */
function hidden(...args: string[]) {
  const environment: NodeJS.ProcessEnv = {};
  let shown: string | null = null;
  hideTypedPassword(args, environment, (commandLine) => {
    shown = commandLine;
  });
  return { args, password: environment.SCATTERSHOT_QUEUE_PASSWORD, shown: shown as string | null };
}

test.each([
  ['redis://:secret@lab:6379/2', 'redis://lab:6379/2'],
  ['rediss://me:secret@lab', 'rediss://me@lab'],
  ['postgres://me:secret@lab:5432/work', 'postgres://me@lab:5432/work'],
  ['postgresql://me:secret@/work?host=/run/postgresql', 'postgresql://me@/work?host=/run/postgresql'],
  ['--queue=redis://:secret@lab', '--queue=redis://lab'],
  ['--quue=redis://:secret@lab', '--quue=redis://lab'],
])('the password of %s goes to the environment', (typed, left) => {
  const { args, password, shown } = hidden('node', 'main.js', 'worker', typed);
  expect(args).toEqual(['node', 'main.js', 'worker', left]);
  expect(password).toBe('secret');
  expect(shown).not.toContain('secret');
  expect(shown).toContain(`main.js worker ${left}`);
});

test('a password keeps every character, escaped or not', () => {
  expect(hidden('x', 'redis://:a%2Fb%40c@lab').password).toBe('a/b@c');
  expect(hidden('x', 'redis://me:a/b@c#d?e@lab:1/0')).toMatchObject({
    args: ['x', 'redis://me@lab:1/0'],
    password: 'a/b@c#d?e',
  });
  expect(hidden('x', 'redis://:100%@lab').password).toBe('100%');
});

test.each([
  'redis://lab:6379/0',
  'postgres://me@lab:5432/work',
  'redis://me:@lab',
  'pattern.npz',
  '--queue',
  'http://a:b@c',
])('%s holds no password of a queue', (typed) => {
  const { password } = hidden('node', 'main.js', typed);
  expect(password).toBeUndefined();
});
