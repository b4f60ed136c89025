import { fork } from 'node:child_process';
import { expect, test } from 'vitest';
import { findWebGpu } from './webgpu.ts';
import type { ChildReport } from './webgpu-child.ts';

const found = await findWebGpu();

function runChild(): Promise<ChildReport> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('./webgpu-child.ts', import.meta.url), [], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: ['--import', 'tsx'],
    });
    child.once('message', (report) => resolve(report as ChildReport));
    child.once('exit', (code, signal) => reject(new Error(`WebGPU's process ended with ${code ?? signal}`)));
  });
}

if (found.ok) {
  const name = `webgpu (${found.value.device})`;

  test(`a population on ${name} takes no more memory than the formula says and gives it back; what cannot be allocated is heard of`, async () => {
    const { measured, heard } = await runChild();
    expect(measured.statuses).toEqual(['finished', 'finished', 'finished']);
    expect(measured.peakBytes).toBeLessThan(measured.formulaBytes);
    expect(measured.peakBytes).toBeGreaterThan(measured.formulaBytes / 4);
    expect(measured.leftBytes).toBeLessThan(measured.formulaBytes / 100);
    expect(heard[0]).toMatch(/memory|exceeds/i);
    expect(heard[1]).toBeNull();
  }, 180_000);
} else {
  test(`populations were NOT run on webgpu here: ${found.message}`, () => {
    expect(found.reason).toMatch(/^[a-z-]+$/);
    expect(found.nextStep).not.toBe('');
  });
}
