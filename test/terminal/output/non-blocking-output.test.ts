import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { DescriptorOutput } from '../../../src/terminal/output/non-blocking-output.ts';
import { temporaryFolder } from '../../store/samples.ts';

const tries = vi.hoisted(() => ({ count: 0 }));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const counted = (...given: Parameters<typeof fs.writeSync>) => {
    tries.count++;
    return fs.writeSync(...given);
  };
  return { ...fs, writeSync: counted };
});

test('what waits all night for a reader is offered a few times a second, and comes when somebody reads', async () => {
  const path = join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    expect(() => {
      for (;;) writeSync(pipe, new Uint8Array(4096));
    }).toThrow(/EAGAIN/);
    const output = new DescriptorOutput(pipe);
    output.write('the result');
    tries.count = 0;
    expect(await output.drained(2000)).toBe(false);
    expect(tries.count).toBeLessThan(40);
    const drained = output.drained(10_000);
    execFileSync('dd', [`if=${path}`, 'of=/dev/null', 'bs=4096', 'count=4'], { stdio: 'ignore' });
    expect(await drained).toBe(true);
  } finally {
    closeSync(pipe);
  }
});
