import { expect, test } from 'vitest';
import { defaultIslands } from '../../src/study/portfolio.ts';

test('by default the strategy for a wanted scatter searches only where one is wanted', () => {
  const names = (target: number | null) => defaultIslands(target).map(({ strategy }) => strategy);
  expect(names(null)).not.toContain('target');
  expect(names(0)).toContain('target');
});
