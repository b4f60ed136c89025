import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { inFolder, runProgram } from './program.ts';

interface FixtureCase {
  readonly name: string;
  readonly layers: number[];
  readonly junctions: number[][][];
  readonly windows: Record<string, number[][]>;
  readonly usedInputs: number | null;
  readonly usedOutputs: number | null;
  readonly expected: Record<string, number>;
}

const fixtures = JSON.parse(readFileSync(new URL('../fixtures/scatter-cases.json', import.meta.url), 'utf8')) as {
  cases: FixtureCase[];
};

test.each(fixtures.cases.map((fixture) => [fixture.name, fixture] as const))(
  'score reproduces the published vector of %s',
  async (_, fixture) => {
    await inFolder(async (cwd) => {
      const { layers, junctions } = fixture;
      writeFileSync(
        join(cwd, 'pattern.json'),
        JSON.stringify({ format: 'scattershot/pattern', version: 1, layers, junctions }),
      );
      writeFileSync(join(cwd, 'windows.json'), JSON.stringify(fixture.windows));
      const used = [
        ...(fixture.usedInputs === null ? [] : ['--used-inputs', String(fixture.usedInputs)]),
        ...(fixture.usedOutputs === null ? [] : ['--used-outputs', String(fixture.usedOutputs)]),
      ];
      const args = ['score', 'pattern.json', '--windows', 'windows.json', '--metric', 'fair-share', '--json', ...used];
      const run = await runProgram(args, { cwd });
      expect(run.stderr).toBe('');
      expect(run.code).toBe(0);
      const report = JSON.parse(run.stdout);
      const got = Object.fromEntries(
        report.vector.map((entry: { span: string; direction: string; value: number }) => [
          `${entry.span} ${entry.direction}`,
          entry.value,
        ]),
      );
      expect(Object.keys(got).sort()).toEqual(Object.keys(fixture.expected).sort());
      for (const [key, value] of Object.entries(fixture.expected))
        expect(Math.abs(got[key] - value)).toBeLessThan(1e-12);
      expect(report.scatter).toBe(Math.min(...(Object.values(got) as number[])));
    });
  },
);

test('score of the paper’s 8-4-4 pattern, as text, names every entry with its bound and random level', async () => {
  await inFolder(async (cwd) => {
    const [paper] = fixtures.cases;
    writeFileSync(
      join(cwd, 'pattern.json'),
      JSON.stringify({ format: 'scattershot/pattern', version: 1, layers: paper.layers, junctions: paper.junctions }),
    );
    const run = await runProgram(['score', 'pattern.json'], { cwd });
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^S = 0\.\d{4} \(indicator/);
    for (const key of ['1:1 forward', '1:1 backward', '2:2 forward', '2:2 backward', '1:2 forward', '1:2 backward']) {
      expect(run.stdout).toContain(key);
    }
    expect(run.stdout).toContain('vacuous');
  });
});

test('a net of 2^53 paths is scored, and searched under a name that it was given', async () => {
  await inFolder(async (cwd) => {
    const layers = new Array<number>(55).fill(4);
    // each right neuron takes the two left neurons of its own half: no path leaves a half
    const halves = [0, 1, 2, 3].map((j) => (j < 2 ? [0, 1] : [2, 3]));
    const junctions = layers.slice(1).map(() => halves);
    writeFileSync(
      join(cwd, 'deep.json'),
      JSON.stringify({ format: 'scattershot/pattern', version: 1, layers, junctions }),
    );
    const score = await runProgram(['score', 'deep.json', '--json'], { cwd });
    expect(score.stderr).toBe('');
    const report = JSON.parse(score.stdout);
    expect(report.vector.at(-1)).toMatchObject({ span: '1:54', value: 0.5, bound: 1, vacuous: false });
    expect(report.other).toBeNull();
    expect(report.otherReason).toMatch(/fair-share counts paths, and here are too many/);
    const net = ['--layers', layers.join(), '--fan-out', layers.slice(1).fill(2).join()];
    const search = await runProgram(['search', ...net, '--strategy', 'uniform-random', '--budget', '2', '--json'], {
      cwd,
    });
    expect(JSON.parse(search.stdout)).toMatchObject({ study: '55-layers-4-to-4-1', evaluated: 2 });
    const refused = await runProgram(['score', 'deep.json', '--metric', 'fair-share'], { cwd });
    expect(refused.code).toBe(2);
  });
});

test('a net in which every pattern scores 1 is not certified, and the reason is said', async () => {
  await inFolder(async (cwd) => {
    const rows = Array.from({ length: 6 }, (_, j) => [0, 1, 2, 3].map((k) => (j + k) % 6));
    const document = { format: 'scattershot/pattern', version: 1, layers: [6, 6], junctions: [rows] };
    writeFileSync(join(cwd, 'pattern.json'), JSON.stringify(document));
    const run = await runProgram(['score', 'pattern.json', '--json'], { cwd });
    const report = JSON.parse(run.stdout);
    expect(report).toMatchObject({ scatter: 1, certificate: null });
    expect(report.vector.map((entry: { vacuous: boolean }) => entry.vacuous)).toEqual([true, true]);
    const text = await runProgram(['score', 'pattern.json'], { cwd });
    expect(text.stdout.replace(/\s+/g, ' ')).toContain('so that nothing is certified and scatter tells nothing here');
    expect(text.stdout).not.toContain('Certified');
    const other = await runProgram(['score', 'pattern.json', '--json', '--metric', 'fair-share'], { cwd });
    expect(JSON.parse(other.stdout).vector).toMatchObject([{ vacuous: false }, { vacuous: false }]);
  });
});

test('masks of a pruned PyTorch model are scored as torch.save wrote them, and what kind of sparsity they have is told', async () => {
  const cwd = fileURLToPath(new URL('../fixtures/masks', import.meta.url));
  const asked = await runProgram(['score', 'state.pt'], { cwd });
  expect(asked).toMatchObject({ code: 1, stderr: expect.stringContaining('--tensor fc1.weight_mask,fc2.weight_mask') });
  const args = ['score', 'state.pt', '--tensor', 'fc1.weight_mask,fc2.weight_mask'];
  const report = JSON.parse((await runProgram([...args, '--json'], { cwd })).stdout);
  expect(report).toMatchObject({
    ...{ layers: [16, 32, 4], fanIns: [4, 8], arrays: ['fc1.weight_mask', 'fc2.weight_mask'], orderFromSizes: false },
    // right neuron j has the left neurons (3j + 4i) mod 16, and (7j + 4i) mod 32: one of each 4 neighbours
    structure: [
      { junction: 1, nm: '1:4', transposable: '1:4', permutationGrid: 'grid', clashFree: [16] },
      { junction: 2, nm: '1:4', transposable: '1:4', permutationGrid: 'grid' },
    ],
  });
  expect((await runProgram(args, { cwd })).stdout.replace(/\s+/g, ' ')).toContain(
    'Junction 1 is N:M sparse along its inputs (1:4), transposable N:M (1:4), a grid of permutation matrices',
  );
});
