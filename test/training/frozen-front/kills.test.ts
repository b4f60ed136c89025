import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../store/samples.ts';

const childFile = fileURLToPath(new URL('./killed-child.ts', import.meta.url));

/** What a child said, by the first word of a line, until it ended or was killed. */
function live(folder: string, ...more: readonly string[]) {
  const args = ['--import', 'tsx', childFile, folder, ...more];
  const { stdout, signal } = spawnSync(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  const lines = stdout.trim().split('\n');
  return { signal, said: (word: string) => lines.filter((line) => line.startsWith(`${word} `)) };
}

test('a process that is killed while its front trains leaves where it stood, and the next one goes on to the same features', () => {
  const whole = live(temporaryFolder());
  expect(whole.said('epoch')).toHaveLength(3);
  const folder = temporaryFolder();
  const killed = live(folder, 'die');
  expect(killed.signal).toBe('SIGKILL');
  expect(killed.said('digest')).toEqual([]);
  const last = live(folder);
  expect(last.said('warning')).toEqual([]);
  expect(last.said('started')).toHaveLength(1);
  expect(last.said('started')).not.toEqual(['started 1 0']);
  expect(last.said('digest')).toEqual(whole.said('digest'));
  expect(readdirSync(join(folder, 'features'))).toEqual([expect.stringMatching(/\.dataset$/)]);
});
