import { expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { filterText } from '../../src/cli/browse.ts';
import { parseFilter } from '../../src/store/index.ts';

test.each(['scatter>0.9', 'family="a b" !word', 'x=\'say "so"\'', 'accuracy>=60% trained', '"two words"'])(
  'the text of a filter is read as the same conditions: %s',
  (text) => {
    const terms = unwrap(parseFilter(text)).map(({ at: _, ...term }) => term);
    const again = unwrap(parseFilter(filterText(unwrap(parseFilter(text))))).map(({ at: _, ...term }) => term);
    expect(again).toEqual(terms);
  },
);
