/** Names of all strategies, in the order they are listed: for who lists them and runs none, which loads none. */
export const strategyNames: readonly string[] = [
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
];
