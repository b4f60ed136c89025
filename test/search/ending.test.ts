import { expect, test } from 'vitest';
import { type EndingRules, endingOf, maySettle, type SearchStanding } from '../../src/search/ending.ts';

/** Of a search that goes on: ten candidates of a thousand in three rounds. */
const rules: EndingRules = { budget: { kind: 'candidates', candidates: 1000 }, target: null, patterns: null };
const standing: SearchStanding = {
  best: { scatter: 0.9, isOptimal: false },
  round: 3,
  evaluated: 10,
  seconds: 1,
  sinceBest: 4,
  secondsSinceBest: 1,
  idleRounds: 0,
  emptyRounds: 0,
};
const seconds = (value: number): Partial<EndingRules> => ({ budget: { kind: 'time', seconds: value } });
/** Long since anything better came. */
const settled = { best: { scatter: 1, isOptimal: true }, sinceBest: 20_000, secondsSinceBest: 60, seconds: 100 };
const optimal = { best: { scatter: 1, isOptimal: true } };

/** What differs from the two above, and why the search ends. */
const table: readonly (readonly [
  string,
  Partial<EndingRules>,
  Partial<SearchStanding>,
  ReturnType<typeof endingOf>,
])[] = [
  ['nothing holds', {}, {}, null],
  ['nothing was found yet', { patience: 9 }, { best: null, evaluated: 0, sinceBest: 0 }, null],
  ['the last candidate but one', {}, { evaluated: 999 }, null],
  ['the budget of candidates is met', {}, { evaluated: 1000 }, 'budget'],
  ['the seconds are not over', seconds(2), { seconds: 1.99 }, null],
  ['the seconds are over', seconds(2), { seconds: 2 }, 'budget'],
  ['the seconds are over before the first round', seconds(2), { seconds: 3, round: 0 }, null],
  ['an optimal best where the search goes on', {}, optimal, null],
  ['an optimal best where it is to end so', { untilOptimal: true }, optimal, 'optimal'],
  ['a best that is not certified', { untilOptimal: true }, { best: { scatter: 1, isOptimal: false } }, null],
  ['the target from below', { target: 0.904 }, {}, 'target'],
  ['the target from above', { target: 0.896 }, {}, 'target'],
  ['a target just missed', { target: 0.894 }, {}, null],
  ['a target, nothing found yet', { target: 0.9 }, { best: null }, null],
  ['one candidate of patience left', { patience: 5 }, {}, null],
  ['no patience left', { patience: 4 }, {}, 'no-improvement'],
  ['one pattern of eleven not found yet', { patterns: 11 }, {}, null],
  ['every pattern is found', { patterns: 10 }, {}, 'all-found'],
  ['255 rounds without a new candidate', {}, { idleRounds: 255 }, null],
  ['256 rounds without a new candidate', {}, { idleRounds: 256 }, 'exhausted'],
  ['99999 rounds without any candidate', {}, { emptyRounds: 99_999 }, null],
  ['100000 rounds without any candidate', {}, { emptyRounds: 100_000 }, 'nothing-made'],
  ['target before optimal', { target: 1, untilOptimal: true }, optimal, 'target'],
  ['optimal before the budget', { untilOptimal: true }, { ...optimal, evaluated: 1000 }, 'optimal'],
  ['the target before all are found', { target: 1, patterns: 10 }, optimal, 'target'],
  ['all found before the budget', { patterns: 10, budget: { kind: 'candidates', candidates: 10 } }, {}, 'all-found'],
  ['the budget before patience', { patience: 4 }, { evaluated: 1000 }, 'budget'],
  ['patience before exhaustion', { patience: 4 }, { idleRounds: 256 }, 'no-improvement'],
  ['a certified best and nothing better for long', seconds(900), settled, 'settled'],
  ['so for long, with a budget by number', {}, settled, null],
  ['so for long, where the time is to be used up', { ...seconds(900), goOn: true }, settled, null],
  ['so for long, the best not certified', seconds(900), { ...settled, best: { scatter: 1, isOptimal: false } }, null],
  ['so for a second less than long', seconds(900), { ...settled, secondsSinceBest: 59.9 }, null],
  ['so for a candidate less than long', seconds(900), { ...settled, sinceBest: 19_999 }, null],
  ['so for long, where a target is wanted', { ...seconds(900), target: 0.5 }, settled, null],
  ['optimal before settled', { ...seconds(900), untilOptimal: true }, settled, 'optimal'],
  ['the budget before settled', seconds(100), settled, 'budget'],
  ['patience before settled', { ...seconds(900), patience: 20_000 }, settled, 'no-improvement'],
  ['settled before exhaustion', seconds(900), { ...settled, idleRounds: 256 }, 'settled'],
  ['exhaustion before nothing made', {}, { idleRounds: 256, emptyRounds: 100_000 }, 'exhausted'],
];

test.each(table)('%s', (_, changedRules, changes, why) => {
  expect(endingOf({ ...rules, ...changedRules }, { ...standing, ...changes })).toBe(why);
});

test('whether a search may settle is told before its best is looked at', () => {
  const since = { sinceBest: 20_000, secondsSinceBest: 60 };
  expect(maySettle({ ...rules, ...seconds(900) }, since)).toBe(true);
  expect(maySettle(rules, since)).toBe(false);
});
