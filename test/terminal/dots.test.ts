import { expect, test } from 'vitest';
import { dotLines } from '../../src/terminal/dots.ts';

test('corners are where they belong, y upwards', () => {
  const corners = [0, 1].flatMap((x) => [0, 1].map((y) => ({ x, y })));
  expect(dotLines(corners, 3, 2, true)).toEqual(['⠁ ⠈', '⡀ ⢀']);
  expect(dotLines(corners, 3, 2, false)).toEqual(['. .', '. .']);
});

test('points that share a place are told without Unicode, and those that are no numbers are left out', () => {
  const point = { x: 0.5, y: 0.5 };
  expect(dotLines([point, point, point, { x: Number.NaN, y: 0 }], 3, 1, false)).toEqual([' *']);
});
