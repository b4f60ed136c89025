import { OTHER_SCATTER } from '../proxies/names.ts';

/**
 * What decides after S, in turn, where nothing else is asked for. Rank is not among it: it takes 65 ms for 64-1024-64, as long as
 * a dozen candidates take to be made and scored, and seconds for big nets; ask for it by name.
 */
export const defaultSearchOrder: readonly string[] = [
  OTHER_SCATTER,
  'distinct-neighbourhoods',
  'path-evenness',
  'four-cycles',
  'spectral-gap',
];
