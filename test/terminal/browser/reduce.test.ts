import fc from 'fast-check';
import { expect, test } from 'vitest';
import { farewell } from '../../../src/terminal/browser/command-lines.ts';
import { browserKeys } from '../../../src/terminal/browser/keys.ts';
import { visibleRows } from '../../../src/terminal/browser/reduce-listing.ts';
import { currentRow, type DetailLevel, type ListingLevel, levelOf } from '../../../src/terminal/browser/state.ts';
import { Browsing, fakeCandidate } from './fake-source.ts';

const listing = ({ state }: Browsing) => levelOf(state) as ListingLevel;
const cursor = (browsing: Browsing) => currentRow(listing(browsing))?.key;

test('it opens on the candidates of the study, with families and studies above', () => {
  const browsing = new Browsing();
  expect(listing(browsing)).toMatchObject({ listing: { kind: 'candidates', family: null }, total: 500, index: 0 });
  browsing.press('escape');
  expect(listing(browsing).listing.kind).toBe('families');
  browsing.press('escape');
  expect(listing(browsing).listing.kind).toBe('studies');
  expect(browsing.press('escape').state.levels).toHaveLength(1);
});

test('Enter goes from studies through families and candidates to one candidate', () => {
  const browsing = new Browsing().press('escape', 'escape', 'enter', 'enter', 'down', 'enter');
  expect(browsing.state.levels.map((level) => (level.kind === 'listing' ? level.listing.kind : level.kind))).toEqual([
    'studies',
    'families',
    'candidates',
    'detail',
  ]);
  expect((levelOf(browsing.state) as DetailLevel).candidate).toBe(2);
});

test('rows are read in parts: never more than a few pages are held', () => {
  const browsing = new Browsing(100_000);
  for (const key of ['end', 'pageup', 'home', 'pagedown', 'pagedown', 'pagedown']) browsing.press(key);
  for (const level of browsing.state.levels) {
    if (level.kind === 'listing') expect(level.rows.length).toBeLessThan(400);
  }
});

test('the cursor reaches the last row and the first one, and no further', () => {
  const browsing = new Browsing(100).press('end', 'down', 'pagedown');
  expect(cursor(browsing)).toBe('100');
  expect(cursor(browsing.press('home', 'up', 'pageup'))).toBe('1');
});

test('property: whatever moves it, the cursor is on the screen and on a row', () => {
  const moves = fc.array(
    fc.constantFrom('up', 'down', 'pageup', 'pagedown', 'home', 'end', 'left', 'right', 's', 'v', 'space'),
    {
      maxLength: 30,
    },
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 6, max: 60 }), moves, (count, rows, keys) => {
      const browsing = new Browsing(count, 80, rows).press(...keys);
      const { index, top } = listing(browsing);
      expect(cursor(browsing)).toBeDefined();
      expect(index).toBeGreaterThanOrEqual(top);
      expect(index).toBeLessThan(top + visibleRows(browsing.state));
    }),
    { numRuns: 60 },
  );
});

test('the cursor stays on its row, and where it is on the screen, while others are added above it', () => {
  const browsing = new Browsing(200).press('pagedown', 'pagedown', 'down');
  const { index, top } = listing(browsing);
  const key = cursor(browsing);
  const added = [900, 901, 902].map((number) => ({ ...fakeCandidate(number) }));
  browsing.source.candidates = [...added, ...browsing.source.candidates];
  browsing.send({ kind: 'changed' });
  expect(cursor(browsing)).toBe(key);
  expect(listing(browsing)).toMatchObject({ index: index + 3, top: top + 3, total: 203 });
});

test('a row that is gone leaves the cursor in its place', () => {
  const browsing = new Browsing(50).press('down', 'down');
  browsing.source.candidates = browsing.source.candidates.filter(({ key }) => key !== '3');
  browsing.send({ kind: 'changed' });
  expect(cursor(browsing)).toBe('4');
});

test('s sorts by the column under the cursor and turns it round; S adds a second key', () => {
  const browsing = new Browsing(20).press('right', 'right', 'right', 's');
  expect(listing(browsing).query.sort).toEqual([{ column: 'accuracy', reversed: false }]);
  expect(cursor(browsing)).toBe('8');
  browsing.press('s');
  expect(listing(browsing).query.sort).toEqual([{ column: 'accuracy', reversed: true }]);
  browsing.press('left', 'left', 'S');
  expect(listing(browsing).query.sort.map(({ column }) => column)).toEqual(['accuracy', 'family']);
  browsing.press('left', 's');
  expect(listing(browsing).query.sort.map(({ column }) => column)).toEqual(['candidate']);
});

test('sort keys are typed as on the command line, and completed by Tab', () => {
  const browsing = new Browsing(20).press('o').type('acc').press('tab').type(',-sca').press('tab');
  expect(browsing.state.prompt?.text).toBe('accuracy,-scatter');
  browsing.press('enter');
  expect(listing(browsing).query.sort).toEqual([
    { column: 'accuracy', reversed: false },
    { column: 'scatter', reversed: true },
  ]);
  browsing.press('o', 'ctrl-u').type('colour').press('enter');
  expect(browsing.state.prompt?.fault).toMatch(/no column "colour"/);
});

test('/ keeps rows with a text in their order, and /! leaves them out', () => {
  const browsing = new Browsing(30).press('/').type('anneal').press('enter');
  expect(listing(browsing).rows.map(({ key }) => Number(key))).toEqual([3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
  browsing.press('/', 'ctrl-u').type('!anneal').press('enter');
  expect(listing(browsing).total).toBe(20);
  browsing.press('u');
  expect(listing(browsing).total).toBe(30);
});

test('a filter keeps what holds; a q in it is a letter, and so is every other key', () => {
  const browsing = new Browsing(30).press('f').type('q');
  expect(browsing.effects).toEqual([]);
  expect(browsing.state.prompt).toMatchObject({ text: 'q', fault: null });
  browsing.press('ctrl-u').type('scatter>0.99 family=evolve').press('enter');
  expect(listing(browsing).rows.map(({ key }) => key)).toEqual(['1', '4', '7']);
});

test('what is wrong with a filter is told while it is typed, and it is not applied', () => {
  const browsing = new Browsing(30).press('f').type('colour=red').press('enter');
  expect(browsing.state.prompt?.fault).toMatch(/no column "colour".*character 1/);
  expect(listing(browsing).query.filter).toBe('');
  browsing.press('ctrl-u').type('scatter>high');
  expect(browsing.state.prompt?.fault).toMatch(/number or a percentage/);
  browsing.press('escape');
  expect(browsing.state.prompt).toBeNull();
});

test('a prompt is edited at its caret, by characters as people see them', () => {
  const browsing = new Browsing(5).press('/').type('añ漢b').press('left', 'backspace', 'home', 'delete');
  expect(browsing.state.prompt).toMatchObject({ text: 'ñb', caret: 0 });
  browsing.send({ kind: 'key', key: { name: 'paste', text: 'x\ny' } });
  expect(browsing.state.prompt).toMatchObject({ text: 'x yñb', caret: 3 });
});

test('candidates are marked one by one and by ranges, also over rows that were never read', () => {
  const browsing = new Browsing(1000).press('space', 'down', 'space');
  expect(browsing.state.marks.get(1)).toEqual(['1', '3']);
  browsing.press('V', 'home', 'v', 'end', 'v');
  expect(browsing.state.marks.get(1)).toHaveLength(1000);
});

test('two marked candidates or more are compared, and none fewer', () => {
  const browsing = new Browsing(10).press('space', '=');
  expect(levelOf(browsing.state).kind).toBe('listing');
  expect(browsing.state.notice?.text).toMatch(/Mark two/);
  browsing.press('space', '=');
  expect(levelOf(browsing.state)).toMatchObject({ kind: 'compare', candidates: [1, 2] });
});

test('q leaves from every level and page', () => {
  for (const keys of [[], ['escape'], ['escape', 'escape'], ['enter'], ['enter', 'tab', 'tab'], ['?'], ['c']]) {
    const browsing = new Browsing(10).press(...keys, 'q');
    expect(browsing.effects).toEqual([{ kind: 'leave' }]);
  }
});

test('a training, an export and a report are commands that are run, and can be copied', () => {
  const browsing = new Browsing(10).press('down', 'down', 'down', 't');
  expect(browsing.state.prompt).toMatchObject({ kind: 'train', text: '5' });
  browsing.press('ctrl-y');
  expect(browsing.effects.pop()).toEqual({
    ...{ kind: 'copy', what: 'the command' },
    text: 'scattershot train morse-1 4 --seeds 5 --epochs 3 --detach',
  });
  browsing.press('t', 'enter');
  expect(browsing.effects.pop()).toMatchObject({
    kind: 'run',
    purpose: 'train',
    words: expect.arrayContaining(['--detach']),
  });
  browsing.press('e', 'ctrl-u').type('a b.txt').press('enter');
  expect(browsing.state.prompt?.fault).toMatch(/ending/);
  browsing.press('ctrl-u').type('a b.npz').press('enter');
  expect(browsing.effects.pop()).toMatchObject({ words: ['export', '4', '--study', 'morse-1', '--output', 'a b.npz'] });
  browsing.press('r');
  expect(browsing.effects.pop()).toMatchObject({ purpose: 'report', words: ['report', 'morse-1'] });
});

test('a candidate is copied as a command line, as a PyTorch snippet and as its fingerprint', () => {
  const browsing = new Browsing(10).press('y', 'P', 'F');
  const texts = browsing.effects.map((effect) => (effect.kind === 'copy' ? effect.text : ''));
  expect(texts[0]).toBe('scattershot export 1 --study morse-1 --output morse-1-1.npz');
  expect(texts[1]).toContain('export 1 --study morse-1 --output candidate_1.py');
  expect(texts[1]).toMatch(/import candidate_1\n[\s\S]*candidate_1\.network\(/);
  expect(texts[2]).toBe('f1');
});

test('columns are chosen, moved and kept', () => {
  const browsing = new Browsing(10).press('c', 'down', 'space', 'down', 'K', 'enter');
  expect(browsing.effects).toEqual([
    { kind: 'keep-columns', shown: { candidates: ['candidate', 'scatter', 'accuracy', 'seeds'] } },
  ]);
  browsing.press('c', 'd');
  expect(browsing.state.shown).toEqual({});
});

test('troubled candidates are listed by one key, and all again by the same', () => {
  const browsing = new Browsing(1);
  browsing.press('!');
  expect(listing(browsing).query.filter).toBe('state=failed state=diverged state=stopped');
  browsing.press('!');
  expect(listing(browsing).query.filter).toBe('');
});

test('no view has one key for two commands', () => {
  const views = [...new Set(browserKeys.flatMap((binding) => binding.views ?? []))];
  for (const view of views) {
    const keys = browserKeys
      .filter((binding) => binding.views?.includes(view) !== false)
      .flatMap((binding) => binding.keys);
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
  }
});

test('in a comparison ] and [ change the candidate that the first is held against, also between pictures of edges', () => {
  const browsing = new Browsing(9).press('space', 'space', 'space', '=', 'tab');
  const held = () => {
    const level = levelOf(browsing.state);
    return level.kind === 'compare' ? level.candidates[level.other] : null;
  };
  expect(held()).toBe(2);
  browsing.press(']');
  expect(held()).toBe(3);
  browsing.press('[');
  expect(held()).toBe(2);
});

test('the fault of a page that was left is not told on the table', () => {
  const browsing = new Browsing(9).press('enter', 'escape');
  const request = { kind: 'analysis', study: 1, candidate: 1 } as const;
  browsing.send({ kind: 'answer', answer: { kind: 'fault', request, message: 'its pattern is damaged' } });
  expect(levelOf(browsing.state).fault).toBeNull();
});

test('what is told at the end shows the same rows again, those found by a text too', () => {
  const browsing = new Browsing(90).press('/').type('anneal').press('enter');
  expect(farewell(browsing.state)).toContain(`leaderboard morse-1 --filter '"anneal"'`);
  browsing.press('/', 'ctrl-u').type('!local').press('enter');
  expect(farewell(browsing.state)).toContain(`--filter '!"local"'`);
});
