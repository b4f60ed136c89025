import { expect, test } from 'vitest';
import { readOffers } from '../../src/remote/offers.ts';

test('what a worker offers is read clean, or not at all', () => {
  const offers = { engines: ['sparse', 'a\u001b[2J'], backends: ['wasm'] };
  expect(readOffers(offers)).toEqual({ engines: ['sparse', 'a\\x1b[2J'], backends: ['wasm'] });
  for (const broken of [null, 'sparse', { engines: 3, backends: [] }, { engines: Array(41).fill('a'), backends: [] }]) {
    expect(readOffers(broken)).toEqual({ engines: [], backends: [] });
  }
});
