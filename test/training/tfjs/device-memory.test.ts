import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freeGpuMemory, parseFreeMemory, usableMemory } from '../../../src/training/tfjs/device-memory.ts';
import { DeviceMemoryError, DeviceWatch, isMemoryFault } from '../../../src/training/webgpu/device-watch.ts';

const GIBIBYTE = 2 ** 30;

test('of several GPUs the smallest free memory counts, in bytes', () => {
  expect(parseFreeMemory('80000\n')).toBe(80_000 * 2 ** 20);
  expect(parseFreeMemory('80000\n 4096\r\n')).toBe(4 * GIBIBYTE);
});

test.each(['', 'No devices were found\n', '[N/A]\n', '80000 MiB\n', '0\n'])('“%s” tells no free memory', (printed) => {
  expect(parseFreeMemory(printed)).toBeNull();
});

test('nvidia-smi is asked where it is, and its absence or refusal is no error', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scattershot-smi-'));
  try {
    const program = join(folder, 'nvidia-smi');
    expect(await freeGpuMemory(program)).toBeNull();
    await writeFile(program, '#!/bin/sh\n[ "$1" = "--query-gpu=memory.free" ] && echo 12345\n');
    await chmod(program, 0o755);
    expect(await freeGpuMemory(program)).toBe(12_345 * 2 ** 20);
    await writeFile(program, '#!/bin/sh\necho 12345; exit 9\n');
    expect(await freeGpuMemory(program)).toBeNull();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('where free memory is not known it is assumed, and never more than half of this machine’s', () => {
  expect(usableMemory({ gpu: true }, 80 * GIBIBYTE, 16 * GIBIBYTE)).toBe(80 * GIBIBYTE);
  expect(usableMemory({ gpu: true }, null, 16 * GIBIBYTE)).toBe(4 * GIBIBYTE);
  expect(usableMemory({ gpu: true }, null, 4 * GIBIBYTE)).toBe(2 * GIBIBYTE);
  expect(usableMemory({ gpu: false }, 80 * GIBIBYTE, 16 * GIBIBYTE)).toBe(2 * GIBIBYTE);
});

class FakeDevice extends EventTarget {
  lose: (reason: { message: string }) => void = () => {};
  readonly lost = new Promise<{ message: string }>((resolve) => {
    this.lose = resolve;
  });

  complain(message: string): boolean {
    return this.dispatchEvent(
      Object.assign(new Event('uncapturederror', { cancelable: true }), { error: { message } }),
    );
  }
}

test('a device’s first complaint is thrown when it is asked after, once, by its first line', () => {
  const device = new FakeDevice();
  const watch = new DeviceWatch();
  watch.listen(device);
  expect(() => watch.check()).not.toThrow();
  // Handled here: the library need not print it.
  expect(device.complain('vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY\n - While calling …')).toBe(false);
  device.complain('[Invalid Buffer] is invalid');
  expect(() => watch.check()).toThrow(
    new DeviceMemoryError('vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY'),
  );
  expect(() => watch.check()).not.toThrow();
});

test('a lost device is a fault, but not one of memory', async () => {
  const device = new FakeDevice();
  const watch = new DeviceWatch();
  watch.listen(device);
  device.lose({ message: 'the driver was reset' });
  await device.lost;
  let thrown: unknown = null;
  try {
    watch.check();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toEqual(new Error('the device was lost (the driver was reset)'));
  expect(isMemoryFault(thrown)).toBe(false);
});

test.each([
  ['OOM when allocating tensor with shape[256,4096,512]', true],
  ['Array buffer allocation failed', true],
  ['RESOURCE_EXHAUSTED: failed to allocate memory', true],
  ['there is no room in the zoo', false],
  ['Error in matMul: inner shapes (3) and (4) must match', false],
])('“%s”: memory ran out: %s', (message, expected) => {
  expect(isMemoryFault(new Error(message))).toBe(expected);
});
