import { expect, test } from 'vitest';
import { strategies } from '../../strategies/index.ts';
import { goldenDigest } from './golden-candidates.ts';

/** Taken before there were balanced degrees. A change here makes stored searches of exact degrees unrepeatable. */
const digests: Readonly<Record<string, string>> = {
  'uniform-random': 'd98454b87366a325',
  'permutation-grid': '2aadcddf0897b96e',
  exact: 'a4dcac4de3f725ee',
  anneal: '1763f166607d9f9c',
  evolve: 'a4641110e8badc60',
  target: '3cea4f568e996f65',
  local: '834dbd2a67728a03',
  'clash-free': '565f45dab40a111f',
  radix: 'd8aa3dc068b75882',
  sobol: '0d64bb095f0c2abb',
  expander: 'e7446465bd49b373',
};

test.each([...strategies.values()].map((strategy) => [strategy.name, strategy] as const))(
  '%s makes of exact degrees what it always made, bit for bit',
  (name, strategy) => {
    expect(goldenDigest(strategy)).toBe(digests[name]);
  },
);
