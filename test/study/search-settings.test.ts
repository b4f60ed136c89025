import { expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import type { Budget } from '../../src/search/events.ts';
import { type SearchChoices, searchDefaults } from '../../src/study/search-defaults.ts';
import { searchSettings } from '../../src/study/search-settings.ts';

const architecture = defineArchitecture({ layers: [16, 32, 16], fanOuts: [8, 4] });
const settingsOf = async (choices: SearchChoices, threads = 2) =>
  unwrap(await searchSettings(architecture, choices, undefined, threads));

test('what is not chosen is as the defaults say, an undefined choice included', async () => {
  const settings = await settingsOf({ seed: undefined, constraints: undefined });
  expect(settings).toMatchObject({
    ...{ kind: 'search', baseName: '16-32-16', metric: 'indicator', entries: { windows: 'integral', spans: 'io' } },
    ...{ seed: 1, budget: { kind: 'time', seconds: 10 }, keep: 10, target: null, untilOptimal: false, training: null },
    order: searchDefaults.order,
  });
  expect(settings.islands).toHaveLength(8);
  expect(settings).not.toHaveProperty('constraints');
  expect(settings).not.toHaveProperty('patience');
});

test('a target changes who searches; named strategies are repeated to eight islands', async () => {
  const names = async (choices: SearchChoices) => (await settingsOf(choices)).islands.map(({ strategy }) => strategy);
  expect(await names({ target: 0.7 })).toContain('target');
  expect(await names({ strategies: ['anneal', 'exact', 'anneal'] })).toEqual(
    Array.from({ length: 8 }, (_, island) => (island % 2 === 0 ? 'anneal' : 'exact')),
  );
});

test('with a budget by time there is an island for every thread; by number the machine decides nothing', async () => {
  const count = async (choices: SearchChoices, threads: number) => (await settingsOf(choices, threads)).islands.length;
  const candidates = { kind: 'candidates', candidates: 10 } as const;
  expect(await Promise.all([2, 8, 9, 64].map((threads) => count({}, threads)))).toEqual([8, 8, 9, 64]);
  expect(await Promise.all([2, 64].map((threads) => count({ target: 0.5 }, threads)))).toEqual([5, 64]);
  expect(await Promise.all([2, 64].map((threads) => count({ budget: candidates }, threads)))).toEqual([8, 8]);
  expect(await count({ budget: candidates, target: 0.5 }, 64)).toBe(5);
  expect(await count({ budget: candidates, strategies: ['anneal', 'local', 'exact'] }, 64)).toBe(9);
  expect(await count({ islands: 3 }, 64)).toBe(3);
  expect(await count({ islands: 70, budget: candidates }, 1)).toBe(70);
});

const impossible: [string, SearchChoices, RegExp][] = [
  ['a target together with until-optimal', { target: 0.5, untilOptimal: true }, /target .* until-optimal/],
  ['a target that is no scatter', { target: 1.5 }, /from 0 to 1; got 1\.5/],
  ['an unknown strategy', { strategies: ['annealing'] }, /no strategy named "annealing"/],
  ['no strategy at all', { strategies: [] }, /at least one strategy/],
  ['an unknown metric', { metric: 'entropy' as 'indicator' }, /metric must be indicator or fair-share; got entropy/],
  ['an unknown criterion', { order: ['beauty'] }, /"beauty"; expected one of/],
  ['a seed that is not whole', { seed: 1.5 }, /seed must be a whole number/],
  ['a budget of nothing', { budget: { kind: 'candidates', candidates: 0 } }, /budget of candidates/],
  ['a budget of another kind', { budget: { kind: 'rounds' } as unknown as Budget }, /candidates or time; got rounds/],
  ['no islands', { islands: 0 }, /number of islands must be a whole number from 1 to 1024; got 0/],
  ['too many islands', { islands: 1025 }, /from 1 to 1024; got 1025/],
  ['a patience below 1', { patience: 0 }, /patience/],
  ['no pattern to keep', { top: 0 }, /candidates kept/],
  ['constraints that no pattern keeps', { constraints: { parallelism: [8, 12] } }, /junction 2: .*divide the 32/],
];

test.each(impossible)('%s is refused with a RangeError before anything starts', async (_, choices, message) => {
  await expect(searchSettings(architecture, choices)).rejects.toThrow(RangeError);
  await expect(searchSettings(architecture, choices)).rejects.toThrow(message);
});

test('an option that there is not is refused with a TypeError instead of being ignored', async () => {
  const misspelt = { strategy: ['anneal'] } as unknown as SearchChoices;
  await expect(searchSettings(architecture, misspelt)).rejects.toThrow(TypeError);
  await expect(searchSettings(architecture, misspelt)).rejects.toThrow(
    /no option "strategy"; expected one of .*strategies/,
  );
});

test('what is neither a name nor a file is refused with a TypeError, a file that is not there is a failure', async () => {
  await expect(searchSettings(architecture, { strategies: [7 as unknown as string] })).rejects.toThrow(TypeError);
  expect(await searchSettings(architecture, { strategies: ['./no-such-strategy.mjs'] })).toMatchObject({ ok: false });
  const url = new URL('./no-such-strategy.mjs', import.meta.url);
  expect(await searchSettings(architecture, { strategies: [url] })).toMatchObject({ ok: false });
});
