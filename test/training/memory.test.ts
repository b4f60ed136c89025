import { expect, test } from 'vitest';
import { defineArchitecture, meanFanOut } from '../../src/pattern/architecture.ts';
import { trainingBytes } from '../../src/training/memory.ts';

test('the memory of a net with balanced degrees lies between those of the nearest exact nets', async () => {
  const bytesOf = async (layers: number[], fanOuts: number[]) => {
    const architecture = defineArchitecture({ layers, fanOuts });
    return (await trainingBytes({ architecture, features: 784, batchSize: 256, engine: 'sparse' })).each;
  };
  // 784 → 300 has exact degrees at fan-ins of 196 and 392 alone.
  const [below, balanced, above] = await Promise.all(
    [196, 250, 392].map((fanIn) => bytesOf([784, 300, 10], [meanFanOut(784, 300, fanIn), 10])),
  );
  expect(Number.isSafeInteger(balanced)).toBe(true);
  expect(balanced).toBeGreaterThan(below);
  expect(balanced).toBeLessThan(above);
});

test('the 4 GiB of 32-bit addresses bound the sparse engine on a CPU, and not on a GPU', async () => {
  const size = { architecture: defineArchitecture({ layers: [16, 8], fanOuts: [4] }), features: 16, batchSize: 8 };
  const mostOn = async (engine: string, backend: string) => (await trainingBytes({ ...size, engine, backend })).most;
  expect(await mostOn('sparse', 'auto')).toBe(2 ** 32);
  expect(await mostOn('sparse', 'wasm')).toBe(2 ** 32);
  expect(await mostOn('auto', 'auto')).toBe(2 ** 32);
  expect(await mostOn('sparse', 'webgpu')).toBe(Number.POSITIVE_INFINITY);
});
