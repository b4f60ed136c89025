import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Claim, shareLines } from '../../src/terminal/layout.ts';

const claim = (id: string, least: number, wish: number, most: number, main = true): Claim => ({
  id,
  main,
  least,
  wish,
  most,
});
const share = (claims: readonly Claim[], height: number) => Object.fromEntries(shareLines(claims, height));

test('each gets its least first, then the more important one its wish', () => {
  const claims = [claim('a', 1, 4, 9), claim('b', 2, 4, 9)];
  expect(share(claims, 3)).toEqual({ a: 1, b: 2 });
  expect(share(claims, 6)).toEqual({ a: 4, b: 2 });
  expect(share(claims, 8)).toEqual({ a: 4, b: 4 });
});

test('what is left after the wishes is shared line by line, up to what is of use', () => {
  const claims = [claim('a', 1, 1, 3), claim('b', 1, 1, 9)];
  expect(share(claims, 6)).toEqual({ a: 3, b: 3 });
  expect(share(claims, 100)).toEqual({ a: 3, b: 9 });
});

test('a claim that cannot have its least gets nothing, and a later one may still fit', () => {
  expect(share([claim('a', 1, 1, 1), claim('b', 5, 5, 5), claim('c', 2, 2, 2)], 4)).toEqual({ a: 1, c: 2 });
});

test('the main ones have their wishes before the others have anything', () => {
  const claims = [claim('other', 1, 1, 9, false), claim('main', 1, 5, 9)];
  expect(share(claims, 5)).toEqual({ main: 5 });
  expect(share(claims, 6)).toEqual({ main: 5, other: 1 });
});

test('property: never more lines than there are, each within its bounds, and none wasted', () => {
  const some = fc.array(fc.record({ main: fc.boolean(), least: fc.nat(4), wish: fc.nat(8), most: fc.nat(12) }), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(some, fc.nat(40), (shapes, height) => {
      const claims = shapes.map((shape, index) => ({ ...shape, id: String(index) }));
      const lines = shareLines(claims, height);
      const used = [...lines.values()].reduce((a, b) => a + b, 0);
      expect(used).toBeLessThanOrEqual(height);
      for (const { id, least, most } of claims) {
        const has = lines.get(id);
        if (has === undefined) continue;
        expect(has).toBeLessThanOrEqual(most);
        expect(has).toBeGreaterThanOrEqual(Math.min(least, most));
      }
      const full = claims.every(({ id, most }) => !lines.has(id) || lines.get(id) === most);
      expect(full || used === height).toBe(true);
    }),
  );
});
