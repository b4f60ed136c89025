import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inFolder, type Run, runProgram } from './program.ts';

const small = ['--layers', '32,64,16', '--fan-out', '16,4'];

interface Row {
  readonly candidate: number;
  readonly fingerprint: string;
  readonly scatter: number;
  readonly createdAt: string;
}

async function leaderboard(cwd: string, study: string): Promise<Omit<Row, 'createdAt'>[]> {
  const run = await runProgram(['leaderboard', study, '--json'], { cwd });
  expect(run.code).toBe(0);
  return (JSON.parse(run.stdout) as Row[]).map(({ createdAt: _, ...row }) => row);
}

test('the same seed gives the same candidates with the same fingerprints on 1 and 2 threads, another seed others', async () => {
  await inFolder(async (cwd) => {
    const run = (name: string, seed: string, workers: string) =>
      runProgram(
        ['search', ...small, '--budget', '200', '--name', name, '--seed', seed, '--workers', workers, '--quiet'],
        { cwd },
      );
    expect((await run('one', '7', '1')).code).toBe(0);
    expect((await run('two', '7', '2')).code).toBe(0);
    expect((await run('other', '8', '2')).code).toBe(0);
    const one = await leaderboard(cwd, 'one');
    expect(one.length).toBeGreaterThan(20);
    expect(await leaderboard(cwd, 'two')).toEqual(one);
    const other = new Set((await leaderboard(cwd, 'other')).map((row) => row.fingerprint));
    expect(one.some((row) => other.has(row.fingerprint))).toBe(false);
  });
});

test('search finds and certifies scatter 1 for 64-1024-64 (128,8), every single-junction entry 1', async () => {
  await inFolder(async (cwd) => {
    const run = await runProgram(
      ['search', '--net', 'morse', '--until-optimal', '--budget', '60s', '--json', '--quiet'],
      { cwd },
    );
    expect(run.code).toBe(0);
    const { best, study, evaluated, top } = JSON.parse(run.stdout);
    expect(study).toBe('morse-1');
    expect(evaluated).toBeGreaterThan(0);
    expect(best).toMatchObject({ scatter: 1, bound: 1, certificate: 'optimal', vector: [1, 1, 1, 1, 1, 1] });
    expect(top[0]).toEqual(best);
  });
});

test('an interrupted search ends with 130, keeps what it found, and resumes to what an uninterrupted one finds', async () => {
  await inFolder(async (cwd) => {
    const args = ['search', ...small, '--budget', '400', '--seed', '3', '--workers', '2'];
    expect((await runProgram([...args, '--name', 'whole', '--quiet'], { cwd })).code).toBe(0);
    const cut = await runProgram([...args, '--name', 'cut'], {
      cwd,
      onStart: (child) => {
        child.stderr?.on('data', (text: string) => {
          if (/new best/.test(text)) child.kill('SIGINT');
        });
      },
    });
    expect(cut.code).toBe(130);
    expect(cut.stderr).toContain('--resume cut');
    const resumed = await runProgram(['search', '--resume', 'cut', '--json', '--quiet'], { cwd });
    expect(resumed.code).toBe(0);
    expect(JSON.parse(resumed.stdout).evaluated).toBe(400);
    expect(await leaderboard(cwd, 'cut')).toEqual(await leaderboard(cwd, 'whole'));
    const again = await runProgram(['search', '--resume', 'cut', '--json', '--quiet'], { cwd });
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toEqual(JSON.parse(resumed.stdout));
  });
});

test('a search killed at any moment resumes to what an uninterrupted one finds', async () => {
  await inFolder(async (cwd) => {
    const args = ['search', ...small, '--budget', '60', '--seed', '5', '--workers', '2', '--quiet'];
    expect((await runProgram([...args, '--name', 'whole'], { cwd })).code).toBe(0);
    let run = await runProgram([...args, '--name', 'cut'], {
      cwd,
      onStart: (child) => void delay(700).then(() => child.kill('SIGKILL')),
    });
    for (let wait = 600; run.signal === 'SIGKILL'; wait += 300) {
      const known = JSON.parse((await runProgram(['studies', '--json'], { cwd })).stdout) as { study: string }[];
      const started = known.some(({ study }) => study === 'cut');
      const next = started ? ['search', '--resume', 'cut', '--quiet'] : [...args, '--name', 'cut'];
      run = await runProgram(next, { cwd, onStart: (child) => void delay(wait).then(() => child.kill('SIGKILL')) });
    }
    expect(run.code).toBe(0);
    expect(await leaderboard(cwd, 'cut')).toEqual(await leaderboard(cwd, 'whole'));
  });
});

test('two searches write to one database at once, and a leaderboard reads it meanwhile', async () => {
  await inFolder(async (cwd) => {
    const args = ['search', ...small, '--budget', '150', '--workers', '1'];
    let read: Promise<number> | null = null;
    const first = runProgram(args, {
      cwd,
      onStart: (child) => {
        child.stderr?.on('data', (text: string) => {
          if (read === null && /new best/.test(text)) read = leaderboard(cwd, '32-64-16-1').then((rows) => rows.length);
        });
      },
    });
    const both = await Promise.all([first, runProgram([...args, '--quiet', '--seed', '2'], { cwd })]);
    expect(both.map((run) => run.code)).toEqual([0, 0]);
    expect(await read).toBeGreaterThan(0);
    const studies = JSON.parse((await runProgram(['studies', '--json'], { cwd })).stdout) as {
      study: string;
      status: string;
    }[];
    expect(studies.map(({ study, status }) => `${study} ${status}`).sort()).toEqual([
      '32-64-16-1 finished',
      '32-64-16-2 finished',
    ]);
  });
});

test('a target is met within 0.005', async () => {
  await inFolder(async (cwd) => {
    const run = await runProgram(['search', ...small, '--target', '0.8', '--budget', '60s', '--json', '--quiet'], {
      cwd,
    });
    expect(run.code).toBe(0);
    expect(Math.abs(JSON.parse(run.stdout).best.scatter - 0.8)).toBeLessThanOrEqual(0.005);
  });
});

test.each(['json', 'npz', 'safetensors'])('an exported .%s scores as it did in the search', async (ending) => {
  await inFolder(async (cwd) => {
    await runProgram(['search', ...small, '--budget', '20', '--quiet', '--used-outputs', '10'], { cwd });
    const [best] = JSON.parse((await runProgram(['leaderboard', '--json', '--sort', '1:2 forward'], { cwd })).stdout);
    const exported = await runProgram(
      ['export', best.fingerprint.slice(0, 12), '--output', `best.${ending}`, '--quiet'],
      { cwd },
    );
    expect(exported).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const scored = await runProgram(['score', `best.${ending}`, '--json', '--used-outputs', '10'], { cwd });
    const report = JSON.parse(scored.stdout);
    expect(report.fingerprint).toBe(best.fingerprint);
    expect(report.vector.map((entry: { value: number }) => entry.value)).toEqual(best.vector);
  });
});

test('studies are renamed and removed, and CSV has a line a candidate', async () => {
  await inFolder(async (cwd) => {
    await runProgram(['search', ...small, '--budget', '20', '--quiet'], { cwd });
    expect((await runProgram(['studies', 'rename', '32-64-16-1', 'base'], { cwd })).code).toBe(0);
    const rows = await leaderboard(cwd, 'base');
    const csv = await runProgram(['leaderboard', 'base', '--csv'], { cwd });
    expect(csv.stdout.trim().split(/\r?\n/).length).toBe(rows.length + 1);
    expect((await runProgram(['studies', 'remove', 'base'], { cwd })).code).toBe(0);
    expect(JSON.parse((await runProgram(['studies', '--json'], { cwd })).stdout)).toEqual([]);
  });
});

test('a larger budget given to a resume is the study’s own from then on', async () => {
  await inFolder(async (cwd) => {
    const search = ['search', ...small, '--seed', '3', '--workers', '2'];
    expect((await runProgram([...search, '--budget', '20', '--name', 'grown', '--quiet'], { cwd })).code).toBe(0);
    const cut = await runProgram(['search', '--resume', 'grown', '--budget', '600'], {
      cwd,
      onStart: (child) => {
        child.stderr?.on('data', (text: string) => {
          if (/searching|new best/.test(text)) child.kill('SIGTERM');
        });
      },
    });
    expect(cut.code).toBe(130);
    const resumed = await runProgram(['search', '--resume', 'grown', '--json', '--quiet'], { cwd });
    expect(JSON.parse(resumed.stdout).evaluated).toBe(600);
  });
});

test('a leaderboard is filtered, and a condition that is none is refused', async () => {
  await inFolder(async (cwd) => {
    await runProgram(['search', ...small, '--strategy', 'uniform-random,local', '--budget', '40', '--quiet'], { cwd });
    const filtered = async (filter: string) => {
      const run = await runProgram(['leaderboard', '--json', '--filter', filter], { cwd });
      return JSON.parse(run.stdout) as { strategy: string; scatter: number }[];
    };
    const some = await filtered('strategy=uniform-random,strategy=local,scatter<=0.5');
    expect(some.length).toBeGreaterThan(0);
    expect(some.every((row) => ['uniform-random', 'local'].includes(row.strategy) && row.scatter <= 0.5)).toBe(true);
    expect(await filtered('trained')).toEqual([]);
    expect(await runProgram(['leaderboard', '--filter', 'beauty>0.5'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /no column "beauty" \(character 1 of the filter\).*\nThe columns are: candidate, strategy, .*scatter/,
      ),
    });
  });
});

test('options of studies count before and after the name of what is done', async () => {
  await inFolder(async (cwd) => {
    await runProgram(['search', ...small, '--budget', '5', '--quiet', '--db', 'own.db'], { cwd });
    expect((await runProgram(['studies', '--db', 'own.db', 'rename', '32-64-16-1', 'a'], { cwd })).code).toBe(0);
    expect((await runProgram(['studies', 'rename', 'a', 'b', '--db', 'own.db'], { cwd })).code).toBe(0);
    const listed = JSON.parse((await runProgram(['studies', '--db', 'own.db', '--json'], { cwd })).stdout);
    expect(listed).toMatchObject([{ study: 'b' }]);
  });
});

test('a budget raised by a resume ends as the larger one does at once', async () => {
  await inFolder(async (cwd) => {
    const search = ['search', ...small, '--seed', '11', '--workers', '2', '--quiet'];
    expect((await runProgram([...search, '--budget', '60', '--name', 'raised'], { cwd })).code).toBe(0);
    expect((await runProgram(['search', '--resume', 'raised', '--budget', '150', '--quiet'], { cwd })).code).toBe(0);
    expect((await runProgram([...search, '--budget', '150', '--name', 'straight'], { cwd })).code).toBe(0);
    expect(await leaderboard(cwd, 'raised')).toEqual(await leaderboard(cwd, 'straight'));
  });
});

test('a study that is being searched cannot be resumed beside it, and is told by whom', async () => {
  await inFolder(async (cwd) => {
    let resumed: Promise<Run> | null = null;
    const run = await runProgram(['search', ...small, '--budget', '60s', '--workers', '1'], {
      cwd,
      onStart: (child) => {
        child.stderr?.on('data', (text: string) => {
          if (resumed !== null || !/new best/.test(text)) return;
          resumed = runProgram(['search', '--resume', '32-64-16-1', '--quiet'], { cwd });
          void resumed.then(() => child.kill('SIGINT'));
        });
      },
    });
    expect(run.code).toBe(130);
    expect(await resumed).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^scattershot: study "32-64-16-1" is being worked on by process \d+ on .* \(last sign of life \d+ s ago\)\.\nWait for it/,
      ),
    });
  });
});

test('a search that no strategy can do fails with the first reason, and one that needs no wanted scatter does without its strategy', async () => {
  await inFolder(async (cwd) => {
    const refused = await runProgram(
      ['search', '--layers', '60,84,36', '--fan-out', '21,9', '--strategy', 'radix', '--budget', '10'],
      { cwd },
    );
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(
      /\nscattershot: no strategy can do this problem: radix: .*\nName another strategy, or change what is asked for\.\n$/,
    );
    expect(refused.stderr).not.toContain('--resume');
    const all = await runProgram(['search', ...small, '--budget', '30'], { cwd });
    expect(all.code).toBe(0);
    expect(all.stderr).not.toMatch(/target sits out|strategies sit out: .*target/);
  });
});

test('a wanted scatter that is not reached is said to be missed, and does not go with the search for the highest', async () => {
  await inFolder(async (cwd) => {
    const wanted = ['search', ...small, '--target', '0.01', '--quiet'];
    const both = await runProgram([...wanted, '--until-optimal'], { cwd });
    expect(both).toMatchObject({ code: 2, stderr: expect.stringMatching(/target .* until-optimal/) });
    const run = await runProgram([...wanted, '--strategy', 'permutation-grid', '--budget', '5'], { cwd });
    expect(run.code).toBe(0);
    expect(run.stdout.replace(/\s+/g, ' ')).toMatch(
      /nearest to 0\.01: S = 0\.9\d{3} \(candidate \d, permutation-grid\), off by 0\.9\d{3}, not within 0\.005 of it/,
    );
  });
});
