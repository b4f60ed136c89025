import { fork } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { findWebGpu } from '../tfjs/webgpu.ts';
import type { DeviceReport } from './device-child.ts';

const found = await findWebGpu();

function runChild(): Promise<DeviceReport> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('./device-child.ts', import.meta.url), [], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: ['--import', 'tsx'],
    });
    child.once('message', (report) => resolve(report as DeviceReport));
    child.once('exit', (code, signal) => reject(new Error(`WebGPU's process ended with ${code ?? signal}`)));
  });
}

if (found.ok) {
  describe(`the sparse engine on webgpu (${found.value.device})`, () => {
    let report: DeviceReport;
    beforeAll(async () => {
      report = await runChild();
    }, 180_000);

    test('has the losses of the sparse engine on the processor, step by step, for any number of candidates', () => {
      expect(report.agreements.map(({ compared }) => compared)).toEqual([4, 28, 64, 20, 12]);
      for (const { worst } of report.agreements) expect(worst).toBeLessThan(1e-5);
    });

    test('gives the same bits where a dispatch has to be laid out in two dimensions', () => {
      expect(report.sameBits).toBe(true);
    });

    test('takes 3J + 1 dispatches a step, and J + 2 for a batch that is evaluated', () => {
      expect(report.dispatches).toEqual({ steps: 3, counted: 3 * (3 * 3 + 1), evaluations: 3 + 2 });
    });

    test('reads and writes the bytes that its costs say, by the sizes of the buffers that are really bound', () => {
      const counted = report.formula.map(({ kernel, junction, readBytes, writtenBytes }) => {
        // Not among the buffers that are used whole: the examples, and row numbers and labels of the batch.
        const apart = kernel === 'gather' ? readBytes : kernel === 'loss' ? 2 * 4 * 3 * 256 : 0;
        return { kernel: `${kernel} ${junction}`, readBytes: readBytes - apart, writtenBytes };
      });
      expect(report.bound).toEqual(counted);
    });

    test('takes no more memory than the formula says, and gives it back', () => {
      const { peakBytes, leftBytes, formulaBytes } = report.memory;
      expect(peakBytes).toBeLessThanOrEqual(formulaBytes);
      expect(peakBytes).toBeGreaterThan(formulaBytes / 2);
      expect(leftBytes).toBe(0);
    });

    test('divides a population that the device cannot hold, and says of one candidate that it cannot', () => {
      expect(report.halved).toEqual({ opened: [4, 2, 2], statuses: ['finished', 'finished', 'finished', 'finished'] });
      expect(report.hopeless).toEqual([expect.stringMatching(/^the backend webgpu gave up: .*exceeds the max/)]);
    });

    test('hears of what cannot be allocated, once', () => {
      expect(report.heard[0]).toMatch(/memory|exceeds/i);
      expect(report.heard[1]).toBeNull();
    });
  });
} else {
  test(`the sparse engine was NOT run on webgpu here: ${found.message}`, () => {
    expect(found.reason).toMatch(/^[a-z-]+$/);
    expect(found.nextStep).not.toBe('');
  });
}
