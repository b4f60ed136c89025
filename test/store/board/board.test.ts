import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unwrap } from '../../../src/base/failure.ts';
import { leaderboardColumns } from '../../../src/report/leaderboard-columns.ts';
import type { NumberedCandidate } from '../../../src/search/candidate.ts';
import { compareCandidates } from '../../../src/search/ranking.ts';
import { boardColumns } from '../../../src/store/board/columns.ts';
import { type Board, type CandidateRecord, parseFilter, parseSort } from '../../../src/store/index.ts';
import { openDatabase } from '../../../src/store/sqlite.ts';
import { newCandidate } from '../sample-rows.ts';
import { openedStore } from '../samples.ts';
import { asked, boardOf, boardWith, endedAs, train } from './sample-board.ts';

const fourCandidates = [
  newCandidate(1, { strategy: 'permutation-grid', scatter: 1, vector: [1, 1] }),
  newCandidate(2, { strategy: 'anneal', scatter: 0.91234567, vector: [1, 0.5] }),
  newCandidate(3, { strategy: 'anneal', scatter: 0.9, vector: [1, 0.5] }),
  newCandidate(4, { strategy: 'local', scatter: 0.25, vector: [1, 0.75] }),
].map((candidate) => ({ ...candidate, family: candidate.strategy }));

function fourRows() {
  const opened = boardWith(fourCandidates);
  for (const [number, accuracy] of [
    [1, 0.6],
    [3, 0.7512],
    [4, 0.6],
  ]) {
    train(opened.store, opened.study, number, 1, accuracy);
  }
  return opened;
}

/** Numbers in the order of the study, or what is wrong with the filter. */
function chosen(text: string, board = fourRows().board) {
  const terms = parseFilter(text);
  if (!terms.ok) return terms;
  const query = { filter: terms.value, sort: unwrap(parseSort('#')) };
  const fit = board.check(query);
  return fit.ok ? board.numbers(query) : fit;
}

test.each<[string, number[]]>([
  ['', [1, 2, 3, 4]],
  ['scatter>0.9', [1, 2]],
  ['scatter >= 0.9', [1, 2, 3]],
  ['scatter>0.9 strategy=anneal', [2]],
  ['scatter>0.9,strategy=anneal', [2]],
  [' scatter>0.2 ,  scatter<=0.9, ', [3, 4]],
  ['accuracy>=60%', [1, 3, 4]],
  ['accuracy>=0.6', [1, 3, 4]],
  ['accuracy<1', [1, 3, 4]],
  ['accuracy=-', [2]],
  ['accuracy!=-', [1, 3, 4]],
  ['accuracy!=0.6', [2, 3]],
  ['strategy!=anneal', [1, 4]],
  ['strategy=ANNEAL', [2, 3]],
  ['strategy=anneal,strategy=local', [2, 3, 4]],
  ['strategy=anneal strategy=local scatter<0.5', [4]],
  ['S=0.9123', [2]],
  ['scatter=1', [1]],
  ['scatter=100%', [1]],
  ['#=3', [3]],
  ['number>2', [3, 4]],
  ['anneal', [2, 3]],
  ['ANN', [2, 3]],
  ['grid', [1]],
  ['75.12', [3]],
  ['anneal 75', [3]],
  ['"1:1 backward">=0.75', [1, 4]],
  ['1:1-backward<0.75', [2, 3]],
  ['strategy="permutation-grid"', [1]],
  ["'1:1-backward'=0.5", [2, 3]],
  ['nothing', []],
  ['accuracy=75.12%', [3]],
  ['trained', [1, 3, 4]],
  ['!trained anneal', [2]],
  ['!anneal', [1, 4]],
  ['!anneal !grid', [4]],
  ['!75.12', [1, 2, 4]],
  ['state=trained', [1, 3, 4]],
  ['four-cycles=-', [1, 2, 3, 4]],
  ['Ä', []],
])('filter %j', (text, numbers) => {
  expect(chosen(text)).toEqual(numbers);
});

test.each<[string, number, RegExp]>([
  ['beauty>1', 1, /no column "beauty"/],
  ['scatter>0.5 beauty>1', 13, /no column "beauty"/],
  ['scatter==1', 8, /"==" is no comparison/],
  ['scatter=>1', 8, /"=>" is no comparison/],
  ['!scatter>1', 1, /expected !=/],
  ['scatter>', 9, /lacks a value/],
  ['scatter> ,1', 10, /lacks a value/],
  ['>1', 1, /expected the name of a column/],
  ['anneal, =3', 9, /expected the name of a column/],
  ['scatter>high', 1, /compared with a number or a percentage; got "high"/],
  ['number>10%', 1, /compared with a number; got "10%"/],
  ['scatter>Infinity', 1, /got "Infinity"/],
  ['strategy="anneal', 10, /lacks a value|never closed/],
  ['"anneal', 1, /never closed/],
])('filter %j is refused with its place', (text, at, message) => {
  expect(chosen(text)).toMatchObject({
    ...{ ok: false, reason: 'bad-filter', at, message: expect.stringMatching(message) },
    nextStep: expect.stringMatching(/scatter/),
  });
});

test('property: any text is a filter or is refused with a place inside it, and never throws', () => {
  const { board } = fourRows();
  const part = fc.constantFrom(
    'scatter',
    'strategy',
    '>',
    '<=',
    '=',
    '!',
    '"',
    "'",
    ' ',
    ',',
    '0.5',
    '60%',
    'x',
    '-',
    '\u001b',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const result = chosen(parts.join(''), board);
      if (Array.isArray(result)) return;
      expect(result.reason).toBe('bad-filter');
      if (!('at' in result)) throw new Error('expected a place');
      expect(result.at).toBeGreaterThanOrEqual(1);
      expect(result.at).toBeLessThanOrEqual(parts.join('').length + 1);
    }),
  );
});

test('property: a comparison and its opposite share out the rows that are known', () => {
  const { board } = fourRows();
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (limit) => {
      const number = limit.toFixed(6);
      const both = [chosen(`accuracy>=${number}`, board), chosen(`accuracy<${number}`, board)].flat() as number[];
      expect(both.sort()).toEqual([1, 3, 4]);
    }),
  );
});

const sorted = (text: string, board: Board = fourRows().board) => board.numbers(asked({ sort: text }));

test('columns are sorted by one after the other, the better first, a minus the other way, the unknown last', () => {
  expect(sorted('scatter')).toEqual([1, 2, 3, 4]);
  expect(sorted('-scatter')).toEqual([4, 3, 2, 1]);
  expect(sorted('accuracy')).toEqual([3, 1, 4, 2]);
  expect(sorted('-accuracy')).toEqual([1, 4, 3, 2]);
  expect(sorted('accuracy,-scatter')).toEqual([3, 4, 1, 2]);
  expect(sorted('strategy,-#')).toEqual([3, 2, 4, 1]);
  expect(sorted('-1:1 backward, number')).toEqual([2, 3, 4, 1]);
});

test('a sort by nothing, or by a column that is not there, is refused', () => {
  expect(parseSort('accuracy,')).toMatchObject({ ok: false, reason: 'bad-sort' });
  expect(parseSort('-')).toMatchObject({ ok: false });
  const { board } = fourRows();
  expect(board.check(asked({ sort: 'beauty' }))).toMatchObject({
    ...{ ok: false, message: 'there is no column "beauty" to sort by' },
    nextStep: expect.stringMatching(/^The columns are: candidate, strategy, .*scatter, .*1:1-backward/),
  });
  expect(() => board.numbers(asked({ sort: 'beauty' }))).toThrow('there is no column "beauty"');
});

describe('of three candidates with trainings', () => {
  const three = [
    newCandidate(1, { scatter: 0.9, vector: [0.9, 1], ties: { 'four-cycles': 4 } }),
    newCandidate(2, { scatter: 0.8, vector: [1, 0.8], ties: { 'four-cycles': 2, rank: 0.5 } }),
    newCandidate(3, { scatter: 0.7, vector: [0.7, 1], strategy: 'local', ties: { 'four-cycles': 3 } }),
  ];
  function lucky(ranking = {}) {
    const opened = boardWith(three, ranking);
    const { store, study } = opened;
    for (const [seed, accuracy] of [0.59, 0.6, 0.61].entries()) train(store, study, 1, seed, accuracy);
    train(store, study, 2, 0, 1);
    for (let seed = 1; seed <= 7; seed++) train(store, study, 2, seed, endedAs('diverged'));
    return opened;
  }

  test('one lucky seed of eight does not lead by accuracy', () => {
    const { board } = lucky();
    expect(sorted('accuracy', board)).toEqual([1, 2, 3]);
    expect(sorted('diverged', board)).toEqual([1, 3, 2]);
    expect(board.rows([2])).toMatchObject([
      { state: 'diverged', record: { accuracy: { mean: 1, n: 1 }, diverged: 7 } },
    ]);
  });

  test('every column can be sorted and filtered by', () => {
    const { board } = lucky();
    expect(sorted('four-cycles', board)).toEqual([2, 3, 1]);
    expect(sorted('-four-cycles', board)).toEqual([1, 3, 2]);
    expect(sorted('1:1 fwd,-candidate', board)).toEqual([2, 1, 3]);
    expect(sorted('-strategy,-#', board)).toEqual([3, 2, 1]);
    expect(sorted('rank', board)).toEqual([2, 1, 3]);
    const filtered = (filter: string) => board.numbers(asked({ filter, sort: '#' }));
    expect(filtered('diverged=0')).toEqual([1, 3]);
    expect(filtered('seeds>=1 diverged>0')).toEqual([2]);
    expect(filtered('four-cycles<4')).toEqual([2, 3]);
    expect(filtered('rank=-')).toEqual([1, 3]);
    expect(filtered('sd<=1.1%')).toEqual([1]);
    expect(filtered('sd=1.00')).toEqual([1]);
    expect(filtered(`fingerprint=${three[1].fingerprint.slice(0, 10)}`)).toEqual([2]);
    expect(filtered('created>=2020 created<3000')).toEqual([1, 2, 3]);
    for (const { name } of board.columns) {
      expect(sorted(name, board)).toHaveLength(3);
      expect([...filtered(`${name}=-`), ...filtered(`${name}!=-`)].sort()).toEqual([1, 2, 3]);
    }
  });

  test('where an S was wanted the nearest comes first', () => {
    expect(sorted('scatter', lucky({ target: 0.76 }).board)).toEqual([2, 3, 1]);
    expect(sorted('-scatter', lucky({ target: 0.76 }).board)).toEqual([1, 3, 2]);
  });

  test('a cell is found by what a table shows of it', () => {
    const { board } = lucky({ invariantEntries: [0, 1] });
    const records = board.rows([1, 2, 3]).flatMap(({ record }) => record ?? []);
    const invariant = ({ vector }: CandidateRecord) => Math.min(...vector);
    for (const { name, text } of leaderboardColumns({
      entryKeys: ['1:1 forward', '1:1 backward'],
      ties: ['four-cycles'],
      invariant,
    })) {
      for (const record of records) {
        const shown = text(record);
        expect(board.numbers(asked({ filter: `${name}="${shown.replace(' %', '%')}"` })), `${name} ${shown}`).toContain(
          record.number,
        );
        if (shown !== '-') expect(board.numbers(asked({ filter: `"${shown}"` })), shown).toContain(record.number);
      }
    }
  });
});

test('the state of a candidate is the worst that happened to its trainings, and of what runs nothing is left after a kill', () => {
  const { store, study, board, path } = boardWith([1, 2, 3, 4, 5, 6].map((number) => newCandidate(number)));
  train(store, study, 1, 1, 0.5);
  train(store, study, 2, 1, 0.5);
  train(store, study, 2, 2, endedAs('diverged'));
  train(store, study, 3, 1, endedAs('failed'));
  train(store, study, 4, 1, endedAs('stopped'));
  const begun = store.beginEvaluation(study.id, {
    ...{
      candidate: 5,
      seed: 1,
      settingsDigest: 'aa'.repeat(32),
      dataset: 'morse',
      datasetDigest: 'dd',
      backend: 'wasm',
    },
    ...{ trainingSettings: {}, engine: 'tfjs', device: '' },
  });
  expect(begun.kind).toBe('begun');
  const states = (of = board) => of.rows([1, 2, 3, 4, 5, 6]).map(({ state }) => state);
  expect(states()).toEqual(['trained', 'diverged', 'failed', 'stopped', 'running', 'untrained']);
  expect(board.numbers(asked({ filter: 'state=failed state=diverged', sort: '#' }))).toEqual([2, 3]);
  store.releaseStudy(study.id);
  expect(states(boardOf(openedStore(path, 'read'), study))[4]).toBe('stopped');
});

test('a page, a count and a place are those of the whole order', () => {
  const { board } = fourRows();
  const query = asked({ sort: 'accuracy', filter: 'scatter>0.3' });
  expect(board.numbers(query)).toEqual([3, 1, 2]);
  expect(board.numbers(query, { offset: 1, limit: 1 })).toEqual([1]);
  expect(board.count(query)).toBe(3);
  expect([3, 1, 2, 4].map((number) => board.position(query, number))).toEqual([0, 1, 2, null]);
  const snapshot = board.snapshot(query);
  expect(snapshot.count).toBe(3);
  expect(snapshot.page(1, 5).map(({ number }) => number)).toEqual([1, 2]);
  expect([snapshot.position(2), snapshot.position(4)]).toEqual([2, null]);
  expect([...board.each(query, 2)].map(({ number }) => number)).toEqual([3, 1]);
  expect([...board.each(query)]).toHaveLength(3);
  expect(board.families()).toEqual([
    { family: 'permutation-grid', candidates: 1, trained: 1, bestScatter: 1, bestAccuracy: 0.6 },
    { family: 'anneal', candidates: 2, trained: 1, bestScatter: 0.91234567, bestAccuracy: 0.7512 },
    { family: 'local', candidates: 1, trained: 1, bestScatter: 0.25, bestAccuracy: 0.6 },
  ]);
});

test('a damaged row is told in its place, and a limit counts sound rows', () => {
  const { path, study } = fourRows();
  const raw = openDatabase(path);
  raw.exec(`UPDATE candidates SET vector = '[0.5' WHERE number = 1; UPDATE candidates SET ties = 'x' WHERE number = 2`);
  raw.close();
  const store = openedStore(path, 'read');
  const board = boardOf(store, study);
  const rows = [...board.each({}, 2)];
  expect(rows.map(({ number, record }) => [number, record === null])).toEqual([
    [1, true],
    [2, true],
    [3, false],
    [4, false],
  ]);
  expect(rows[0].why).toMatch(/^vector: /);
  expect(board.numbers(asked({ sort: '1:1-backward' })).at(-1)).toBe(1);
  expect(board.numbers(asked({ filter: '1:1-backward>=0' }))).toEqual([2, 3, 4]);
  expect(board.tieNames()).toEqual([]);
});

const value = fc.constantFrom(null, 0, 1e-9, 0.25, 0.25 + 1e-9, 0.5, 3, 1e17, -1, -0);
const drawn = fc.record({
  scatter: fc.constantFrom(0, 0.25, 0.5, 0.75, 1),
  otherScatter: fc.constantFrom(null, 0, 0.25, 1),
  ties: fc.record({ 'four-cycles': value, 'spectral-gap': value }),
});

test.each([
  ['stored', true],
  ['worked out', false],
])('property: the order by %s keys is the one in which candidates are compared', (_, keyed) => {
  const target = fc.constantFrom(null, 0.3);
  const order = fc.constantFrom(
    ['other-scatter', 'four-cycles'],
    ['spectral-gap'],
    ['four-cycles:higher', 'other-scatter:lower'],
    [],
  );
  fc.assert(
    fc.property(fc.array(drawn, { maxLength: 12 }), target, order, (rows, wanted, names) => {
      const candidates = rows.map((row, place): NumberedCandidate => newCandidate(place + 1, row));
      const { board, store } = boardWith(candidates, {
        ...(wanted === null ? {} : { target: wanted }),
        order: names,
        keyed,
      });
      const expected = candidates.toSorted(compareCandidates(wanted, names)).map(({ number }) => number);
      expect(board.numbers()).toEqual(expected);
      expect(sorted('scatter', board)).toEqual(expected);
      store.close();
    }),
    { numRuns: 40 },
  );
});

test('keys that another order made are not believed', () => {
  const candidates = [
    newCandidate(1, { ties: { 'four-cycles': 1, rank: 0.5 } }),
    newCandidate(2, { ties: { 'four-cycles': 2, rank: 0.75 } }),
  ];
  const { store, study, board } = boardWith(candidates, { order: ['four-cycles'] });
  expect(board.numbers()).toEqual([1, 2]);
  expect(boardOf(store, study, { order: ['rank'] }).numbers()).toEqual([2, 1]);
});

test('names of columns are told apart', () => {
  const names = boardColumns({ entryKeys: ['1:1 forward'], tieNames: ['rank'] }).flatMap(({ name, aliases }) => [
    name,
    ...aliases,
  ]);
  expect(new Set(names).size).toBe(names.length);
});
