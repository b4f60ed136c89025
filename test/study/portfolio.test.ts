import { expect, test } from 'vitest';
import { defaultIslands, islandsFor, usualIslands } from '../../src/study/portfolio.ts';

const names = (target: number | null, count?: number) => defaultIslands(target, count).map(({ strategy }) => strategy);

test('by default the strategy for a wanted scatter searches only where one is wanted', () => {
  expect(names(null)).not.toContain('target');
  expect(names(0)).toContain('target');
});

test('8 islands search for the highest scatter and 5 for a wanted one, unless another number is said', () => {
  expect([names(null).length, names(0.5).length]).toEqual([8, 5]);
  expect([usualIslands(null, null), usualIslands(0.5, null)]).toEqual([8, 5]);
  expect(names(null, 3)).toEqual(names(null).slice(0, 3));
  expect(names(null, 20)).toEqual([...names(null), ...names(null), ...names(null).slice(0, 4)]);
});

test('named strategies share the islands, each as often as the others unless another number is said', async () => {
  const strategies = ['anneal', 'evolve', 'local'];
  const usual = await islandsFor(strategies, null, (count) => count);
  expect(usual).toMatchObject({ ok: true, value: { length: usualIslands(null, 3) } });
  expect(usualIslands(null, 3)).toBe(9);
  const four = await islandsFor(strategies, null, () => 4);
  expect(four.ok && four.value.map(({ strategy }) => strategy)).toEqual(['anneal', 'evolve', 'local', 'anneal']);
});
