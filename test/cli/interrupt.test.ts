import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const child = fileURLToPath(new URL('interrupt-child.ts', import.meta.url));

test('the first signal asks for an end, the second tells what that waits for, the third leaves at once, threads and all; SIGHUP counts for nothing', async () => {
  const run = spawn(process.execPath, ['--import', 'tsx', child], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  run.stdout.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const ended = new Promise((resolve) => run.on('exit', (code, signal) => resolve({ code, signal })));
  const says = async (text: string) => {
    for (const until = performance.now() + 20_000; said !== text; await delay(20)) {
      if (performance.now() > until) throw new Error(`got ${JSON.stringify(said)}, expected ${JSON.stringify(text)}`);
    }
  };
  await says('up\n');
  run.kill('SIGTERM');
  await says('up\nfirst\naborted\n');
  run.kill('SIGHUP');
  run.kill('SIGHUP');
  await delay(200);
  run.kill('SIGINT');
  await says('up\nfirst\naborted\nsecond\n');
  run.kill('SIGTERM');
  expect(await ended).toEqual({ code: 130, signal: null });
});
