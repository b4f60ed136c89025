import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/store/sqlite.ts';
import { inFolder, type Run, runProgram } from './program.ts';

/** One sentence that says what is wrong, one that says what to do, and no stack. */
function expectClear(run: Run, code: number, ...parts: readonly (string | RegExp)[]): void {
  expect(run.stdout).toBe('');
  const lines = run.stderr.trim().split('\n');
  expect(lines[0]).toMatch(/^scattershot: /);
  expect(lines.length).toBeGreaterThanOrEqual(2);
  expect(run.stderr).not.toMatch(/\n\s+at |node:internal|Error:/);
  for (const part of parts) expect(run.stderr).toMatch(part);
  expect(run.code).toBe(code);
}

const usage: readonly (readonly [string, readonly string[], readonly (string | RegExp)[]])[] = [
  [
    'an infeasible fan-out names the nearest feasible ones',
    ['search', '--layers', '64,48', '--fan-out', '35'],
    [/33 .*or 36 /],
  ],
  [
    'an infeasible density names the nearest feasible ones',
    ['search', '--layers', '64,48', '--density', '66%', '--degrees', 'exact'],
    [/nearest feasible fan-outs: 30 .*or 33/],
  ],
  ['an unknown net lists the nets', ['search', '--net', 'alexnet'], [/no network named "alexnet"/, /cifar10-2cl/]],
  ['no network at all says how to name one', ['search'], [/--net NAME/]],
  ['too few fan-outs are counted', ['search', '--layers', '8,4,4', '--fan-out', '1'], [/2 junctions/]],
  [
    'an unknown strategy lists the strategies',
    ['search', '--net', 'morse', '--strategy', 'magic'],
    [/"magic"/, /uniform-random/],
  ],
  ['a budget that is none is refused', ['search', '--net', 'morse', '--budget', 'soon'], [/30s/]],
  ['an unknown option is refused', ['search', '--net', 'morse', '--colour'], [/unknown option/]],
  ['an unknown command is refused', ['serch'], [/unknown command 'serch'/]],
  [
    'shapes that do not hold their layer are refused',
    ['search', '--net', 'mnist-cl', '--shapes', '28x27,224,10'],
    [/784 neurons/],
  ],
  ['an unknown dataset lists the datasets', ['train', '1', '--data', 'imagenet'], [/"imagenet"/, /morse/]],
  [
    'a metric that is none lists the metrics',
    ['search', '--net', 'morse', '--metric', 'best'],
    [/indicator, fair-share/],
  ],
];

test.each(usage)('usage: %s', async (_, args, parts) => {
  await inFolder(async (cwd) => {
    expectClear(await runProgram(args, { cwd }), 2, ...parts);
    expect(readdirSync(cwd)).toEqual([]);
  });
});

test.each([
  ['search --net morse --windows none.json'],
  ['search --net morse --edges none.json'],
  ['search --net morse --strategy ./none.mjs'],
  ['score none.json'],
  ['score none.npz --windows none.json'],
  ['train none.npz'],
  ['train none.json --data none.npz'],
  ['leaderboard --db none.db'],
])('a file that is not there exits with 1, whatever named it: %s', async (line) => {
  await inFolder(async (cwd) => {
    expectClear(await runProgram(line.split(' '), { cwd }), 1, /none\.(json|npz|mjs|db)/);
  });
});

test('a pattern file that is not there, not JSON, truncated or wrong is refused by name', async () => {
  await inFolder(async (cwd) => {
    const score = (file: string) => runProgram(['score', file], { cwd });
    expectClear(await score('absent.json'), 1, /absent\.json/);
    writeFileSync(join(cwd, 'half.json'), '{"format":"scattershot/pattern","version":1,"layers":[8,4');
    expectClear(await score('half.json'), 1, /half\.json/);
    const twice = {
      format: 'scattershot/pattern',
      version: 1,
      layers: [2, 2],
      junctions: [
        [
          [0, 0],
          [1, 1],
        ],
      ],
    };
    writeFileSync(join(cwd, 'twice.json'), JSON.stringify(twice));
    expectClear(await score('twice.json'), 1, /junction 1/, /right neuron 0/);
    mkdirSync(join(cwd, 'folder.json'));
    expectClear(await score('folder.json'), 1, /folder\.json/);
  });
});

test('a net that no memory holds is refused with the estimate before a study is made', async () => {
  await inFolder(async (cwd) => {
    const search = ['search', '--layers', '100000,100000', '--fan-out', '100000', '--budget', '1'];
    expectClear(await runProgram(search, { cwd }), 1, /a junction of 10000000000 edges/, /smaller layers/);
    const { stdout } = await runProgram(['studies', '--json'], { cwd });
    expect(JSON.parse(stdout)).toEqual([]);
  });
});

test('reading commands say so when there is no database, no study or no such candidate', async () => {
  await inFolder(async (cwd) => {
    expectClear(await runProgram(['leaderboard'], { cwd }), 1, /no database|does not exist|there is no/i);
    expect(existsSync(join(cwd, 'cache'))).toBe(false);
    const search = await runProgram(
      ['search', '--net', 'morse', '--budget', '4', '--strategy', 'uniform-random', '--quiet'],
      { cwd },
    );
    expect(search.code).toBe(0);
    expectClear(await runProgram(['leaderboard', 'other'], { cwd }), 1, /no study "other"/);
    expectClear(await runProgram(['export', '99', '--output', 'a.npz'], { cwd }), 1, /no candidate "99"/);
    expectClear(await runProgram(['export', '1', '--output', 'a.txt'], { cwd }), 1, /\.npz/);
    const resume = ['search', '--resume', 'morse-1', '--quiet'];
    expect((await runProgram([...resume, '--net', 'morse', '--seed', '1', '--used-outputs', '64'], { cwd })).code).toBe(
      0,
    );
    expectClear(await runProgram([...resume, '--net', 'mnist-cl'], { cwd }), 2, /morse-1/, /the network/);
    expectClear(await runProgram([...resume, '--seed', '2', '--target', '0.5'], { cwd }), 2, /--target and --seed/);
    expectClear(await runProgram(['leaderboard', '--sort', 'beauty'], { cwd }), 2, /beauty/);
  });
});

test('a database of a newer version, or no database at all, is left as it is', async () => {
  await inFolder(async (cwd) => {
    const search = ['search', '--net', 'morse', '--budget', '4', '--strategy', 'uniform-random', '--quiet', '--db'];
    expect((await runProgram([...search, 'newer.db'], { cwd })).code).toBe(0);
    const database = openDatabase(join(cwd, 'newer.db'));
    database.pragma('user_version = 999');
    database.close();
    expectClear(await runProgram([...search, 'newer.db'], { cwd }), 1, /newer version/);
    expectClear(await runProgram(['leaderboard', '--db', 'newer.db'], { cwd }), 1, /newer version/);
    writeFileSync(
      join(cwd, 'text.db'),
      'not a database, but quite long enough to be looked at as one by mistake\n'.repeat(20),
    );
    expectClear(await runProgram([...search, 'text.db'], { cwd }), 1, /not a/);
  });
});

test('a folder that cannot be written is named, with what to do', async () => {
  await inFolder(async (cwd) => {
    const folder = join(cwd, 'locked');
    mkdirSync(folder);
    chmodSync(folder, 0o555);
    // Root may write into any folder except those that no disk holds.
    const home = process.getuid?.() === 0 ? '/sys/scattershot' : folder;
    const run = await runProgram(['search', '--net', 'morse', '--budget', '4'], {
      cwd,
      env: { SCATTERSHOT_HOME: home },
    });
    expectClear(run, 1, /cannot be written|read-only|permission/i, /--db|SCATTERSHOT_HOME/);
    writeFileSync(join(cwd, 'file'), '');
    expectClear(
      await runProgram(['search', '--net', 'morse', '--budget', '4', '--db', 'file/a.db'], { cwd }),
      1,
      /file/,
    );
  });
});
