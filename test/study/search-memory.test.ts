import { expect, test } from 'vitest';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { leastSearchBytes, searchMemoryLack } from '../../src/study/search-memory.ts';

const net = defineArchitecture({ layers: [1000, 2000, 1000], fanOuts: [200, 50] });

test('a search takes four bytes an edge, for a pattern of each thread and one more', () => {
  expect(leastSearchBytes(net, 1)).toBe(2 * 4 * (1000 * 200 + 2000 * 50));
  expect(leastSearchBytes(net, 7)).toBe(4 * leastSearchBytes(net, 1));
});

test('a net whose patterns do not fit is refused with the estimate, and one that fits is not', () => {
  const bytes = leastSearchBytes(net, 4);
  expect(searchMemoryLack(net, 4, bytes)).toBeNull();
  expect(searchMemoryLack(net, 4, bytes - 1)).toEqual({
    ok: false,
    reason: 'network-too-large',
    message: 'searching 1000-2000-1000 (200,50) on 4 threads needs at least 5.72 MiB of memory, and 5.72 MiB are free',
    nextStep: 'Choose smaller layers or fan-outs. Fewer threads (--workers) need less.',
  });
});

test('a junction that no array holds is refused whatever memory there is', () => {
  const huge = defineArchitecture({ layers: [100_000, 100_000], fanOuts: [100_000] });
  expect(searchMemoryLack(huge, 1, Number.POSITIVE_INFINITY)?.message).toBe(
    '100000-100000 (100000) has a junction of 10000000000 edges; at most 536870911 can be held',
  );
});
