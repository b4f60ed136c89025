import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inFolder, runProgram } from './program.ts';

/** All connections of 64-2048-64: an epoch of Morse's 320,000 examples takes a minute. */
function writeDensePattern(path: string): void {
  const junctions = [
    [64, 2048],
    [2048, 64],
  ].map(([left, right]) => Array.from({ length: right }, () => Array.from({ length: left }, (_, k) => k)));
  writeFileSync(path, JSON.stringify({ format: 'scattershot/pattern', version: 1, layers: [64, 2048, 64], junctions }));
}

/** Sends a signal some time after a line of this kind was written. @returns how long the program then lived */
function interrupter(signal: NodeJS.Signals, line: RegExp, afterMs: number) {
  let sentMs = 0;
  let seen = '';
  return {
    onStart: (child: ChildProcess) =>
      child.stderr?.on('data', (text) => {
        if (line.test(seen)) return;
        seen += text;
        if (!line.test(seen)) return;
        void pause(afterMs).then(() => {
          sentMs = performance.now();
          child.kill(signal);
        });
      }),
    livedMs: () => performance.now() - sentMs,
  };
}

test('an interrupt within an epoch of a minute is answered at once, and the training goes on where it was', async () => {
  await inFolder(async (cwd) => {
    const path = join(cwd, 'dense.json');
    writeDensePattern(path);
    const args = ['train', path, '--data', 'morse', '--epochs', '2', '--workers', '1', '--engine', 'sparse'];
    const first = interrupter('SIGINT', /training by sparse/, 1500);
    const run = await runProgram(args, { cwd, onStart: first.onStart });
    const livedMs = first.livedMs();
    expect(run).toMatchObject({ code: 130, stderr: expect.stringContaining('The same command goes on with it.') });
    expect(livedMs).toBeLessThan(5000);
    const second = interrupter('SIGTERM', /goes on at epoch 1, after \d+ batch/, 500);
    const resumed = await runProgram(args, { cwd, onStart: second.onStart });
    const lived2Ms = second.livedMs();
    expect(resumed).toMatchObject({ code: 130, stderr: expect.stringMatching(/goes on at epoch 1, after \d+ batch/) });
    expect(lived2Ms).toBeLessThan(5000);
    console.info(`ended ${Math.round(livedMs)} ms after SIGINT, ${Math.round(lived2Ms)} ms after SIGTERM`);
  });
});
