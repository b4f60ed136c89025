import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { ScattershotError } from '../../src/base/failure.ts';
import { addConstraintOptions, typedConstraints } from '../../src/cli/constraint-options.ts';
import { UsageError } from '../../src/cli/errors.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { constraintFault } from '../../src/pattern/constraints/fault.ts';
import { makePattern } from '../../src/pattern/pattern.ts';
import { searchSettings } from '../../src/study/search-settings.ts';
import { inFolder, type Run, runProgram } from './program.ts';

const SMALL = ['search', '--layers', '16,32,16', '--fan-out', '8,4'];

function expectUsage(run: Run, ...parts: readonly RegExp[]): void {
  expect(run.stdout).toBe('');
  expect(run.stderr).not.toMatch(/\n\s+at |node:internal/);
  for (const part of parts) expect(run.stderr).toMatch(part);
  expect(run.code).toBe(2);
}

const refused: readonly (readonly [string, readonly string[], string | null, readonly RegExp[]])[] = [
  [
    'a parallelism that does not divide a layer',
    ['--parallelism', '8,12'],
    null,
    [/junction 2: .*divide the 32 left neurons; got 12/],
  ],
  ['a parallelism that is none', ['--parallelism', '0'], null, [/Expected a whole number from 1/]],
  ['too many parallelisms', ['--parallelism', '4,4,4'], null, [/3 junctions, and the network has 2/]],
  [
    'N:M of another density',
    ['--nm', '2:4'],
    null,
    [/2:4 in junction 1 needs a fan-in of 8 from 16 left neurons; got 4/],
  ],
  ['N:M that is none', ['--nm', '2-4'], null, [/Expected N:M/]],
  ['--nm-transposable alone', ['--nm-transposable'], null, [/says nothing without --nm/]],
  [
    'an edges file that is not there',
    ['--edges', 'none.json'],
    null,
    [/none\.json: there is no such file/, /"forbidden": \[\[0,3\]\]/],
  ],
  ['an edges file that is not JSON', ['--edges', 'edges.json'], '{"1":', [/edges\.json is not JSON/]],
  [
    'an edges file of an unknown junction',
    ['--edges', 'edges.json'],
    '{"3":{}}',
    [/names junction "3"; expected 1 to 2/],
  ],
  [
    'an edges file of an unknown list',
    ['--edges', 'edges.json'],
    '{"1":{"banned":[]}}',
    [/has "banned" in junction 1/],
  ],
  [
    'a pair that is none',
    ['--edges', 'edges.json'],
    '{"1":{"forbidden":[[0,1],[2]]}}',
    [/pair 2 of "forbidden" of junction 1: expected \[left, right\]; got \[2\]/],
  ],
  [
    'a neuron that does not exist',
    ['--edges', 'edges.json'],
    '{"2":{"forced":[[0,16]]}}',
    [/pair 1 of "forced" of junction 2: expected a right neuron from 0 to 15; got 16/],
  ],
  [
    'edges that no pattern can have',
    ['--edges', 'edges.json'],
    JSON.stringify({ 1: { forbidden: Array.from({ length: 13 }, (_, k) => [k, 5]) } }),
    [/these constraints are refused: junction 1: right neuron 5 needs 4 edges, but forbidden edges leave at most 3/],
  ],
];

test.each(refused)('refused: %s', async (_, args, file, parts) => {
  await inFolder(async (cwd) => {
    if (file !== null) writeFileSync(join(cwd, 'edges.json'), file);
    const command = addConstraintOptions(new Command('search'))
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
    const caught = await caughtOf(async () => {
      command.parse(
        [...args].map((arg) => (arg.endsWith('.json') ? join(cwd, arg) : arg)),
        { from: 'user' },
      );
      const architecture = defineArchitecture({ layers: [16, 32, 16], fanOuts: [8, 4] });
      await searchSettings(architecture, { constraints: typedConstraints(command.opts(), architecture) });
    });
    expect([UsageError, ScattershotError, RangeError, CommanderError].some((kind) => caught instanceof kind)).toBe(
      true,
    );
    const said = `${caught.message}\n${'nextStep' in caught ? caught.nextStep : ''}`;
    for (const part of parts) expect(said).toMatch(part);
  });
});

async function caughtOf(run: () => Promise<unknown>): Promise<Error> {
  try {
    await run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was refused');
}

test('the program refuses before a study is made, with exit code 2 and no stack', async () => {
  await inFolder(async (cwd) => {
    const barred = { 1: { forbidden: Array.from({ length: 13 }, (_, k) => [k, 5]) } };
    writeFileSync(join(cwd, 'edges.json'), JSON.stringify(barred));
    expectUsage(await runProgram([...SMALL, '--parallelism', '8,12'], { cwd }), /junction 2: .*divide the 32/);
    expectUsage(await runProgram([...SMALL, '--parallelism', 'x'], { cwd }), /Expected a whole number from 1/);
    expectUsage(
      await runProgram([...SMALL, '--edges', 'edges.json'], { cwd }),
      /right neuron 5 needs 4 edges/,
      /Loosen/,
    );
    expect(readdirSync(cwd)).toEqual(['edges.json']);
  });
});

test('a search under constraints finds patterns that keep them, names who cannot, and goes on by its own', async () => {
  await inFolder(async (cwd) => {
    const edges = {
      1: {
        forbidden: [
          [0, 0],
          [1, 0],
        ],
        forced: [[5, 3]],
      },
    };
    writeFileSync(join(cwd, 'edges.json'), JSON.stringify(edges));
    const flags = ['--parallelism', '8,-', '--edges', 'edges.json', '--distinct'];
    const search = await runProgram([...SMALL, ...flags, '--budget', '20', '--json', '--plain'], { cwd });
    expect(search.stderr).toMatch(/exact sits out: permutation grids are not tried under these constraints/);
    expect(search.code).toBe(0);
    const result = JSON.parse(search.stdout);
    expect(result.evaluated).toBeGreaterThanOrEqual(20);
    const exported = await runProgram(['export', String(result.best.candidate), '--output', 'best.json'], { cwd });
    expect(exported.code).toBe(0);
    const { layers, junctions } = JSON.parse(readFileSync(join(cwd, 'best.json'), 'utf8'));
    const rows = junctions.map((list: number[][]) => Uint32Array.from(list.flat()));
    const pattern = makePattern({ layers, fanOuts: [8, 4] }, rows);
    const constraints = {
      parallelism: [8, null],
      forbidden: [
        [
          [0, 0],
          [1, 0],
        ] as const,
        [],
      ],
      forced: [[[5, 3]] as const, []],
      distinctNeighbourhoods: true,
    };
    expect(constraintFault(pattern, constraints)).toBeNull();

    const resume = ['search', '--resume', result.study, '--budget', '30', '--quiet', '--json'];
    expectUsage(await runProgram([...resume, '--parallelism', '4'], { cwd }), /--parallelism differs/);
    expectUsage(await runProgram([...resume, '--nm', '1:4'], { cwd }), /--nm differs/);
    const same = await runProgram([...resume, ...flags], { cwd });
    expect(same.code).toBe(0);
    expect(JSON.parse(same.stdout).evaluated).toBeGreaterThanOrEqual(30);
  });
});

test('score says whether a pattern file keeps constraints', async () => {
  await inFolder(async (cwd) => {
    const junctions = [
      [
        [0, 2],
        [1, 3],
        [0, 2],
        [1, 3],
      ],
    ];
    const file = { format: 'scattershot/pattern', version: 1, layers: [4, 4], junctions };
    writeFileSync(join(cwd, 'pattern.json'), JSON.stringify(file));
    const kept = await runProgram(['score', 'pattern.json', '--parallelism', '4'], { cwd });
    expect(kept.stdout).toMatch(/\nConstraints: kept\.\n$/);
    const broken = await runProgram(['score', 'pattern.json', '--parallelism', '4', '--distinct', '--json'], { cwd });
    expect(JSON.parse(broken.stdout).constraints).toEqual({
      kept: false,
      fault: expect.stringMatching(/has the same left neurons as right neuron/),
    });
    // no search supports both together in this net, and a file may keep both
    const both = await runProgram(['score', 'pattern.json', '--parallelism', '4', '--nm', '1:2'], { cwd });
    expect(both.stdout).toMatch(/\nConstraints: kept\.\n$/);
  });
});
