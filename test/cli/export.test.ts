import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newCandidate, tinyPattern } from '../store/sample-rows.ts';
import { makeDatabase, runInProcess } from './in-process.ts';
import { inFolder } from './program.ts';

const candidates = [0.5, 0.9, 0.7].map((scatter, index) => newCandidate(index + 1, { scatter }));

async function withStudy(
  work: (home: string, run: (line: string) => ReturnType<typeof runInProcess>) => Promise<void>,
) {
  await inFolder(async (home) => {
    makeDatabase(home, candidates);
    await work(home, (line) => runInProcess(line.replaceAll('@', home).split(' '), home));
  });
}

/** Left neurons by right neuron, as one list a junction. */
const junctionsOf = (text: string) => (JSON.parse(text).junctions as number[][][]).map((junction) => junction.flat());

const expected = (seed: number) => tinyPattern(seed).junctions.map((junction) => [...junction]);

test('best is the first of the leaderboard, whatever its number', async () => {
  await withStudy(async (home, run) => {
    const exported = await run('export best --output @/best.json');
    expect(exported).toMatchObject({ code: 0, stdout: '' });
    expect(exported.stderr).toContain('Candidate 2 of tiny (anneal, S 0.9000) is in');
    expect(junctionsOf(readFileSync(join(home, 'best.json'), 'utf8'))).toEqual(expected(2));
  });
});

test('- is stdout, in the format that is asked for, and nothing else goes there', async () => {
  await withStudy(async (home, run) => {
    const json = await run('export 3 --output -');
    expect(json).toMatchObject({ code: 0, stderr: '' });
    expect(junctionsOf(json.stdout)).toEqual(expected(3));
    const csv = await run('export 3 --output - --format csv');
    expect(csv.stdout).toMatch(/^\w+,.*\r?\n1,/);
    expect((await run('export 3 --output - --format npz')).stdout.startsWith('PK')).toBe(true);
    expect(readdirSync(home)).toEqual(['cache']);
  });
});

test('--top writes the first into a folder, which is made', async () => {
  await withStudy(async (home, run) => {
    expect((await run('export --top 2 --output @/a/b --format npz')).code).toBe(0);
    expect(readdirSync(join(home, 'a', 'b')).sort()).toEqual(['candidate-2.npz', 'candidate-3.npz']);
    expect((await run('export --top 9 --output @/all')).code).toBe(0);
    expect(readdirSync(join(home, 'all')).sort()).toEqual(['candidate-1.json', 'candidate-2.json', 'candidate-3.json']);
    expect(junctionsOf(readFileSync(join(home, 'all', 'candidate-1.json'), 'utf8'))).toEqual(expected(1));
  });
});

test('a file that exists stays as it is unless --force is given, and of several none is written', async () => {
  await withStudy(async (home, run) => {
    writeFileSync(join(home, 'mine.json'), 'mine');
    const refused = await run('export best --output @/mine.json');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/mine\.json exists already\.\nGive another name, or --force to replace it\.\n$/);
    expect(readFileSync(join(home, 'mine.json'), 'utf8')).toBe('mine');
    expect((await run('export best --output @/mine.json --force')).code).toBe(0);
    expect(junctionsOf(readFileSync(join(home, 'mine.json'), 'utf8'))).toEqual(expected(2));

    mkdirSync(join(home, 'top'));
    writeFileSync(join(home, 'top', 'candidate-1.json'), 'mine');
    expect((await run('export --top 3 --output @/top')).code).toBe(1);
    expect(readdirSync(join(home, 'top'))).toEqual(['candidate-1.json']);
  });
});

test('a PyTorch module comes with its pattern beside it, and neither replaces a file unasked', async () => {
  await withStudy(async (home, run) => {
    const exported = await run('export 3 --output @/best.py');
    expect(exported).toMatchObject({ code: 0, stdout: '' });
    expect(exported.stderr).toContain(`is in ${join(home, 'best.py')} and ${join(home, 'best.npz')}.`);
    expect(exported.stderr).not.toContain('cannot import');
    expect(readFileSync(join(home, 'best.py'), 'utf8')).toContain('class PatternLinear(nn.Module)');
    const scored = await run('score @/best.npz --json');
    expect(JSON.parse(scored.stdout)).toMatchObject({ layers: tinyPattern(3).layers });

    const refused = await run('export 2 --output @/best.py');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/best\.py exists already/) });
    writeFileSync(join(home, 'other.npz'), 'mine');
    expect(await run('export 2 --output @/other.py')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/other\.npz exists already/),
    });
    expect(readFileSync(join(home, 'other.npz'), 'utf8')).toBe('mine');
    expect(existsSync(join(home, 'other.py'))).toBe(false);

    expect((await run('export --top 2 --output @/a --format py')).code).toBe(0);
    expect(readdirSync(join(home, 'a')).sort()).toEqual([
      'candidate_2.npz',
      'candidate_2.py',
      'candidate_3.npz',
      'candidate_3.py',
    ]);
    expect((await run('export 1 --output @/my-net.py')).stderr).toContain('Python cannot import my-net.py by its name');
  });
});

test.each([
  ['export best --output - --format py', 2, /comes as two files, itself and the \.npz that it reads/],
  ['export --output @/a.json', 2, /no candidate was named/],
  ['export 1 --top 2 --output @/a', 2, /Give one of them/],
  ['export --top 2 --output -', 2, /Give a folder/],
  ['export best', 2, /--output/],
  ['export best --output @/a.npz --format json', 2, /does not end in \.json/],
  ['export best --output - --format txt', 2, /Expected one of: json/],
  ['export best --output @/a.txt', 1, /\.npz/],
  ['export 99 --output @/a.json', 1, /no candidate "99"/],
  ['export best --output @/none/a.json', 1, /folder does not exist/],
])('%s is refused', async (line, code, message) => {
  await withStudy(async (home, run) => {
    const refused = await run(line);
    expect(refused).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
    expect(existsSync(join(home, 'a.json'))).toBe(false);
  });
});

test('a study without candidates has no best', async () => {
  await inFolder(async (home) => {
    makeDatabase(home, []);
    for (const line of ['export best', 'export --top 3']) {
      const refused = await runInProcess([...line.split(' '), '--output', join(home, 'a')], home);
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/keeps no candidate yet/) });
    }
  });
});
