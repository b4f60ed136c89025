import { expect, test } from 'vitest';
import { refusalText } from '../../src/terminal/refusal-text.ts';

test('strategies that sit out for one reason take one line', () => {
  const event = { kind: 'strategy-refused', atMs: 0, reason: 'it cannot keep constraints' } as const;
  expect(refusalText({ ...event, strategies: ['radix'] })).toBe('radix sits out: it cannot keep constraints');
  expect(refusalText({ ...event, strategies: ['local', 'radix', 'sobol'] })).toBe(
    '3 strategies sit out: local, radix, sobol: it cannot keep constraints',
  );
});
