import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inFolder, runProgram } from './program.ts';

const TINY = [
  ...['validate', '--layers', '64,64,64', '--fan-out', '8,8', '--data', 'morse:examples=8/4/8', '--epochs', '1'],
  ...['--candidates', '12', '--twins', '0', '--workers', '1', '--name', 'tiny'],
];

/** The first command that a page names under "Repeat it", as arguments. */
function repeatOf(page: string): string[] {
  const [, command] = /<h2>Repeat it<\/h2>[\s\S]*?<code>scattershot ([^<]*)<\/code>/.exec(page) ?? [];
  return (command ?? '').split(' ');
}

describe('report', () => {
  test('stands beside a verdict; its table is judged alike, and its command plans the same study again', async () => {
    await inFolder(async (cwd) => {
      const ran = await runProgram([...TINY, '--plain'], { cwd });
      expect(ran.code, ran.stderr).toBe(0);
      const folder = join(cwd, 'reports', 'tiny');
      expect(ran.stderr).toContain(`Report: ${join(folder, 'index.html')}`);
      const page = readFileSync(join(folder, 'index.html'), 'utf8');
      expect(page).toContain('<h2>Rivals on the same candidates</h2>');
      const numbers = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
      const { randomLevel, top, result } = numbers;
      const table = ['validate', '--table', join(folder, 'candidates.csv'), '--family', 'family', '--json'];
      const levels = ['--random-level', String(randomLevel), '--top', String(top)];
      const judged = JSON.parse((await runProgram([...table, ...levels], { cwd })).stdout);
      const [{ questions, verdict }] = judged.strata;
      expect(verdict).toBe(result.verdict);
      expect(questions[0].inOrder).toBe(result.questions[0].inOrder);
      expect(questions[0].gain.value).toBeCloseTo(result.questions[0].gain.value, 9);
      await inFolder(async (other) => {
        const planned = await runProgram([...repeatOf(page), '--plan', '--json'], { cwd: other });
        expect(planned.code, planned.stderr).toBe(0);
        expect(JSON.parse(planned.stdout).plan.digest).toBe(result.plan.digest);
      });
    });
  });

  test('that cannot be written costs a warning with a next step, and not the verdict', async () => {
    await inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'reports'), 'in the way');
      const ran = await runProgram([...TINY, '--quiet'], { cwd });
      expect(ran.code).toBe(0);
      expect(ran.stdout).toContain('Verdict: ');
      expect(ran.stderr).toMatch(/The report was not written \(.+\); the study is stored\. .+scattershot report tiny/);
      const asked = await runProgram(['report', 'tiny', '--json'], { cwd });
      expect(asked.code).toBe(1);
      expect(JSON.parse(asked.stderr).nextStep).toMatch(/\w/);
    });
  });

  test('of a search alone has vectors and a leaderboard; by default it is of the newest study', async () => {
    await inFolder(async (cwd) => {
      const none = await runProgram(['report'], { cwd });
      expect(none.code).toBe(1);
      const args = [
        'search',
        '--layers',
        '16,16,8',
        '--fan-out',
        '4,4',
        '--budget',
        '40',
        '--name',
        'found',
        '--quiet',
      ];
      expect((await runProgram(args, { cwd })).code).toBe(0);
      const { code, stdout } = await runProgram(['report', '--json'], { cwd });
      expect(code).toBe(0);
      const written = JSON.parse(stdout);
      expect(written.study).toBe('found');
      const page = readFileSync(written.page, 'utf8');
      expect(page).toContain('The highest scatter found is');
      expect(page).toContain('<h2>Scatter vectors</h2>');
      expect(repeatOf(page).slice(0, 3)).toEqual(['search', '--layers', '16,16,8']);
      expect(existsSync(written.table) && existsSync(written.numbers)).toBe(true);
    });
  });
});
