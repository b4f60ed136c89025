/** Names of all proxies, in the order shown: for who lists them and measures none, which loads none. */
export const proxyNames: readonly string[] = [
  'distinct-neighbourhoods',
  'rank',
  'path-evenness',
  'four-cycles',
  'spectral-gap',
  'ramanujan-deficit',
  'locality',
];

/** What a ranking calls S in the other metric. */
export const OTHER_SCATTER = 'other-scatter';
