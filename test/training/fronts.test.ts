import { expect, test } from 'vitest';
import { blockSizes, type ConvBlock, type Front, frontOutputs } from '../../src/training/fronts.ts';
import { startFront } from '../../src/training/weights.ts';

const block = (filterSize: number, filters: number, pool: boolean, batchNorm = false): ConvBlock => ({
  ...{ filterSize, filters, pool, batchNorm },
});
const front: Front = {
  input: { height: 8, width: 4, channels: 3 },
  blocks: [block(3, 5, true), block(5, 2, false, true)],
};

test('each block works on what the one before it gives: images halve where there is pooling', () => {
  expect(blockSizes(front)).toMatchObject([
    { height: 8, width: 4, inChannels: 3, covered: 27, outHeight: 4, outWidth: 2 },
    { height: 4, width: 2, inChannels: 5, covered: 125, outHeight: 4, outWidth: 2 },
  ]);
  expect(frontOutputs(front)).toBe(16);
  expect(frontOutputs({ ...front, blocks: [] })).toBe(96);
});

test('even filters, and images of odd sides where there is pooling, are refused', () => {
  expect(() => blockSizes({ ...front, blocks: [block(4, 5, true)] })).toThrow(/block 1 must have an odd side; got 4/);
  const blocks = [block(3, 5, true), block(3, 5, true), block(3, 5, true)];
  expect(() => blockSizes({ ...front, blocks })).toThrow(/block 3 can pool images of even sides only; got 2 × 1/);
});

test('start weights are He-normal by what a filter covers, by streams of their own and the same for ever', () => {
  const wide: Front = { ...front, blocks: [block(3, 400, false), block(3, 300, false, true)] };
  const [first, second] = startFront(wide, 1, 0.1);
  expect([first.filter.length, second.filter.length]).toEqual([27 * 400, 3600 * 300]);
  for (const [{ filter }, covered] of [[first, 27] as const, [second, 3600] as const]) {
    const variance = filter.reduce((sum, value) => sum + value * value, 0) / filter.length;
    expect(variance * covered).toBeGreaterThan(1.9);
    expect(variance * covered).toBeLessThan(2.1);
  }
  expect(startFront(front, 1, 0)[0].filter.slice(0, 3)).toEqual(
    startFront({ ...front, blocks: [front.blocks[0]] }, 1, 0)[0].filter.slice(0, 3),
  );
  expect(startFront(front, 2, 0)[0].filter).not.toEqual(startFront(front, 1, 0)[0].filter);
  expect([...startFront(front, 1, 0)[0].filter.slice(0, 2)]).toEqual([-0.2032766491174698, -0.03895248472690582]);
});

test('biases start alike; with batch norm the shift starts at 0 and the scale at 1', () => {
  const [plain, normed] = startFront(front, 1, 0.1);
  expect(plain).toMatchObject({ shift: new Float32Array(5).fill(0.1), scale: null });
  expect(normed).toMatchObject({ shift: new Float32Array(2), scale: new Float32Array(2).fill(1) });
});
