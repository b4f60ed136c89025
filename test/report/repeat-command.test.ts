import { expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { fanOutsForDensities, fanOutsForFanIns } from '../../src/pattern/degree-choice.ts';
import { repeatCommand } from '../../src/report/repeat-command.ts';
import type { SearchChoices } from '../../src/study/search-defaults.ts';
import { searchSettings } from '../../src/study/search-settings.ts';
import { studyWith } from '../study/sample-study.ts';

const architecture = defineArchitecture({ layers: [16, 32, 16], fanOuts: [8, 4] });

/** The command that makes a search of these choices again, on a machine of so many threads. */
async function command(choices: SearchChoices, threads: number): Promise<string> {
  const settings = unwrap(await searchSettings(architecture, choices, undefined, threads));
  const { study } = studyWith(settings, []);
  return repeatCommand({ ...study, evaluated: 777 }, settings)?.command ?? '';
}

test('a budget by time is repeated by number, with the islands that its machine gave it', async () => {
  expect(await command({}, 64)).toMatch(/ --islands 64 --budget 777 /);
  expect(await command({}, 4)).toMatch(/ --fan-out 8,4 --budget 777 /);
  expect(await command({ target: 0.5 }, 6)).toMatch(/ --islands 6 --budget 777 .*--target 0\.5/);
});

test('a number of islands is named where it is not the usual one of such a search', async () => {
  const budget = { kind: 'candidates', candidates: 50 } as const;
  expect(await command({ budget, islands: 3 }, 1)).toMatch(/ --islands 3 --budget 50 /);
  expect(await command({ budget, strategies: ['anneal', 'local'] }, 64)).toMatch(
    / --strategy anneal,local --budget 50 /,
  );
  expect(await command({ budget, strategies: ['anneal', 'local'], islands: 1 }, 1)).toMatch(
    / --strategy anneal --islands 1 /,
  );
});

test('balanced degrees are repeated by fan-in, which gives the same network again', async () => {
  const layers = [28, 12, 6];
  const balanced = defineArchitecture({ layers, fanOuts: fanOutsForDensities(layers, [0.18, 1]) });
  const settings = unwrap(await searchSettings(balanced, {}, undefined, 4));
  const { study } = studyWith(settings, []);
  const { command: typed } = repeatCommand({ ...study, evaluated: 777 }, settings) ?? { command: '' };
  const fanIns = /--fan-in (\S+)/.exec(typed)?.[1].split(',').map(Number) ?? [];
  expect(typed).not.toContain('--fan-out');
  expect(fanOutsForFanIns(layers, fanIns)).toEqual(balanced.fanOuts);
});
