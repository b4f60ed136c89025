import { expect, test } from 'vitest';
import { divergedAbove, divergedBy } from '../../../src/training/pool/ending.ts';

test('a training has diverged above 1000 times the loss of guessing among the used outputs', () => {
  expect(divergedAbove({ usedOutputs: 10 })).toBeCloseTo(2302.585, 3);
  expect(divergedAbove({ usedOutputs: 1 })).toBe(divergedAbove({ usedOutputs: 2 }));
  const bound = divergedAbove({ usedOutputs: 10 });
  expect(divergedBy(bound, 1, { usedOutputs: 10 })).toBeNull();
  expect(divergedBy(4.5e14, 3, { usedOutputs: 10 })).toEqual({
    status: 'diverged',
    reason: 'the loss rose to 4.5e+14 in epoch 3, 1000 times that of guessing and more; a lower learning rate may help',
  });
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])('a loss of %d has diverged whatever the outputs', (loss) => {
  expect(divergedBy(loss, 2, { usedOutputs: 4 })?.reason).toBe(
    'the loss was no longer finite in epoch 2; a lower learning rate may help',
  );
});
