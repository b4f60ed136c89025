import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
