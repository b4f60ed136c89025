import { expect, test } from 'vitest';
import { strategies } from '../../strategies/index.ts';
import { strategyNames } from '../../strategies/names.ts';
import { strategyConformance } from '../conformance/strategy.ts';

for (const strategy of strategies.values()) strategyConformance(strategy);

test('the registry names every strategy once, by its own name', () => {
  expect(strategyNames).toEqual([...strategies.values()].map(({ name }) => name));
  expect(strategyNames).toEqual([
    'uniform-random',
    'permutation-grid',
    'exact',
    'anneal',
    'evolve',
    'target',
    'local',
    'clash-free',
    'radix',
    'sobol',
    'expander',
  ]);
});
